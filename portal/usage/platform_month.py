"""What all tenants used in one month, sorted by any figure: a page of it with its sums, or all of it as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Select,
    String,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.plans.models import Plan
from portal.plans.queries import catalogue as read_catalogue
from portal.tenants.entitlement import limit_in_force
from portal.tenants.fullness import Fullness
from portal.tenants.listing import FEW
from portal.tenants.models import BY_WHAT_IS_FILTERED, Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search
from portal.usage.models import MonthlyFigures
from portal.usage.platform_sums import Sums, sources, sums_of

FIGURES = {"calls": "calls", "minutes": "seconds", "cost": "cents", "refused": "refused", "peak": "peak_concurrent"}
"""What the months are sorted by → the column."""
SORTS = ("name", *FIGURES)
AT_ONCE = 1_000
"""How many rows are read at a time when all of them are asked for."""


class Line(NamedTuple):
    """One tenant's month; money in cents. Plan and limit are those of now, or, of a month that is over, those with
    which it was closed; `limit` is None, and the plan that of now, where nobody noted them then."""

    id: UUID
    name: str
    slug: str
    external_id: str | None
    plan_label: str
    limit: int | None
    calls: int
    seconds: int
    cents: int
    refused: int
    peak: int

    @property
    def minutes(self) -> int:
        """The seconds in minutes, rounded half-up."""
        return (self.seconds + 30) // 60

    @property
    def use(self) -> Fullness | None:
        """How full the month's limit is, or was; None where it is not known."""
        return None if self.limit is None else Fullness(self.calls, self.limit)


@dataclass(frozen=True)
class PlatformMonth:
    """A page of a month of all tenants that are asked for, what they all used, and what they used the month before."""

    month: date
    lines: Sequence[Line]
    sums: Sums
    sums_before: Sums
    first: date

    @property
    def running(self) -> bool:
        """Whether the month is not over."""
        return self.month == month_of(now())

    @property
    def before(self) -> date:
        """The month before."""
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def previous(self) -> date | None:
        """The month before; None where nobody used anything then or earlier."""
        return self.before if self.month > self.first else None

    @property
    def following(self) -> date | None:
        """The month after; None after the running one."""
        return None if self.running else (self.month + timedelta(days=31)).replace(day=1)


def platform_month(actor: Actor, search: Search, month: date, catalogue: Sequence[Plan]) -> PlatformMonth:
    """Give a page of what tenants used in a month. Four queries, whatever the number; `catalogue` has every plan.
    Raises Forbidden."""
    before = (month - timedelta(days=1)).replace(day=1)
    sums = sums_of(actor, search, (month, before))
    ids = ids_in_order(actor, search, month, among=sums[month].tenants, page=True)
    return PlatformMonth(
        month=month,
        lines=lines_of(actor, ids, month, catalogue),
        sums=sums[month],
        sums_before=sums[before],
        first=db.session.scalar(select(func.min(MonthlyFigures.month))) or before,
    )


