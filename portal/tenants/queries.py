"""Reading tenants, always through the actor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.models import User
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Invalid, Moved, NotFound
from portal.foundation.permissions import Actor, MembershipRole, Permission, Role
from portal.foundation.vault import TenantSecret
from portal.members.models import Membership
from portal.requests.models import Request
from portal.resources.limits import Kind as ResourceKind
from portal.resources.models import Resource
from portal.tenants.limits import SLUG_PATTERN, Status
from portal.tenants.models import OldSlug, Tenant
from portal.tenants.setup import unfinished
from portal.usage.models import Call, Recording, RefusedCall, Standing
from portal.usage.queries import active_calls, running
from portal.webhooks.models import Delivery


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Give the condition that a tenant is one the actor may see."""
    if actor.can(Permission.TENANTS_VIEW_ALL):
        return true()
    return Tenant.scope_id.in_(list(actor.memberships))


def in_status(statuses: Sequence[str]) -> ColumnElement[bool]:
    """Give the condition that a tenant counts as one of `statuses` now: a suspension past its end counts no more."""
    over = and_(Tenant.status == Status.SUSPENDED, func.coalesce(Tenant.suspended_until <= now(), False))
    parts: list[ColumnElement[bool]] = [Tenant.status.in_([each for each in statuses if each != Status.SUSPENDED])]
    if Status.SUSPENDED in statuses:
        parts.append(and_(Tenant.status == Status.SUSPENDED, not_(over)))
    if Status.ACTIVE in statuses:
        parts.append(over)
    return or_(*parts)


def tenant_by_slug(actor: Actor, slug: str) -> Tenant:
    """Give the tenant of a slug. Raises Moved with its present one for a slug it had before, NotFound where there is
    none that this actor may see."""
    if not re.fullmatch(SLUG_PATTERN, slug):
        raise NotFound  # nor is the database asked for what it could not hold
    tenant = db.session.scalar(select(Tenant).where(Tenant.slug == slug, visible_to(actor)))
    if tenant is not None:
        return tenant
    moved = db.session.scalar(
        select(Tenant.slug).join(OldSlug, OldSlug.tenant_id == Tenant.id).where(OldSlug.slug == slug, visible_to(actor))
    )
    if moved is not None:
        raise Moved(slug=moved)
    raise NotFound


def tenant_by_id(actor: Actor, tenant_id: UUID) -> Tenant:
    """Give the tenant of an id; NotFound where there is none that this actor may see."""
    tenant = db.session.scalar(select(Tenant).where(Tenant.id == tenant_id, visible_to(actor)))
    if tenant is None:
        raise NotFound
    return tenant


def tenant_by_address(actor: Actor, tenant_id: str) -> Tenant:
    """Give the tenant of an id as it stands in an address; NotFound where it is none, or none that the actor may
    see."""
    try:
        return tenant_by_id(actor, UUID(tenant_id))
    except ValueError as error:
        raise NotFound from error


def tenants_by_ids(actor: Actor, tenant_ids: Sequence[UUID]) -> dict[UUID, Tenant]:
    """Give those of these tenants that the actor may see, by id."""
    rows = db.session.scalars(select(Tenant).where(Tenant.id.in_(tenant_ids), visible_to(actor)))
    return {tenant.id: tenant for tenant in rows}


def unfinished_of_owner(actor: Actor) -> Sequence[Tenant]:
    """Give the tenants that the actor owns and whose set-up is not finished, by name."""
    owned = [scope for scope, role in actor.memberships.items() if role == MembershipRole.OWNER]
    if not owned:
        return []
    query = select(Tenant).where(Tenant.scope_id.in_(owned), unfinished()).order_by(Tenant.sort_name, Tenant.id)
    return db.session.scalars(query).all()


def may_make_its_own(actor: Actor) -> bool:
    """Say whether the actor signed up for an organization that was never made."""
    return actor.role == Role.BUSINESS and actor.owner_id is None


def page_by_id(actor: Actor, status: str | None, after: UUID | None, offset: int, limit: int) -> Sequence[Tenant]:
    """Give the actor's tenants in the order of their ids: a stable order for programs that page through them."""
    query = select(Tenant).where(visible_to(actor)).order_by(Tenant.id).limit(limit).offset(offset)
    if status is not None:
        query = query.where(in_status((status,)))
    if after is not None:
        query = query.where(Tenant.id > after)
    return db.session.scalars(query).all()


def count(actor: Actor, status: str | None = None) -> int:
    """Count the tenants that the actor may see."""
    query = select(func.count()).select_from(Tenant).where(visible_to(actor))
    if status is not None:
        query = query.where(in_status((status,)))
    return db.session.scalar(query) or 0


def sub_organizations(tenant: Tenant, limit: int = 20) -> Sequence[Tenant]:
    """Give the first sub-organizations of a tenant, by name."""
    return db.session.scalars(
        select(Tenant).where(Tenant.parent_id == tenant.id).order_by(Tenant.sort_name).limit(limit)
    ).all()


