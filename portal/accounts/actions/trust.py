"""Whether somebody is who they say: passwords are checked, and wrong ones are counted, as wrong codes are.

Each attempt is counted before its password is looked at, so that many at once are no more than ten. What is done for a
name that nobody has is the same, in answer, in rows and in time, as for one that somebody has.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts import queries
from portal.accounts.drafts import Credentials
from portal.accounts.limits import login_key
from portal.accounts.models import SignInAttempts, User
from portal.accounts.passwords import passwords
from portal.accounts.random_secrets import hashed
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotSignedIn, TooMany
from portal.foundation.permissions import Actor

WRONG_PASSWORDS = 10
"""How many wrong passwords in a row lock a name."""
LOCKED_FOR = timedelta(minutes=30)
"""How long a name stays locked, and after how long wrong passwords are forgotten."""


class WrongCredentials(NotSignedIn):
    """The name, the password or both are wrong, or the user is disabled: which of these is not said (401)."""

    type = "wrong-credentials"

    def __init__(self) -> None:
        super().__init__("This name and password do not belong together. Check both, and try again.")


class NoUser:
    """What a record is about where nobody has the name that was given. The name itself is not kept: often enough it is
    a password in the wrong field."""

    __tablename__ = User.__tablename__
    audit_id = None
    audit_label = "an unknown name"


@dataclass(frozen=True)
class Proof:
    """What a right password proves: who it is, the counter it clears, its hash anew where parameters changed, and the
    hash that it was checked by."""

    user: User
    attempts: str
    fresh_hash: str | None
    checked: str | None = None

    def hold(self, user: User) -> None:
        """Within the action that follows from it: raise WrongCredentials where the password is another one by now."""
        if self.checked is not None and user.password_hash != self.checked:
            raise WrongCredentials

    def settle(self, user: User) -> None:
        """Within the action that follows from it: forget the wrong passwords, keep the fresh hash. Raises
        WrongCredentials where the password is another one by now."""
        self.hold(user)
        if self.fresh_hash is not None:
            user.password_hash = self.fresh_hash
        forget = update(SignInAttempts).where(SignInAttempts.key == self.attempts)
        db.session.execute(forget.values(failures=0, locked_until=None))


def prove(actor: Actor, credentials: Credentials, device_mark: str | None = None) -> Proof:
    """Check a name and password. `device_mark` is what a browser keeps; one that the user has signed in from before is
    counted for itself, so that nobody can lock people out from elsewhere.

    Raises WrongCredentials, and TooMany while the name is locked. Both are counted and recorded first.
    """
    user = queries.user_by_login(credentials.username)
    user_id, stored, shut_out = (user.id, user.password_hash, user.disabled_at is not None) if user else (None,) * 3
    key = attempts_key(user_id, credentials.username, device_mark)
    admit_attempt(actor, key, user)
    right = passwords.verify(stored, credentials.password)
    if user is None or stored is None or shut_out or not right:
        refuse_attempt(actor, user)
        raise WrongCredentials
    return Proof(user, key, passwords.hash(credentials.password) if passwords.outdated(stored) else None, stored)


def admit_attempt(actor: Actor, key: str, user: User | None) -> None:
    """Count an attempt before it is looked at. Raises TooMany while its counter is locked."""
    locked_until = count_attempt(actor, key, user)
    if locked_until is not None:
        seconds = max(1, math.ceil((locked_until - now()).total_seconds()))
        raise TooMany(
            f"Too many wrong passwords or codes. Try again in {math.ceil(seconds / 60)} minutes, or sign in from a "
            "browser that you have used before.",
            retry_after=seconds,
            type="sign-in-locked",
        )


def attempts_key(user_id: UUID | None, name: str, device_mark: str | None) -> str:
    """Give the counter that an attempt belongs to: of a known device, else of the user, else of the name."""
    if user_id is None:
        return _key(f"name:{login_key(name)}")
    if device_mark and queries.is_known_device(user_id, device_mark):
        return _key(f"device:{user_id}:{hashed(device_mark)}")
    return _key(f"user:{user_id}")


def attempts_keys_of(user: User) -> list[str]:
    """Give all counters of a user's attempts: the one for all devices, and those of known ones."""
    return [_key(f"user:{user.id}"), *(_key(f"device:{user.id}:{mark}") for mark in queries.known_marks(user.id))]


def _key(counted: str) -> str:
    return hashlib.sha256(counted.encode("utf-8", "surrogatepass")).hexdigest()


@action(ANYONE)
def count_attempt(actor: Actor, key: str, user: User | None) -> datetime | None:
    """Count an attempt to sign in, and say until when its counter is locked; None where it is not, and the password
    may be looked at."""
    at = now()
    row = _held(key, at)
    if row.locked_until is not None and row.locked_until > at:
        _record(actor, user, "locked after too many wrong passwords or codes")
        return row.locked_until
    forgotten = row.locked_until is not None or row.last_at <= at - LOCKED_FOR
    row.failures = 1 if forgotten else row.failures + 1
    row.last_at = at
    row.locked_until = at + LOCKED_FOR if row.failures >= WRONG_PASSWORDS else None
    return None


def take_back(key: str) -> None:
    """Within the running transaction, uncount an attempt whose password was right, because a second factor is asked for
    now. What was wrong before stays counted, so that a right password buys nobody more codes to guess."""
    counted = update(SignInAttempts).where(SignInAttempts.key == key, SignInAttempts.failures > 0)
    db.session.execute(counted.values(failures=SignInAttempts.failures - 1, locked_until=None))


@action(ANYONE)
def refuse_attempt(actor: Actor, user: User | None, reason: str = "wrong password, or no such name") -> None:
    """Record that somebody was not let in; the attempt has been counted before."""
    _record(actor, user, reason)


@action(ANYONE)
def uncount_attempt(actor: Actor, key: str) -> None:  # noqa: ARG001 - every action takes its actor
    """Uncount an attempt whose password was right and from which nothing followed: what came with it was missing, or
    was not right."""
    take_back(key)


def held_counter(key: str) -> SignInAttempts:
    """Give the counter of a key, held until the running transaction ends."""
    return _held(key, now())


def _held(key: str, at: datetime) -> SignInAttempts:
    """Give a counter's row, made where it is missing, and held until the transaction ends."""
    kind = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    made = kind.insert(SignInAttempts).values(key=key, failures=0, last_at=at)
    # An update that changes nothing holds the row; DO NOTHING would leave it to be deleted in between.
    db.session.execute(made.on_conflict_do_update(index_elements=["key"], set_={"key": made.excluded.key}))
    return db.session.get_one(SignInAttempts, key, populate_existing=True)


def _record(actor: Actor, user: User | None, reason: str) -> None:
    audit.record(actor, Event.SESSION_REFUSED, user or NoUser(), changes={}, note=reason)
