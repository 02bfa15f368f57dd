"""Reading users, and who stands behind a session or a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Mapped

from portal.accounts.limits import login_key
from portal.accounts.models import (
    ApiToken,
    Authenticator,
    ConfirmationLink,
    KnownDevice,
    Passkey,
    Session,
    SignInLink,
    User,
)
from portal.accounts.random_secrets import hashed
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Gone, NotFound
from portal.foundation.permissions import Actor, Door, Role
from portal.members.models import Membership
from portal.members.queries import roles_of
from portal.tenants.models import Tenant


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
    return _actor((user.id, user.username, user.role, user.owner_id), door, address)


_WHO = (User.id, User.username, User.role, User.owner_id)


def _actor(who: Sequence[Any], door: Door, address: str | None) -> Actor:
    user_id, username, role, owner_id = who
    return Actor(
        user_id=user_id,
        username=username,
        role=Role(role),
        door=door,
        address=address,
        owner_id=owner_id,
        memberships=roles_of(user_id),
    )


def actor_for_session(session_id: str, lifetime: Lifetime, address: str | None) -> Present | None:
    """Give who stands behind a browser's session; None where it has ended, or its user is disabled."""
    at = now()
    found = db.session.execute(
        select(Session.seen_at, Session.created_at, User.email, User.email_confirmed_at, *_WHO)
        .join(Session.user)
        .where(
            Session.id_hash == hashed(session_id),
            Session.seen_at > at - lifetime.idle,
            Session.created_at > at - lifetime.absolute,
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        return None
    unconfirmed = found.email if found.email_confirmed_at is None else None
    return Present(_actor(found[4:], Door.WEB, address), found.seen_at, found.created_at, unconfirmed)


def actor_for_token(bearer: str, address: str | None) -> Actor | None:
    """Give who stands behind an access token; None where it is none, has expired, or its user is disabled."""
    found = db.session.execute(
        select(*_WHO)
        .select_from(ApiToken)
        .join(ApiToken.user)
        .where(
            ApiToken.token_hash == hashed(bearer),
            ApiToken.refresh.is_(False),
            ApiToken.expires_at > now(),
            User.disabled_at.is_(None),
        )
    ).first()
    return _actor(found, Door.API, address) if found else None


def has_password(user_id: UUID | None) -> bool:
    """Say whether a user signs in with a password; those of the demonstration have none."""
    return db.session.scalar(select(User.id).where(User.id == user_id, User.password_hash.is_not(None))) is not None


def holds_factor(user_id: Mapped[UUID] | UUID | None) -> ColumnElement[bool]:
    """Write the condition that a user has a second factor: an authenticator app or a passkey. Recovery codes are
    none by themselves."""
    kinds = (Authenticator, Passkey)
    return or_(*(select(kind.user_id).where(kind.user_id == user_id).exists() for kind in kinds))


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