def month_cents(tenants: Sequence[Tenant]) -> dict[UUID, int]:
    """Give what each tenant has cost this month, in cents."""
    this_month = now().date().replace(day=1)
    rows = db.session.execute(
        select(Standing.tenant_id, Standing.cents).where(
            Standing.tenant_id.in_([tenant.id for tenant in tenants]), Standing.month == this_month
        )
    )
    return {row.tenant_id: row.cents for row in rows}


def owner(tenant: Tenant) -> User | None:
    """Give the user who owns a tenant; None where nobody does."""
    return db.session.get(User, tenant.owner_id) if tenant.owner_id else None


def secrets_of(tenants: Sequence[Tenant]) -> dict[UUID, dict[str, TenantSecret]]:
    """Give which secrets each tenant has set, by field: never what they are."""
    found: dict[UUID, dict[str, TenantSecret]] = {}
    ids = [tenant.id for tenant in tenants]
    for secret in db.session.scalars(select(TenantSecret).where(TenantSecret.tenant_id.in_(ids))):
        found.setdefault(secret.tenant_id, {})[secret.field] = secret
    return found


def in_use(tenant: Tenant) -> dict[str, int]:
    """Count what a tenant uses of the limits that can be counted."""
    kinds = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Resource.kind, func.count()).where(Resource.tenant_id == tenant.id).group_by(Resource.kind)
        )
    }
    members = db.session.scalar(
        select(func.count()).select_from(Membership).where(Membership.scope_id == tenant.scope_id)
    )
    return {
        "max_agents": kinds.get(ResourceKind.AGENT, 0),
        "max_squads": kinds.get(ResourceKind.SQUAD, 0),
        "max_users": members or 0,
        "max_concurrent_calls": _active(tenant),
    }


@dataclass(frozen=True)
class Concerned:
    """How many calls run now, and how many agents and members there are: whom a change of the status concerns."""

    calls: int
    agents: int
    members: int


def concerned(tenant: Tenant) -> Concerned:
    """Count whom a change of a tenant's status concerns, in one query."""
    number = select(func.count())
    row = db.session.execute(
        select(
            number.select_from(Call).where(Call.tenant_id == tenant.id, running()).scalar_subquery(),
            number.select_from(Resource)
            .where(Resource.tenant_id == tenant.id, Resource.kind == ResourceKind.AGENT)
            .scalar_subquery(),
            number.select_from(Membership).where(Membership.scope_id == tenant.scope_id).scalar_subquery(),
        )
    ).one()
    return Concerned(*row)


def against_deletion(tenant: Tenant) -> list[str]:
    """Say in sentences what stands against deleting a tenant; nothing where nothing does."""
    sentences = []
    if active := _active(tenant):
        calls = "1 call is" if active == 1 else f"{active:,} calls are"
        sentences.append(f"{calls} active. End what is running first.")
    children = db.session.scalar(select(func.count()).select_from(Tenant).where(Tenant.parent_id == tenant.id)) or 0
    if children:
        names = ", ".join(child.name for child in sub_organizations(tenant, limit=3))
        exist = "1 sub-organization exists" if children == 1 else f"{children:,} sub-organizations exist"
        sentences.append(f"{exist} ({names}). Delete or move what is below first.")
    return sentences


def owned_counts(tenant: Tenant) -> dict[str, int]:
    """Count everything that goes with a tenant, by kind, in one query."""

    def counted(name: str, column: InstrumentedAttribute[Any], owner: UUID):  # type: ignore[no-untyped-def]
        return select(literal(name), func.count()).where(column == owner)

    kinds: list[tuple[str, InstrumentedAttribute[Any], UUID]] = [
        ("calls", Call.tenant_id, tenant.id),
        ("recordings", Recording.tenant_id, tenant.id),
        ("refusals", RefusedCall.tenant_id, tenant.id),
        ("deliveries", Delivery.tenant_id, tenant.id),
        ("members", Membership.scope_id, tenant.scope_id),
        ("requests", Request.tenant_id, tenant.id),
    ]
    resources = [
        counted(kind.value, Resource.tenant_id, tenant.id).where(Resource.kind == kind) for kind in ResourceKind
    ]
    rows = db.session.execute(union_all(*(counted(*each) for each in kinds), *resources))
    return {row[0]: row[1] for row in rows}


def check_parent(tenant_id: UUID, parent_id: UUID) -> None:
    """Make sure that a tenant may be put below another: it exists, and no tenant comes to be below itself. Invalid."""
    above: UUID | None = parent_id
    seen = {tenant_id}
    while above is not None:
        if above in seen:
            raise Invalid.at("parent_id", "A tenant cannot be its own sub-organization, not even in between.", "cycle")
        seen.add(above)
        row = db.session.execute(select(Tenant.id, Tenant.parent_id).where(Tenant.id == above)).first()
        if row is None:
            raise Invalid.at("parent_id", "There is no tenant with this id.", "unknown")
        above = row.parent_id


def check_external_id(tenant_id: UUID, external_id: str) -> None:
    """Make sure that no other tenant has an external id. Invalid."""
    holder = db.session.scalar(select(Tenant.id).where(Tenant.external_id == external_id, Tenant.id != tenant_id))
    if holder is not None:
        raise Invalid.at("external_id", "Another tenant has this external id. Each stands for one tenant.", "taken")


def _active(tenant: Tenant) -> int:
    return active_calls([tenant.id])[tenant.id]
