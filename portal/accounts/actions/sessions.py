"""The sessions of browsers: begun by signing in, ended on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from portal.accounts import queries
from portal.accounts.actions.trust import Proof, WrongCredentials, prove
from portal.accounts.drafts import Credentials
from portal.accounts.models import KnownDevice, Session, User
from portal.accounts.random_secrets import hashed, new_secret
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor

SEEN_EVERY = timedelta(minutes=1)
"""How often at most it is written down that a session is in use."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody has just signed in: who, the session's id and the device's mark, both for cookies and kept nowhere."""

    actor: Actor
    session_id: str
    device_mark: str


def sign_in(
    actor: Actor, credentials: Credentials, device_mark: str | None = None, user_agent: str | None = None
) -> SignedIn:
    """Let somebody in by name and password. Raises WrongCredentials, and TooMany while the name is locked."""
    proof = prove(actor, credentials, device_mark)
    return start_session(actor, proof.user, device_mark=device_mark, user_agent=user_agent, proof=proof)


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
