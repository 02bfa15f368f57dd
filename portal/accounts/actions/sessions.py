"""The sessions of browsers: begun by signing in, ended on the server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import CursorResult, delete, update

from portal.accounts import queries
from portal.accounts.actions.trust import Proof, WrongCredentials
from portal.accounts.models import KnownDevice, Session, User
from portal.accounts.random_secrets import hashed, new_secret
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotFound, NotSignedIn
from portal.foundation.permissions import Actor, Permission

SEEN_EVERY = timedelta(minutes=1)
"""How often at most it is written down that a session is in use."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody has just signed in: who, the session's id and the device's mark, both for cookies and kept nowhere."""

    actor: Actor
    session_id: str
    device_mark: str


@action(ANYONE)
def start_session(
    actor: Actor,
    user: User,
    *,
    device_mark: str | None = None,
    user_agent: str | None = None,
    proof: Proof | None = None,
    note: str | None = None,
) -> SignedIn:
    """Begin a browser's session for a user whom the caller trusts: by a `proof`, or because it has just signed up.

    Raises WrongCredentials where the user has been disabled meanwhile. `note` says how, where it was not by password.
    """
    if user.disabled_at is not None:
        raise WrongCredentials
    if proof is not None:
        proof.settle(user)
    session_id, device_mark = new_secret(), device_mark or new_secret()
    at = now()
    db.session.add(
        Session(
            id_hash=hashed(session_id),
            user_id=user.id,
            created_at=at,
            seen_at=at,
            address=actor.address,
            user_agent=_plain(user_agent),
        )
    )
    _remember(user, device_mark)
    themselves = queries.actor_of(user, actor.door, actor.address)
    audit.record(themselves, Event.SESSION_STARTED, user, changes={}, note=note)
    return SignedIn(themselves, session_id, device_mark)


@action(ANYONE)
def end_session(actor: Actor, session_id: str) -> None:
    """Sign out: the session ends on the server, whoever still has its cookie. One that has ended already is fine."""
    session = db.session.get(Session, hashed(session_id))
    if session is not None:
        audit.record(actor, Event.SESSION_ENDED, session.user, changes={})
        db.session.delete(session)


@action(Permission.ACCOUNT_EDIT)
def end_own_session(actor: Actor, id_hash: str) -> None:
    """End one of the actor's own sessions, named by its hash. Raises NotFound where there is none."""
    session = db.session.get(Session, id_hash) if re.fullmatch("[0-9a-f]{64}", id_hash) else None
    if session is None or session.user_id != actor.user_id:
        raise NotFound("This session has ended already.")
    audit.record(actor, Event.SESSION_ENDED, session.user, changes={"sessions": [1, 0]})
    db.session.delete(session)


@action(Permission.ACCOUNT_EDIT)
def end_other_sessions(actor: Actor, session_id: str) -> int:
    """End all of the actor's sessions but this one; give how many there were."""
    user = queries.user_by_id(actor.user_id)
    others = delete(Session).where(Session.user_id == user.id, Session.id_hash != hashed(session_id))
    found = db.session.execute(others)
    number = found.rowcount if isinstance(found, CursorResult) else 0
    if number:
        audit.record(actor, Event.SESSION_ENDED, user, changes={"sessions": [number, 0]})
    return number


def renewed(user: User, session_id: str) -> str:
    """Within the running transaction, let a user's session go on as begun now and under a new id, which is given: who
    knew the old one gains nothing by what it may do from now on. Raises NotSignedIn where it has ended meanwhile."""
    session = db.session.get(Session, hashed(session_id), populate_existing=True)
    if session is None or session.user_id != user.id or user.disabled_at is not None:
        raise NotSignedIn
    new_id = new_secret()
    session.id_hash = hashed(new_id)
    session.created_at = session.seen_at = now()
    return new_id


@action(ANYONE)
def touch_session(actor: Actor, session_id: str) -> None:  # noqa: ARG001 - every action takes its actor
    """Note that a session is in use. Only `seen_at` changes, and only forward."""
    at = now()
    mine = update(Session).where(Session.id_hash == hashed(session_id), Session.seen_at < at)
    db.session.execute(mine.values(seen_at=at))


def _remember(user: User, device_mark: str) -> None:
    # The user's row is locked here, so that no second session of the same user can make the same row.
    device = db.session.get(KnownDevice, (user.id, hashed(device_mark)))
    if device is None:
        device = KnownDevice(user_id=user.id, mark_hash=hashed(device_mark))
        db.session.add(device)
    device.seen_at = now()


def _plain(user_agent: str | None) -> str | None:
    """Give what a browser calls itself, cut to what is kept of it."""
    return "".join(character for character in user_agent if character.isprintable())[:255] if user_agent else None
