"""Everything that is done to an account: people, signing in, sessions, tokens, one-time links."""

from __future__ import annotations

from portal.accounts.actions.confirming import confirm_address, make_confirmation_link, send_confirmation
from portal.accounts.actions.links import make_sign_in_link, use_sign_in_link
from portal.accounts.actions.people import create_user, disable_user, enable_user, sign_up
from portal.accounts.actions.proving import PROOF_LASTS, prove_again
from portal.accounts.actions.sessions import SignedIn, end_session, sign_in, start_session, touch_session
from portal.accounts.actions.tidying import tidy
from portal.accounts.actions.tokens import TokenPair, issue_tokens, refresh_tokens
from portal.accounts.actions.trust import WrongCredentials

__all__ = [
    "PROOF_LASTS",
    "SignedIn",
    "TokenPair",
    "WrongCredentials",
    "confirm_address",
    "create_user",
    "disable_user",
    "enable_user",
    "end_session",
    "issue_tokens",
    "make_confirmation_link",
    "make_sign_in_link",
    "prove_again",
    "refresh_tokens",
    "send_confirmation",
    "sign_in",
    "sign_up",
    "start_session",
    "tidy",
    "touch_session",
    "use_sign_in_link",
]
