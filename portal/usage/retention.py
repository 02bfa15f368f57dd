"""Until when a tenant's calls are kept, and what has been removed of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.usage.customer import Customer
from portal.usage.models import Call, RefusedCall, Removal


def kept_from(tenant: Tenant | Customer, at: datetime) -> datetime:
    """Give the moment before which a tenant's calls are removed: midnight of a day, so that days stay whole."""
    return _days_ago(tenant.retention_days, at)


def kept_since(tenants: Sequence[Tenant | Customer], at: datetime) -> dict[UUID, datetime]:
    """Give the moment from which on the calls of these tenants, whom the caller has fetched through the actor, are all
    there: what was removed does not come back when more days are kept from then on. One query."""
    ids = [tenant.id for tenant in tenants]
    removed = select(Removal.tenant_id, func.max(Removal.before)).where(Removal.tenant_id.in_(ids))
    before = {row[0]: row[1] for row in db.session.execute(removed.group_by(Removal.tenant_id))}
    kept = {tenant.id: kept_from(tenant, at) for tenant in tenants}
    return {tenant_id: max(moment, before.get(tenant_id, moment)) for tenant_id, moment in kept.items()}


def tenants_past_retention(actor: Actor, at: datetime) -> Iterator[UUID]:
    """Give the id of each tenant that has calls or refusals from before what it keeps: one query for each number of
    days that anybody keeps, answered from the index on a tenant's calls. Raises Forbidden."""
    actor.require(Permission.TENANTS_ADMINISTER)
    for days in db.session.scalars(select(Tenant.retention_days).distinct()).all():
        before = _days_ago(days, at)
        old = (
            select(model.tenant_id).where(model.tenant_id == Tenant.id, moment < before).exists()
            for model, moment in ((Call, Call.started_at), (RefusedCall, RefusedCall.last_at))
        )
        yield from db.session.scalars(select(Tenant.id).where(Tenant.retention_days == days, or_(*old))).all()


def last_removal(actor: Actor, tenant: Tenant) -> Removal | None:
    """Give what was removed of a tenant's calls on the last day on which anything was; None where nothing ever was.
    Raises Forbidden."""
    actor.require(Permission.USAGE_VIEW, tenant)
    of_tenant = select(Removal).where(Removal.tenant_id == tenant.id)
    return db.session.scalar(of_tenant.order_by(Removal.day.desc()).limit(1))


def _days_ago(days: int, at: datetime) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)
