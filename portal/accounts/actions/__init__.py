"""Everything that is done to an account: people, signing in, sessions, tokens, one-time links."""

from __future__ import annotations

from portal.accounts.actions.accepting import SecondFactorRequired, WrongFactor
from portal.accounts.actions.confirming import confirm_address, make_confirmation_link, send_confirmation
from portal.accounts.actions.factors import (
    add_authenticator,
    add_passkey,
    ask_to_make,
    ask_to_sign,
    make_recovery_codes,
    remove_factor,
    take_away_factors,
)
from portal.accounts.actions.links import make_sign_in_link, use_sign_in_link
from portal.accounts.actions.password_changes import (
    ask_for_reset,
    change_password,
    make_reset_link,
    reset_password,
)
from portal.accounts.actions.people import create_user, disable_user, enable_user, sign_up
from portal.accounts.actions.proving import PROOF_LASTS, prove_again
from portal.accounts.actions.second_step import Waiting, finish_sign_in, sign_in, sign_in_with_passkey
from portal.accounts.actions.sessions import (
    SignedIn,
    end_other_sessions,
    end_own_session,
    end_session,
    start_session,
    touch_session,
)
from portal.accounts.actions.tidying import tidy
from portal.accounts.actions.tokens import TokenPair, issue_tokens, refresh_tokens
from portal.accounts.actions.trust import WrongCredentials

__all__ = [
    "PROOF_LASTS",
    "SecondFactorRequired",
    "SignedIn",
    "TokenPair",
    "Waiting",
    "WrongCredentials",
    "WrongFactor",
    "add_authenticator",
    "add_passkey",
    "ask_for_reset",
    "ask_to_make",
    "ask_to_sign",
    "change_password",
    "confirm_address",
    "create_user",
    "disable_user",
    "enable_user",
    "end_other_sessions",
    "end_own_session",
    "end_session",
    "finish_sign_in",
    "issue_tokens",
    "make_confirmation_link",
    "make_recovery_codes",
    "make_reset_link",
    "make_sign_in_link",
    "prove_again",
    "refresh_tokens",
    "remove_factor",
    "reset_password",
    "send_confirmation",
    "sign_in",
    "sign_in_with_passkey",
    "sign_up",
    "start_session",
    "take_away_factors",
    "tidy",
    "touch_session",
    "use_sign_in_link",
]
