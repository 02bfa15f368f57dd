"""Telling a tenant's people what happens to it. An address that nobody confirmed is told nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.accounts.limits import login_key
from portal.accounts.models import User
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole
from portal.mail.actions.writing import write
from portal.mail.limits import Kind
from portal.members.models import Membership
from portal.tenants.models import Tenant

HARMLESS = frozenset(
    {"until", "ends_at", "by_itself", "inactive", "suspended", "stopped", "limits", "role", "previous_role", "username",
     "percent", "used", "allowed", "month", "refused_for", "wanted"}
)  # fmt: skip
"""What may be told of a tenant under HIPAA: nothing that somebody wrote freely."""


def tell_owner(tenant: Tenant, kind: Kind, **facts: Any) -> None:
    """Tell a tenant's owners and its billing address something, within the running transaction."""
    tell_owners(kind, [(tenant, facts)])


def tell_owners(kind: Kind, told: Sequence[tuple[Tenant, Mapping[str, Any]]]) -> None:
    """Tell the owners of several tenants, each with its own facts."""
    people = _owners([tenant for tenant, _ in told])
    for tenant, facts in told:
        _tell(tenant, kind, facts, people[tenant.id], belongs=True)


def tell_people(tenant: Tenant, kind: Kind, **facts: Any) -> None:
    """Tell everybody who belongs to a tenant, and its billing address. The messages outlive the tenant."""
    members = select(User).join(Membership, Membership.user_id == User.id)
    members = members.where(Membership.scope_id == tenant.scope_id)
    people = {user.id: user for user in [*_owners([tenant])[tenant.id], *db.session.scalars(members)]}
    _tell(tenant, kind, facts, list(people.values()), belongs=False)


def tell_member(tenant: Tenant, user: User, kind: Kind, **facts: Any) -> None:
    """Tell one member of a tenant something about itself."""
    if _may_be_told(user):
        facts = {"username": user.username, **facts, **_named(tenant)}
        write(kind, user.email, facts, name=user.username, user=user, tenant=tenant)


def _tell(tenant: Tenant, kind: Kind, facts: Mapping[str, Any], people: Sequence[User], *, belongs: bool) -> None:
    given = {name: value for name, value in facts.items() if name in HARMLESS or not tenant.hipaa_enabled}
    given |= _named(tenant)
    belonging = tenant if belongs else None
    reached = [user for user in people if _may_be_told(user)]
    for user in reached:
        write(kind, user.email, given, name=user.username, user=user, tenant=belonging)
    # A billing address is whatever an owner typed: it stands on the owner's own confirmed one.
    to_bills, known = tenant.billing_email, {user.email_key for user in people}
    if to_bills and (reached or not people) and login_key(to_bills) not in known:
        write(kind, to_bills, given, tenant=belonging)


def _named(tenant: Tenant) -> dict[str, Any]:
    return {"tenant": tenant.name, "slug": tenant.slug}


def _may_be_told(user: User) -> bool:
    return user.email_confirmed_at is not None and user.disabled_at is None


def _owners(tenants: Sequence[Tenant]) -> Mapping[UUID, list[User]]:
    """Give each tenant's owners: by membership, and the one it names."""
    of_scope = {tenant.scope_id: tenant.id for tenant in tenants}
    owners = select(Membership.scope_id, User).join(User, User.id == Membership.user_id)
    owners = owners.where(Membership.scope_id.in_(of_scope), Membership.role == MembershipRole.OWNER)
    found: dict[UUID, dict[UUID, User]] = defaultdict(dict)
    for scope_id, user in db.session.execute(owners.order_by(Membership.created_at, User.id)):
        found[of_scope[scope_id]][user.id] = user
    named = {tenant.id: tenant.owner_id for tenant in tenants if tenant.owner_id is not None}
    missing = {user_id for tenant_id, user_id in named.items() if user_id not in found[tenant_id]}
    others = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(missing)))} if missing else {}
    for tenant_id, user_id in named.items():
        if user_id in others:
            found[tenant_id][user_id] = others[user_id]
    return defaultdict(list, {tenant_id: list(users.values()) for tenant_id, users in found.items()})
