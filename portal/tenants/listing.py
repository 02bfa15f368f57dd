"""The table of tenants: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import compress
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor
from portal.plans.models import Plan
from portal.plans.queries import catalogue as read_catalogue
from portal.tenants.entitlement import limit_in_force
from portal.tenants.fullness import Fullness
from portal.tenants.limits import Status
from portal.tenants.models import BY_WHAT_IS_FILTERED, Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search
from portal.usage.models import Call, Standing
from portal.usage.queries import running

FEW = 5_000
"""Up to so many are found first and sorted then."""
BY_FIGURES = ("calls", "cost")


class Line(NamedTuple):
    """One tenant as the table shows it: figures of this month, limits in force; money in cents. A tuple, because a
    hundred of them are made for every page."""

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
    def use(self) -> Fullness:
        """How full the month's limit is."""
        return Fullness(self.calls, self.calls_limit)


@dataclass(frozen=True)
class Found:
    """A page of the table and how many tenants there are in all."""

    lines: Sequence[Line]
    total: int
    search: Search


def find(actor: Actor, search: Search, catalogue: Sequence[Plan]) -> Found:
    """Give a page of the tenants that the actor may see. Two queries, whatever the number; `catalogue` has every
    plan."""
    where = and_(visible_to(actor), *search.conditions())
    total = db.session.scalar(select(func.count()).select_from(Tenant).where(where)) or 0
    return Found(first(actor, search, catalogue, many=total > FEW), total, search)


def first(actor: Actor, search: Search, catalogue: Sequence[Plan], *, many: bool) -> list[Line]:
    """Give a page of the tenants that the actor may see. One query. Where `many` are expected and it is sorted by
    figures, it goes through these until the page is full; else it finds all of them first and sorts them."""
    where = and_(visible_to(actor), *search.conditions())
    if many and search.narrowed and search.sort in BY_FIGURES:
        where = Standing.tenant_id.in_(_walked(where, search))
        search = replace(search, offset=0)
    return _lines(_sorted(_columns().where(where), search).limit(search.limit).offset(search.offset), catalogue)


def _walked(where: ColumnElement[bool], search: Search) -> Select[Any]:
    """Find the page's tenants in the order of an index of figures; the page is soon full of them."""
    found = select(Tenant.id).where(Tenant.id == Standing.tenant_id, where).correlate(Standing)
    if search.broad:
        found = found.with_hint(Tenant, BY_WHAT_IS_FILTERED, "sqlite")
    page = _sorted(select(Standing.tenant_id).where(found.exists()), search).limit(search.limit).offset(search.offset)
    return select(page.subquery())


def lines_of(actor: Actor, slugs: Sequence[str], catalogue: Sequence[Plan]) -> list[Line]:
    """Give the lines of these tenants, in no order; what the actor does not see is left out. One query, whatever the
    number."""
    return _lines(_columns().where(visible_to(actor), Tenant.slug.in_(slugs)), catalogue)


def _lines(query: Select[Any], catalogue: Sequence[Plan]) -> list[Line]:
    plans, month = {plan.key: plan for plan in catalogue}, month_of(now())
    rows = db.session.execute(query).all()
    if any(row.billing_plan not in plans for row in rows):  # made since the catalogue was read
        plans = {plan.key: plan for plan in read_catalogue()}
    return [_line(row, plans, month) for row in rows]


def _columns() -> Select[Any]:
    active = select(func.count()).select_from(Call).where(Call.tenant_id == Tenant.id, running()).scalar_subquery()
    columns: tuple[Any, ...] = (
        Tenant.id,
        Tenant.name,
        Tenant.slug,
        Tenant.status,
        Tenant.suspended_until,
        Tenant.kind,
        Tenant.created_at,
        Tenant.billing_plan,
        Tenant.monthly_call_limit,
        Tenant.max_concurrent_calls,
        Tenant.limit_overrides,
        Standing.month,
        Standing.calls,
        Standing.cents,
        active,
        *(getattr(Tenant, flag) for _, flag in _FLAGS),
    )
    return select(*columns).join(Standing, Standing.tenant_id == Tenant.id)


_FLAGS = (
    ("SIP", "sip_enabled"),
    ("recording", "recording_enabled"),
    ("analytics", "analytics_enabled"),
    ("HIPAA", "hipaa_enabled"),
    ("PCI", "pci_enabled"),
)
_FLAG_WORDS = tuple(word for word, _ in _FLAGS)


def _line(row: Any, plans: Mapping[str, Plan], this_month: date) -> Line:
    (
        id_,
        name,
        slug,
        status,
        until,
        kind,
        created_at,
        key,
        monthly,
        most,
        overrides,
        month,
        calls,
        cents,
        active,
        *flags,
    ) = row
    if status == Status.SUSPENDED and until is not None and until <= now():
        status = Status.ACTIVE
    plan, current = plans[key], month == this_month
    return Line(
        id=id_,
        name=name,
        slug=slug,
        status=status,
        kind=kind,
        plan_label=plan.label,
        calls=calls if current else 0,
        calls_limit=limit_in_force("monthly_call_limit", monthly, overrides, plan),
        active=active,
        active_limit=limit_in_force("max_concurrent_calls", most, overrides, plan),
        cents=cents if current else 0,
        features=tuple(compress(_FLAG_WORDS, flags)),
        created_at=created_at,
    )


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
