"""The few named people and tenants that every test knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from portal.accounts import actions as accounts
from portal.accounts import queries
from portal.accounts.drafts import NewUser
from portal.accounts.models import User
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import Actor, Door, MembershipRole, Role, system
from portal.mail.models import Message
from portal.members import actions as members
from portal.tenants import actions as tenants
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.models import Tenant
from tests.client import PASSPHRASE


def make_user(name: str, role: Role, *, confirmed: bool = True) -> User:
    """Make a user through the action, with the password that everybody here has."""
    draft = NewUser.read({"username": name, "email": f"{name}@example.com", "password": PASSPHRASE, "role": role})
    user = accounts.create_user(system(), draft)
    if confirmed:
        _confirmed(user)
    return user


def _confirmed(user: User) -> None:
    """Have the user's address confirmed, as if its mail had come and been answered long ago."""
    tables = db.metadata.tables
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        of_user = tables["users"].c.id == user.id
        connection.execute(tables["users"].update().where(of_user).values(email_confirmed_at=user.created_at))
        connection.execute(tables["mail_messages"].delete().where(tables["mail_messages"].c.user_id == user.id))
    db.session.rollback()
    db.session.refresh(user)


def make_tenant(name: str = "Acme Corp", **fields: object) -> Tenant:
    """Make a tenant through the action."""
    return tenants.create_tenant(system(), NewTenant.read({"name": name, **fields})).tenant


SET_UP = {"billing_email": None, "billing_plan": "starter", "sip_enabled": False, "hipaa_enabled": False,
          "webhook_url": None}  # fmt: skip
"""Every choice of the set-up, made by keeping what is there."""


@dataclass
class Cast:
    """ada administers the platform, sam supports it; olive owns Acme, max manages it, vera reads it; otto owns Globex;
    dev is a developer who was invited nowhere."""

    ada: User
    sam: User
    olive: User
    max: User
    vera: User
    otto: User
    dev: User
    acme: Tenant
    globex: Tenant

    @classmethod
    def on_stage(cls) -> Cast:
        """Have them all in an empty database: made through the actions the first time, then from the rows that came of
        it, because almost every test begins with them."""
        if _ROWS:
            _put_back()
        else:
            cls._make()
            _keep()
        users = {user.username: user for user in db.session.scalars(select(User))}
        owned = {tenant.slug: tenant for tenant in db.session.scalars(select(Tenant))}
        return cls(**users, **owned)

    @classmethod
    def _make(cls) -> None:
        users = {name: make_user(name, role) for name, role in (
            ("ada", Role.ADMIN), ("sam", Role.SUPPORT), ("max", Role.DEVELOPER), ("vera", Role.DEVELOPER),
            ("olive", Role.BUSINESS), ("otto", Role.BUSINESS), ("dev", Role.DEVELOPER))}  # fmt: skip
        acme = _named(users["olive"], "Acme Corp", "acme")
        _named(users["otto"], "Globex", "globex")
        members.add_member(system(), acme, users["max"], MembershipRole.MANAGER)
        members.add_member(system(), acme, users["vera"], MembershipRole.VIEWER)
        with unit_of_work() as session:
            session.execute(delete(Message))  # they have read all that

    def actor(self, user: User, door: Door = Door.WEB) -> Actor:
        """Give a user as the one who acts."""
        return queries.actor_of(user, door, "192.0.2.1")


def _named(owner: User, name: str, slug: str) -> Tenant:
    tenant = db.session.get_one(Tenant, owner.owner_id)
    return tenants.change_tenant(system(), tenant, TenantChange.read({"name": name, "slug": slug, **SET_UP})).tenant


_ROWS: dict[str, list[dict[str, Any]]] = {}
_NOT_THEIRS = {"plans", "minute_prices"}


def _keep() -> None:
    with db.engine.begin() as connection:
        for table in db.metadata.sorted_tables:
            if table.name not in _NOT_THEIRS:
                rows = [dict(row) for row in connection.execute(table.select()).mappings()]
                _ROWS.update({table.name: rows} if rows else {})


def _put_back() -> None:
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        tables = db.metadata.tables
        # Users and tenants refer to each other: the users come first, and what they own is said last.
        for name in ("users", *(table.name for table in db.metadata.sorted_tables if table.name != "users")):
            rows = _ROWS.get(name)
            if rows:
                connection.execute(
                    tables[name].insert(), [row | {"owner_id": None} for row in rows] if name == "users" else rows
                )
        for row in _ROWS["users"]:
            if row["owner_id"]:
                of_user = tables["users"].c.id == row["id"]
                connection.execute(tables["users"].update().where(of_user).values(owner_id=row["owner_id"]))