def ids_in_order(actor: Actor, search: Search, month: date, *, among: int = FEW, page: bool = False) -> list[Any]:
    """Give the tenants whose month is asked for, all of them or a page, in the order of now: their ids as the database
    has them, because a hundred thousand need not become UUIDs before the first line is sent. `among` so many that are
    found, where that is known. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    if search.sort == "name":
        query: Any = _by_name(actor, search, month)
    else:
        parts = [_by_figure(actor, search, source, month, among) for source in sources(month)]
        if page and len(parts) > 1:  # each part ends where the page does: what is put together stays small
            parts = [part.limit(search.offset + search.limit) for part in parts]
        query = _reordered(parts, search) if len(parts) > 1 else parts[0]
    return list(db.session.scalars(query.limit(search.limit).offset(search.offset) if page else query))


def _by_name(actor: Actor, search: Search, month: date) -> Select[Any]:
    query = select(type_coerce(Tenant.id, String)).where(visible_to(actor), *search.conditions())
    if month != month_of(now()):
        there = (exists().where(each.tenant_id == Tenant.id, each.month == month) for each in sources(month))
        query = query.where(or_(*(each.correlate(Tenant) for each in there)))
    return query.order_by(*_turned(search, Tenant.sort_name, Tenant.id))


def _by_figure(actor: Actor, search: Search, source: Any, month: date, among: int) -> Select[Any]:
    """Sort by the columns of an index: rows of older months, which count as nothing used, come before all others. No
    more is asked for than the order needs, so that such an index is all that is read."""
    figure = getattr(source, FIGURES[search.sort])
    query = select(type_coerce(source.tenant_id, String).label("id"), figure.label("figure"))
    if search.narrowed:
        found = select(Tenant.id).where(visible_to(actor), *search.conditions())
        if among > FEW:  # the page is soon full of them: each is looked at in its turn
            found = found.with_hint(Tenant, BY_WHAT_IS_FILTERED, "sqlite") if search.broad else found
            query = query.where(found.where(Tenant.id == source.tenant_id).correlate(source).exists())
        else:
            query = query.where(source.tenant_id.in_(found))
    if month != month_of(now()):
        query = query.where(source.month == month)
    return query.order_by(*_turned(search, source.month, figure, source.tenant_id))


def _reordered(parts: Sequence[Select[Any]], search: Search) -> Select[Any]:
    whole = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(whole.c.id).order_by(*_turned(search, whole.c.figure, whole.c.id))


def _turned(search: Search, *columns: Any) -> list[Any]:
    return [each.desc() if search.descending else each.asc() for each in columns]


def lines_of(actor: Actor, ids: Sequence[Any], month: date, catalogue: Sequence[Plan]) -> list[Line]:
    """Give the month of these tenants, in their order; who is gone is left out. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    ids = [UUID(str(each)) for each in ids]
    query = union_all(
        *(_lines(source, month).where(visible_to(actor), Tenant.id.in_(ids)) for source in sources(month))
    )
    plans: Mapping[str, Plan] = {plan.key: plan for plan in catalogue}
    rows = db.session.execute(query).all()
    if any(row.billing_plan not in plans for row in rows):  # made since the catalogue was read
        plans = {plan.key: plan for plan in read_catalogue()}
    found = {row.id: _line(*row, plans=plans) for row in rows}
    return [found[each] for each in ids if each in found]


def _lines(source: Any, month: date) -> Select[Any]:
    columns = (
        Tenant.id,
        Tenant.name,
        Tenant.slug,
        Tenant.external_id,
        Tenant.billing_plan,
        Tenant.monthly_call_limit,
        Tenant.limit_overrides,
        *_of_then(source),
        *(case((source.month == month, getattr(source, name)), else_=0).label(name) for name in FIGURES.values()),
    )
    query = select(*columns).join(source, source.tenant_id == Tenant.id)
    return query if month == month_of(now()) else query.where(source.month == month)


def _of_then(source: Any) -> tuple[Any, ...]:
    """Give whether the month is closed, and the plan and limit with which it was."""
    if source is MonthlyFigures:
        return true().label("closed"), MonthlyFigures.plan_key, MonthlyFigures.call_limit
    return (
        false().label("closed"),
        literal(None, String).label("plan_key"),
        literal(None, BigInteger).label("call_limit"),
    )


def _line(id_: UUID, name: str, slug: str, external_id: str | None, key: str, own: int | None,
          overrides: dict[str, Any], closed: bool, key_then: str | None, limit_then: int | None, *figures: int,
          plans: Mapping[str, Plan]) -> Line:  # fmt: skip
    plan = plans[key]
    if not closed:
        limit_then = limit_in_force("monthly_call_limit", own, overrides, plan)
    elif key_then is not None:
        plan = plans.get(key_then, plan)
    return Line(id_, name, slug, external_id, plan.label, limit_then, *figures)
