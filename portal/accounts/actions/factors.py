"""Setting up second factors, and taking them away."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from portal.accounts import one_time_codes, queries
from portal.accounts.actions.accepting import APP_SECRET, forget_factors, spend_challenge
from portal.accounts.actions.password_changes import end_all
from portal.accounts.actions.telling import tell
from portal.accounts.drafts import NewPasskey
from portal.accounts.limits import MOST_PASSKEYS, PasskeyUse
from portal.accounts.models import Authenticator, Passkey, PasskeyChallenge, RecoveryCode, User
from portal.accounts.passkeys import NotRight, passkeys, read_answer
from portal.accounts.random_secrets import hashed, hashed_bytes
from portal.foundation import audit, personal_secrets
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid, NotFound
from portal.foundation.permissions import Actor, Permission
from portal.mail.limits import Kind

CHALLENGE_LASTS = timedelta(minutes=5)
APP = "the authenticator app"


def add_authenticator(actor: Actor, secret: str, code: str, session_id: str | None = None) -> list[str]:
    """Set up the actor's authenticator app, over an older one, once its first code is right. Give ten recovery codes
    where this is the first second factor, none where there are codes already. With the first one all sessions but
    `session_id`, and the tokens of the API, end: they began by a password alone. Raises Invalid at `code`."""
    return _add_authenticator(actor, queries.user_by_id(actor.user_id), secret, code, session_id)


@action(Permission.ACCOUNT_EDIT)
def _add_authenticator(actor: Actor, user: User, secret: str, code: str, session_id: str | None) -> list[str]:
    plain = one_time_codes.plain(code)
    step = one_time_codes.step_of(secret, plain, now()) if one_time_codes.is_of_app(plain) else None
    if step is None:
        raise Invalid.at("code", "This code is not right. Type the six digits that the app shows now.")
    first = not queries.has_second_factor(user.id)
    app = db.session.get(Authenticator, user.id)
    if app is None:
        app = Authenticator(user_id=user.id)
        db.session.add(app)
    app.made_at, app.last_step = now(), step
    personal_secrets.put(user.id, APP_SECRET, secret)
    _note(actor, user, Event.FACTOR_ADDED, "added", APP)
    return _first_of(user, session_id) if first else []


def add_passkey(actor: Actor, draft: NewPasskey, session_id: str | None = None) -> list[str]:
    """Keep a passkey that the actor's browser made. Give ten recovery codes where this is the first second factor; what
    ends with that is as with the app. Raises Invalid at `passkey` where it is not what was asked for."""
    return _add_passkey(actor, queries.user_by_id(actor.user_id), draft, session_id)


@action(Permission.ACCOUNT_EDIT)
def _add_passkey(actor: Actor, user: User, draft: NewPasskey, session_id: str | None) -> list[str]:
    try:
        _, challenge = read_answer(draft.passkey)
        spend_challenge(challenge, PasskeyUse.MAKE, user)
        made = passkeys.made(draft.passkey, challenge)
    except NotRight as error:
        raise Invalid.at("passkey", "The passkey could not be checked. Try again.") from error
    first, known = not queries.has_second_factor(user.id), queries.passkeys_of(user.id)
    _room_for(known)
    if queries.is_known_passkey(made.credential_id):
        raise Conflict("This passkey is set up already.")
    db.session.add(
        Passkey(
            user_id=user.id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=draft.name,
        )
    )
    _note(actor, user, Event.FACTOR_ADDED, "added", f"the passkey “{draft.name}”")
    return _first_of(user, session_id) if first else []


def remove_factor(actor: Actor, factor: UUID | None) -> None:
    """Take the actor's passkey of this id away, or with None the authenticator app. With the last second factor the
    recovery codes go. Raises NotFound where there is none."""
    _remove_factor(actor, queries.user_by_id(actor.user_id), factor)


@action(Permission.ACCOUNT_EDIT)
def _remove_factor(actor: Actor, user: User, factor: UUID | None) -> None:
    row = db.session.get(Authenticator, user.id) if factor is None else db.session.get(Passkey, factor)
    if row is None or row.user_id != user.id:
        raise NotFound
    others = len(queries.passkeys_of(user.id)) + (db.session.get(Authenticator, user.id) is not None) - 1
    db.session.delete(row)
    if isinstance(row, Authenticator):
        personal_secrets.forget(user.id, APP_SECRET)
    if not others:
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    called = f"the passkey “{row.name}”" if isinstance(row, Passkey) else APP
    _note(actor, user, Event.FACTOR_REMOVED, "removed", called)


@action(Permission.USERS_MANAGE)
def take_away_factors(actor: Actor, user: User) -> None:
    """Take all second factors and recovery codes of somebody away who has lost them; sessions and tokens end, and the
    person is told. Make sure first that it is the person who asks. Raises Conflict where there is none."""
    if not queries.has_second_factor(user.id):
        raise Conflict(f"{user.username} has no second factor.")
    forget_factors(user)
    end_all(user)
    _note(actor, user, Event.FACTOR_REMOVED, "removed", "every second factor")


def make_recovery_codes(actor: Actor) -> list[str]:
    """Give the actor ten new recovery codes; the ones before work no more. Raises Conflict without a second factor."""
    return _make_recovery_codes(actor, queries.user_by_id(actor.user_id))


@action(Permission.ACCOUNT_EDIT)
def _make_recovery_codes(actor: Actor, user: User) -> list[str]:
    if not queries.has_second_factor(user.id):
        raise Conflict("Set up an authenticator app or a passkey first: the codes are for when it is lost.")
    audit.record(actor, Event.FACTOR_CODES_MADE, user, changes={})
    tell(user, Kind.SECOND_FACTOR_CHANGED, what="codes")
    return _new_codes(user)


def ask_to_make(actor: Actor) -> dict[str, Any]:
    """Give what the actor's browser is asked for to make a passkey. Raises Conflict where there are enough."""
    user = queries.user_by_id(actor.user_id)
    known = queries.passkeys_of(user.id)
    _room_for(known)
    challenge = _challenge(actor, PasskeyUse.MAKE, user.id)
    return passkeys.to_make(challenge, user.id.bytes, user.username, [each.credential_id for each in known])


