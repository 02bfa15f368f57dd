"""Asking somebody who is signed in once more who they are, before what cannot be undone."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts import queries
from portal.accounts.actions.trust import Proof, prove
from portal.accounts.drafts import Credentials
from portal.accounts.models import Session
from portal.accounts.random_secrets import hashed
from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotSignedIn
from portal.foundation.permissions import Actor, Permission

PROOF_LASTS = timedelta(minutes=5)
"""For how long after signing in nobody is asked again."""


def prove_again(actor: Actor, session_id: str, password: str, device_mark: str | None = None) -> None:
    """Check the password of somebody signed in, and count the session as begun now. Wrong ones are counted with those
    of signing in.

    Raises WrongCredentials, TooMany while the name is locked, NotSignedIn where the session has ended meanwhile.
    """
    user = queries.user_by_id(actor.user_id)
    proof = prove(actor, Credentials(username=user.username, password=password), device_mark)
    _renew(actor, session_id, proof)


@action(Permission.ACCOUNT_EDIT)
def _renew(actor: Actor, session_id: str, proof: Proof) -> None:
    user = queries.user_by_id(actor.user_id)
    session = db.session.get(Session, hashed(session_id))
    if session is None or session.user_id != user.id or user.disabled_at is not None:
        raise NotSignedIn
    proof.settle(user)
    session.created_at = session.seen_at = now()
    audit.record(actor, Event.SESSION_STARTED, user, changes={}, note="asked for the password again")
