"""Reading users, and who stands behind a session or a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Mapped

from portal.accounts.limits import login_key
from portal.accounts.models import (
    ApiToken,
    Authenticator,
    ConfirmationLink,
    KnownDevice,
    Passkey,
    RecoveryCode,
    ResetLink,
    Session,
    SignInLink,
    User,
    WaitingSignIn,
)
from portal.accounts.random_secrets import hashed
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Gone, NotFound
from portal.foundation.permissions import Actor, Door, MembershipRole, Role
from portal.members.models import Membership
from portal.members.queries import roles_of, under_compliance
from portal.tenants.models import Tenant

GUARDED_IDLE = timedelta(minutes=15)
"""How long at most a session may be unused whose user is a member of a tenant with HIPAA or PCI on."""


@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts: unused, and at all."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Present:
    """Somebody signed in: who it is, when the session was last seen, when they last proved who they are, and the
    address that they have not confirmed yet."""

    actor: Actor
    seen_at: datetime
    proved_at: datetime
    unconfirmed: str | None


def user_by_login(name: str) -> User | None:
    """Give the user of a name or an address, whatever its case."""
    key = login_key(name)
    if "\x00" in key:
        return None  # PostgreSQL holds no NUL, and refuses to be asked for one
    column = User.email_key if "@" in key else User.username_key
    return db.session.scalar(select(User).where(column == key))


def user_by_id(user_id: UUID | None) -> User:
    """Give the user of an id, which the caller knows already; NotFound where there is none any more."""
    user = db.session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise NotFound
    return user


def actor_of(user: User, door: Door, address: str | None) -> Actor:
    """Give a user as the one who acts, with what it is a member of."""
    return _actor((user.id, user.username, user.role, user.owner_id, False), roles_of(user.id), door, address)


def holds_factor(user_id: Mapped[UUID] | UUID | None) -> ColumnElement[bool]:
    """Write the condition that a user has a second factor: an authenticator app or a passkey. Recovery codes are
    none by themselves."""
    kinds = (Authenticator, Passkey)
    return or_(*(select(kind.user_id).where(kind.user_id == user_id).exists() for kind in kinds))


_GUARDED = under_compliance(User.id)
"""Whether a tenant that the user is a member of has HIPAA or PCI on."""
_WHO = (User.id, User.username, User.role, User.owner_id, and_(_GUARDED, ~holds_factor(User.id)))


def _actor(who: Sequence[Any], roles: Mapping[UUID, MembershipRole], door: Door, address: str | None) -> Actor:
    user_id, username, role, owner_id, lacks_factor = who
    return Actor(
        user_id=user_id,
        username=username,
        role=Role(role),
        door=door,
        address=address,
        owner_id=owner_id,
        memberships=roles,
        lacks_factor=bool(lacks_factor),
    )


def actor_for_session(session_id: str, lifetime: Lifetime, address: str | None) -> Present | None:
    """Give who stands behind a browser's session; None where it has ended, or its user is disabled."""
    at = now()
    found = db.session.execute(
        select(
            Session.seen_at, Session.created_at, User.email, User.email_confirmed_at, _GUARDED.label("guarded"), *_WHO
        )
        .join(Session.user)
        .where(
            Session.id_hash == hashed(session_id),
            Session.seen_at > at - lifetime.idle,
            Session.created_at > at - lifetime.absolute,
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None or (found.guarded and found.seen_at <= at - GUARDED_IDLE):
        return None
    unconfirmed = found.email if found.email_confirmed_at is None else None
    who = found[5:]
    return Present(_actor(who, roles_of(who[0]), Door.WEB, address), found.seen_at, found.created_at, unconfirmed)


_BEHIND_TOKEN = (
    select(*_WHO[:-1], _WHO[-1].label("lacks_factor"))
    .select_from(ApiToken)
    .join(User, User.id == ApiToken.user_id)
    .where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.refresh.is_(False),
        ApiToken.expires_at > bindparam("at"),
        User.disabled_at.is_(None),
    )
    .limit(1)  # there is one: so the database works out who it is once, and not for each membership
    .subquery()
)
_BEARER = select(_BEHIND_TOKEN, Membership.scope_id, Membership.role.label("membership")).outerjoin(
    Membership, Membership.user_id == _BEHIND_TOKEN.c.id
)


def actor_for_token(bearer: str, address: str | None) -> Actor | None:
    """Give who stands behind an access token; None where it is none, has expired, or its user is disabled."""
    rows = db.session.execute(_BEARER, {"token_hash": hashed(bearer), "at": now()}).all()
    if not rows:
        return None
    roles = {row.scope_id: MembershipRole(row.membership) for row in rows if row.scope_id is not None}
    return _actor(rows[0][: len(_WHO)], roles, Door.API, address)


def has_password(user_id: UUID | None) -> bool:
    """Say whether a user signs in with a password; those of the demonstration have none."""
    return db.session.scalar(select(User.id).where(User.id == user_id, User.password_hash.is_not(None))) is not None


def has_second_factor(user_id: UUID | None) -> bool:
    """Say whether a user has an authenticator app or a passkey."""
    return bool(db.session.scalar(select(holds_factor(user_id))))


def lacking_second_factor(tenant_id: UUID) -> int:
    """Count the members of a tenant who have no second factor. Who is shut out is not counted."""
    members = select(func.count()).select_from(Membership).join(User, User.id == Membership.user_id)
    members = members.join(Tenant, Tenant.scope_id == Membership.scope_id).where(Tenant.id == tenant_id)
    return db.session.scalar(members.where(User.disabled_at.is_(None), ~holds_factor(User.id))) or 0


def is_known_device(user_id: UUID, device_mark: str) -> bool:
    """Say whether a user has signed in from a browser with this mark before."""
    return db.session.get(KnownDevice, (user_id, hashed(device_mark))) is not None


def usable_link(token: str) -> SignInLink:
    """Give a one-time link that can still be used. Raises NotFound where there never was one, Gone where it has been
    used, has expired, or its user is disabled."""
    link = db.session.get(SignInLink, hashed(token))
    if link is None:
        raise NotFound
    if link.used_at is not None or link.expires_at <= now() or link.user.disabled_at is not None:
        raise Gone("This link has been used, or its time is over.")
    return link


def known_marks(user_id: UUID) -> Sequence[str]:
    """Give the hashes of the marks of all browsers that a user has signed in from."""
    return db.session.scalars(select(KnownDevice.mark_hash).where(KnownDevice.user_id == user_id)).all()


def waiting_sign_in(waiting_id: str) -> WaitingSignIn:
    """Give a sign-in that waits for its second factor. Raises Gone where it is finished, or waited too long."""
    waiting = db.session.get(WaitingSignIn, hashed(waiting_id))
    if waiting is None or waiting.expires_at <= now() or waiting.user.disabled_at is not None:
        raise Gone("This took too long. Sign in once more.")
    return waiting


def usable_reset(token: str) -> ResetLink:
    """Give a link that can still set a password. Raises NotFound where there never was one, Gone where it has been
    used or has expired, or the address is no longer its user's."""
    link = db.session.get(ResetLink, hashed(token))
    if link is None:
        raise NotFound
    if not link.usable:
        raise Gone("This link has been used, or its time is over.")
    return link


def passkeys_of(user_id: UUID | None) -> list[Passkey]:
    """Give a user's passkeys, oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def passkey_of(user_id: UUID, credential_id: str) -> Passkey | None:
    """Give a user's passkey by the id that its authenticator knows it under."""
    return db.session.scalar(select(Passkey).filter_by(user_id=user_id, credential_id=credential_id))


def is_known_passkey(credential_id: str) -> bool:
    """Say whether anybody has set up this passkey."""
    return db.session.scalar(select(Passkey.id).filter_by(credential_id=credential_id)) is not None


def user_of_passkey(credential_id: str) -> User | None:
    """Give whose passkey this is; None where it is nobody's."""
    return db.session.scalar(
        select(User).join(Passkey, Passkey.user_id == User.id).where(Passkey.credential_id == credential_id)
    )


def codes_left(user_id: UUID | None) -> int:
    """Count the recovery codes that a user has not used yet."""
    unused = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return db.session.scalar(unused.where(RecoveryCode.used_at.is_(None))) or 0


def usable_confirmation(token: str) -> ConfirmationLink:
    """Give a link that can still confirm an address. Raises NotFound where there never was one, Gone where it has been
    used or has expired, or the address is no longer its user's."""
    link = db.session.get(ConfirmationLink, hashed(token))
    if link is None:
        raise NotFound
    if not link.usable:
        raise Gone("This link has been used, or its time is over.")
    return link


def taken(username: str, email: str) -> list[str]:
    """Say which of the two fields, `username` and `email`, somebody else has already, whatever the case."""
    rows = db.session.execute(
        select(User.username_key, User.email_key).where(
            (User.username_key == login_key(username)) | (User.email_key == login_key(email))
        )
    ).all()
    return [
        field
        for field, key, held in (
            ("username", login_key(username), {row.username_key for row in rows}),
            ("email", login_key(email), {row.email_key for row in rows}),
        )
        if key in held
    ]
