"""The table of tenants: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor
from portal.plans.models import Plan
from portal.tenants.entitlement import entitlement
from portal.tenants.models import Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search
from portal.usage.models import Call, Standing
from portal.usage.queries import active_calls, running


@dataclass(frozen=True, slots=True)
class Line:
    """One tenant as the table shows it: figures of this month, limits in force; money in cents."""

    id: UUID
    name: str
    slug: str
    status: str
    kind: str
    plan_label: str
    calls: int
    calls_limit: int
    active: int
    active_limit: int
    cents: int
    features: tuple[str, ...]
    created_at: datetime

    @property
    def share(self) -> int | None:
        """How full the month's limit is, in whole percent; None where it admits nothing."""
        return self.calls * 100 // self.calls_limit if self.calls_limit else None

    @property
    def tone(self) -> str:
        """How much attention the month's limit needs: calm, warn from 80 %, bad where it is reached."""
        if self.calls >= self.calls_limit:
            return "bad"
        return "warn" if self.calls * 5 >= self.calls_limit * 4 else "calm"

    @property
    def width(self) -> int:
        """How much of the meter is filled, in percent: use of the limit, or the limit's part of the use when over."""
        if self.over:
            return self.calls_limit * 100 // self.calls
        return self.share if self.share is not None else 0

    @property
    def over(self) -> bool:
        """Whether more was used than the limit allows."""
        return self.calls > self.calls_limit


@dataclass(frozen=True)
class Found:
    """A page of the table and how many tenants there are in all."""

    lines: Sequence[Line]
    total: int
    search: Search


def find(actor: Actor, search: Search, catalogue: Sequence[Plan]) -> Found:
    """Give a page of the tenants that the actor may see. Three queries, whatever the number; `catalogue` has every
    plan."""
    where = and_(visible_to(actor), *search.conditions())
    total = db.session.scalar(select(func.count()).select_from(Tenant).where(where)) or 0
    query = _sorted(_columns().where(where), search).limit(search.limit).offset(search.offset)
    rows = db.session.execute(query).all()
    active = active_calls([row.id for row in rows])
    plans, month = {plan.key: plan for plan in catalogue}, month_of(now())
    return Found([_line(row, plans, active, month) for row in rows], total, search)


def _columns() -> Select[Any]:
    return select(
        Tenant.id, Tenant.name, Tenant.slug, Tenant.status, Tenant.kind, Tenant.billing_plan,
        Tenant.max_concurrent_calls, Tenant.monthly_call_limit, Tenant.limit_overrides, Tenant.sip_enabled,
        Tenant.recording_enabled, Tenant.analytics_enabled, Tenant.hipaa_enabled, Tenant.pci_enabled,
        Tenant.created_at, Standing.month, Standing.calls, Standing.cents,
    ).join(Standing, Standing.tenant_id == Tenant.id)  # fmt: skip


_FLAGS = (("sip", "sip_enabled"), ("recording", "recording_enabled"), ("analytics", "analytics_enabled"),
          ("HIPAA", "hipaa_enabled"), ("PCI", "pci_enabled"))  # fmt: skip


def _line(row: Any, plans: Mapping[str, Plan], active: Mapping[UUID, int], month: date) -> Line:
    plan, this_month = plans[row.billing_plan], row.month == month
    return Line(
        id=row.id,
        name=row.name,
        slug=row.slug,
        status=row.status,
        kind=row.kind,
        plan_label=plan.label,
        calls=row.calls if this_month else 0,
        calls_limit=_limit("monthly_call_limit", row, plan),
        active=active.get(row.id, 0),
        active_limit=_limit("max_concurrent_calls", row, plan),
        cents=row.cents if this_month else 0,
        features=tuple(word for word, flag in _FLAGS if getattr(row, flag)),
        created_at=row.created_at,
    )


def _limit(name: str, row: Any, plan: Plan) -> int:
    own = getattr(row, name)
    if own is None:
        return plan.included[name]
    if name not in row.limit_overrides:
        return int(own)
    return entitlement(name, own, plan, row.limit_overrides).value


def _sorted(query: Select[Any], search: Search) -> Select[Any]:
    columns: tuple[Any, ...]
    match search.sort:
        case "status":
            columns = (Tenant.status, Tenant.sort_name, Tenant.id)
        case "kind":
            columns = (Tenant.kind, Tenant.sort_name, Tenant.id)
        case "plan":
            columns = (Tenant.billing_plan, Tenant.sort_name, Tenant.id)
        case "calls":
            columns = (Standing.month, Standing.calls, Standing.tenant_id)
        case "cost":
            columns = (Standing.month, Standing.cents, Standing.tenant_id)
        case "created":
            columns = (Tenant.created_at, Tenant.id)
        case "active":
            now_active = _active_by_tenant()
            query = query.outerjoin(now_active, now_active.c.tenant_id == Tenant.id)
            columns = (func.coalesce(now_active.c.number, 0), Tenant.sort_name, Tenant.id)
        case _:
            columns = (Tenant.sort_name, Tenant.id)
    return query.order_by(*(each.desc() if search.descending else each.asc() for each in columns))


def _active_by_tenant() -> Any:
    return select(Call.tenant_id, func.count().label("number")).where(running()).group_by(Call.tenant_id).subquery()