def ask_to_sign(actor: Actor, use: PasskeyUse, user_id: UUID | None) -> dict[str, Any]:
    """Give what a browser is asked for to sign with a passkey: one of a user's, or, where nobody is named, whichever
    the person chooses."""
    known = [each.credential_id for each in queries.passkeys_of(user_id)] if user_id is not None else []
    return passkeys.to_sign(_challenge(actor, use, user_id), known, verified=user_id is None)


@action(ANYONE)
def _challenge(actor: Actor, use: PasskeyUse, user_id: UUID | None) -> bytes:  # noqa: ARG001 - every action takes its actor
    challenge = secrets.token_bytes(32)
    row = PasskeyChallenge(challenge_hash=hashed_bytes(challenge), purpose=use, user_id=user_id)
    row.expires_at = now() + CHALLENGE_LASTS
    db.session.add(row)
    return challenge


def _room_for(known: list[Passkey]) -> None:
    if len(known) >= MOST_PASSKEYS:
        raise Conflict(f"You have {MOST_PASSKEYS} passkeys, which is as many as one may have. Remove one first.")


def _first_of(user: User, session_id: str | None) -> list[str]:
    """Give recovery codes to somebody with a first second factor, and end what began by a password alone."""
    if session_id is not None:
        end_all(user, but=hashed(session_id))
    return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = one_time_codes.new_recovery_codes()
    at = now()
    rows = [RecoveryCode(user_id=user.id, code_hash=hashed(one_time_codes.plain(code)), made_at=at) for code in codes]
    db.session.add_all(rows)
    return codes


def _note(actor: Actor, user: User, what: Event, told: str, factor: str) -> None:
    changes = {"factor": [None, factor] if what == Event.FACTOR_ADDED else [factor, None]}
    audit.record(actor, what, user, changes=changes)
    tell(user, Kind.SECOND_FACTOR_CHANGED, what=told, factor=factor)
