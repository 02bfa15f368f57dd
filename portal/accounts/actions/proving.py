"""Asking somebody who is signed in once more who they are, before what cannot be undone."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts import queries
from portal.accounts.actions.accepting import WrongFactor, accept
from portal.accounts.actions.sessions import renewed
from portal.accounts.actions.trust import Proof, admit_attempt, attempts_key, prove, refuse_attempt
from portal.accounts.drafts import Credentials, GivenFactor, Proving
from portal.accounts.limits import PasskeyUse
from portal.accounts.models import User
from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.permissions import Actor, Permission

PROOF_LASTS = timedelta(minutes=5)
"""For how long after signing in nobody is asked again."""


def prove_again(actor: Actor, session_id: str, given: Proving, device_mark: str | None = None) -> str:
    """Check the password or a second factor of somebody signed in, and count the session as begun now, under a new id,
    which is given. Wrong ones are counted with those of signing in.

    Raises WrongCredentials or WrongFactor, TooMany while the name is locked, NotSignedIn where the session has ended.
    """
    user = queries.user_by_id(actor.user_id)
    if given.code is None and given.passkey is None:
        proof = prove(actor, Credentials(username=user.username, password=given.password or "-"), device_mark)
        return _renew(actor, user, session_id, proof, None)
    key = attempts_key(user.id, user.username, device_mark)
    admit_attempt(actor, key, user)
    try:
        return _renew(actor, user, session_id, Proof(user, key, None), given)
    except WrongFactor:
        refuse_attempt(actor, user, "wrong second factor")
        raise


@action(Permission.ACCOUNT_EDIT)
def _renew(actor: Actor, user: User, session_id: str, proof: Proof, factor: GivenFactor | None) -> str:
    new_id = renewed(user, session_id)
    what = "asked for the password again"
    if factor is not None:
        what = f"asked again: {accept(user, factor, PasskeyUse.PROVE)}"
    proof.settle(user)
    audit.record(actor, Event.SESSION_STARTED, user, changes={}, note=what)
    return new_id
