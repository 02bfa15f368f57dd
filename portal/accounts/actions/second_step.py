"""Signing in where a second factor is set: the password first, then the factor; or a passkey by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal.accounts import queries
from portal.accounts.actions.accepting import WrongFactor, accept
from portal.accounts.actions.sessions import SignedIn, start_session
from portal.accounts.actions.trust import (
    Proof,
    WrongCredentials,
    admit_attempt,
    attempts_key,
    prove,
    refuse_attempt,
    take_back,
)
from portal.accounts.drafts import Credentials, GivenFactor
from portal.accounts.models import User, WaitingSignIn
from portal.accounts.passkeys import NotRight, read_answer
from portal.accounts.random_secrets import hashed, new_secret
from portal.foundation.actions import ANYONE, action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Gone
from portal.foundation.permissions import Actor

WAITS_FOR = timedelta(minutes=10)
"""How long a sign-in waits for its second factor."""


@dataclass(frozen=True)
class Waiting:
    """The password was right, and the second factor is asked for now. The id is for a cookie and kept nowhere."""

    waiting_id: str


def sign_in(
    actor: Actor, credentials: Credentials, device_mark: str | None = None, user_agent: str | None = None
) -> SignedIn | Waiting:
    """Let somebody in by name and password, or wait for the second factor where one is set. Raises WrongCredentials,
    and TooMany while the name is locked."""
    proof = prove(actor, credentials, device_mark)
    return _first_step(actor, proof.user, proof, device_mark, user_agent)


@action(ANYONE)
def _first_step(
    actor: Actor, user: User, proof: Proof, device_mark: str | None, user_agent: str | None
) -> SignedIn | Waiting:
    if not queries.has_second_factor(user.id):
        return start_session(actor, user, device_mark=device_mark, user_agent=user_agent, proof=proof)
    if user.disabled_at is not None:
        raise WrongCredentials
    proof.hold(user)
    take_back(proof.attempts)
    waiting = Waiting(new_secret())
    row = WaitingSignIn(id_hash=hashed(waiting.waiting_id), user_id=user.id, fresh_hash=proof.fresh_hash)
    row.expires_at = now() + WAITS_FOR
    db.session.add(row)
    return waiting


def finish_sign_in(
    actor: Actor,
    waiting_id: str,
    given: GivenFactor,
    device_mark: str | None = None,
    user_agent: str | None = None,
) -> SignedIn:
    """Let somebody in whose password was right, by the second factor. Wrong ones are counted with wrong passwords.

    Raises Gone where it waited too long or is finished already, WrongFactor, and TooMany while the name is locked.
    """
    user = queries.waiting_sign_in(waiting_id).user
    key = attempts_key(user.id, user.username, device_mark)
    admit_attempt(actor, key, user)
    try:
        return _finish(actor, user, waiting_id, given, key, device_mark, user_agent)
    except WrongFactor:
        refuse_attempt(actor, user, "wrong second factor")
        raise


@action(ANYONE)
def _finish(
    actor: Actor,
    user: User,
    waiting_id: str,
    given: GivenFactor,
    key: str,
    device_mark: str | None,
    user_agent: str | None,
) -> SignedIn:
    waiting = db.session.get(WaitingSignIn, hashed(waiting_id))
    if waiting is None or waiting.user_id != user.id:
        raise Gone("This sign-in was finished already.")  # by another request at the same moment, which was first
    note = accept(user, given)
    db.session.delete(waiting)
    proof = Proof(user, key, waiting.fresh_hash)
    return start_session(actor, user, device_mark=device_mark, user_agent=user_agent, proof=proof, note=note)


def sign_in_with_passkey(
    actor: Actor, answer: str, device_mark: str | None = None, user_agent: str | None = None
) -> SignedIn:
    """Let somebody in by a passkey alone, whose device has made sure of the person. Raises WrongFactor."""
    try:
        user = queries.user_of_passkey(read_answer(answer)[0])
    except NotRight:
        user = None
    try:
        if user is None:
            raise WrongFactor("This passkey is not known here. Sign in with your password.")
        return _enter_with_passkey(actor, user, answer, device_mark, user_agent)
    except WrongFactor:
        refuse_attempt(actor, user, "wrong passkey")
        raise


@action(ANYONE)
def _enter_with_passkey(
    actor: Actor, user: User, answer: str, device_mark: str | None, user_agent: str | None
) -> SignedIn:
    note = accept(user, GivenFactor(passkey=answer), alone=True)
    return start_session(actor, user, device_mark=device_mark, user_agent=user_agent, note=note)
