"""Changing a password: by the one that is, or by a link that was mailed."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update

from portal.accounts import queries
from portal.accounts.actions.accepting import forget_factors
from portal.accounts.actions.sessions import renewed
from portal.accounts.actions.telling import tell
from portal.accounts.actions.trust import (
    LOCKED_FOR,
    NoUser,
    Proof,
    attempts_keys_of,
    held_counter,
    prove,
    uncount_attempt,
)
from portal.accounts.drafts import Credentials, Forgotten, PasswordChange, PasswordReset
from portal.accounts.limits import login_key
from portal.accounts.models import ApiToken, ResetLink, Session, SignInAttempts, User, WaitingSignIn
from portal.accounts.passwords import guessed_early, passwords
from portal.accounts.random_secrets import hashed, new_secret
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Gone, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.mail import actions as mail
from portal.mail.limits import Kind

RESET_LASTS = timedelta(minutes=30)
RESETS = 3
"""How many links are mailed for one name within half an hour at most, so that nobody floods another's mailbox."""


def change_password(actor: Actor, session_id: str, draft: PasswordChange, device_mark: str | None = None) -> str:
    """Change the actor's password. Other sessions and the tokens of the API end; this session goes on under a new id,
    which is given.

    Raises WrongCredentials where the old one is wrong, Invalid at `new_password`, TooMany while the name is locked.
    """
    user = queries.user_by_id(actor.user_id)
    proof = prove(actor, Credentials(username=user.username, password=draft.password), device_mark)
    try:
        if draft.new_password == draft.password:
            raise Invalid.at("new_password", "This is the password you have. Choose another one.")
        new_hash = _fresh_hash(user, draft.new_password)
    except Invalid:
        uncount_attempt(actor, proof.attempts)  # the old password was right
        raise
    return _change(actor, user, session_id, proof, new_hash)


@action(Permission.ACCOUNT_EDIT)
def _change(actor: Actor, user: User, session_id: str, proof: Proof, password_hash: str) -> str:
    new_id = renewed(user, session_id)
    proof.settle(user)
    user.password_hash = password_hash
    audit.record(actor, Event.USER_PASSWORD_CHANGED, user)
    end_all(user, but=hashed(new_id))
    tell(user, Kind.PASSWORD_CHANGED, address=actor.address)
    return new_id


@action(ANYONE)
def ask_for_reset(actor: Actor, draft: Forgotten) -> None:
    """Mail a link that sets a new password, where there is somebody of this name or address. What is answered, and
    what is done, is the same where there is nobody; after three within half an hour nothing more is sent."""
    user = queries.user_by_login(draft.username)
    counter = held_counter(_reset_key(user, draft.username))
    counter.failures = 1 if counter.last_at <= now() - LOCKED_FOR else counter.failures + 1
    if counter.failures <= RESETS:  # whoever goes on asking keeps nobody out for longer
        counter.last_at = now()
    audit.record(actor, Event.USER_RESET_ASKED_FOR, user or NoUser(), changes={})
    if user is not None and user.disabled_at is None and counter.failures <= RESETS:
        mail.write(Kind.RESET_PASSWORD, user.email, {"username": user.username}, name=user.username, user=user)


def _reset_key(user: User | None, name: str) -> str:
    counted = f"reset:{user.id}" if user is not None else f"reset-name:{login_key(name)}"
    return hashlib.sha256(counted.encode("utf-8", "surrogatepass")).hexdigest()


@action(Permission.JOBS_RUN)
def make_reset_link(actor: Actor, user_id: UUID | None, address: str) -> str | None:  # noqa: ARG001 - every action takes its actor
    """Make the token of a link that sets a new password: 30 minutes, once. Only its hash is kept. None where the user
    is shut out or has another address by now."""
    user = db.session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.email != address:
        return None
    token = new_secret()
    link = ResetLink(token_hash=hashed(token), user_id=user.id, email_key=user.email_key)
    link.expires_at = now() + RESET_LASTS
    db.session.add(link)
    return token


def reset_password(actor: Actor, token: str, draft: PasswordReset) -> User:
    """Set a new password by a link. A lock is lifted; sessions and tokens end. The second factor stays, where the
    address had been confirmed before.

    Raises NotFound where there never was such a link, Gone where it can be used no more, Invalid at `new_password`.
    """
    link = queries.usable_reset(token)
    return _reset(actor, link, _fresh_hash(link.user, draft.new_password))


@action(ANYONE)
def _reset(actor: Actor, link: ResetLink, password_hash: str) -> User:
    user = link.user
    if not link.usable:
        raise Gone("This link has been used.")  # by another at the same moment, who was first
    at = now()
    user.password_hash = password_hash
    if user.email_confirmed_at is None:  # whoever set factors up never showed to read the mail of this address
        forget_factors(user)
        user.email_confirmed_at = at
    themselves = queries.actor_of(user, actor.door, actor.address)
    audit.record(themselves, Event.USER_PASSWORD_CHANGED, user, note="by a link that was mailed")
    end_all(user)
    db.session.execute(delete(SignInAttempts).where(SignInAttempts.key.in_(attempts_keys_of(user))))
    link.used_at = at
    tell(user, Kind.PASSWORD_CHANGED, by_link=True, address=actor.address)
    return user


def end_all(user: User, but: str | None = None) -> None:
    """Within the running transaction, end a user's sessions, `but` the one of this hash, the tokens of the API, what
    waits for a second factor, and links that set a password."""
    db.session.flush()  # a session's new id is in the database before the others go
    db.session.execute(delete(Session).where(Session.user_id == user.id, Session.id_hash != (but or "")))
    for kind in (ApiToken, WaitingSignIn):
        db.session.execute(delete(kind).where(kind.user_id == user.id))
    unused = update(ResetLink).where(ResetLink.user_id == user.id, ResetLink.used_at.is_(None))
    db.session.execute(unused.values(used_at=now()))


def _fresh_hash(user: User, password: str) -> str:
    if guessed_early(password, user.username, user.email):
        early = "New password: it is among the first that are guessed; several words in a row are better."
        raise Invalid.at("new_password", early)
    return passwords.hash(password)
