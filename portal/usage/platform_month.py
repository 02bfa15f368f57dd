"""What all tenants used in one month, sorted by any figure: a page of it, its sums, or all of it as it comes.

The running month stands in `standings`, where a row of an older month counts as nothing used. A month that is over
stands in `monthly_figures`, but for tenants of whom nothing was heard since: until the daily work closes their month it
stays in `standings`. No tenant has a month in both, and what is told late is added where the month stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, String, case, func, literal, select, true, type_coerce, union_all

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.plans.models import Plan
from portal.plans.queries import catalogue as read_catalogue
from portal.tenants.entitlement import limit_in_force
from portal.tenants.fullness import Fullness
from portal.tenants.models import Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search
from portal.usage.models import MonthlyFigures, Standing

FIGURES = {"calls": "calls", "minutes": "seconds", "cost": "cents", "refused": "refused", "peak": "peak_concurrent"}
"""What the months are sorted by → the column."""
SUMMED = ("calls", "seconds", "cents", "refused")
SORTS = ("name", *FIGURES)
AT_ONCE = 1_000
"""How many rows are read at a time when all of them are asked for."""


class Line(NamedTuple):
    """One tenant's month; money in cents. Plan and limit are those of now."""

    id: UUID
    name: str
    slug: str
    external_id: str | None
    plan_label: str
    limit: int
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
    def use(self) -> Fullness:
        """How full the month's limit is."""
        return Fullness(self.calls, self.limit)


@dataclass(frozen=True)
class Sums:
    """What a month of some tenants adds up to; minutes are rounded half-up once, of all of them."""

    tenants: int
    calls: int
    seconds: int
    cents: int
    refused: int

    @property
    def minutes(self) -> int:
        """The seconds in minutes."""
        return (self.seconds + 30) // 60


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
    """Give a page of what tenants used in a month. Three queries, whatever the number; `catalogue` has every plan.
    Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    parts = [_ordered(_lines(actor, search, *source), search, *source) for source in _sources(month)]
    if len(parts) == 1:
        query: Any = parts[0].limit(search.limit).offset(search.offset)
    else:
        # Each part ends where the page does: it comes out of its index in order, and what is put together stays small.
        firsts = _together([part.limit(search.offset + search.limit) for part in parts])
        query = _reordered(firsts, search).limit(search.limit).offset(search.offset)
    before = (month - timedelta(days=1)).replace(day=1)
    sums = _sums(actor, search, (month, before))
    return PlatformMonth(
        month=month,
        lines=_read(query, catalogue),
        sums=sums[month],
        sums_before=sums[before],
        first=db.session.scalar(select(func.min(MonthlyFigures.month))) or before,
    )


def ids_in_order(actor: Actor, search: Search, month: date) -> list[Any]:
    """Give the tenants whose month is asked for, all of them, in the order of now: their ids as the database has them,
    because a hundred thousand need not become UUIDs before the first line is sent. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    parts = [_ordered(_ids(actor, search, *source), search, *source) for source in _sources(month)]
    query: Any = _reordered(_together(parts), search) if len(parts) > 1 else parts[0]
    return list(db.session.scalars(query))


def lines_of(actor: Actor, ids: Sequence[Any], month: date, catalogue: Sequence[Plan]) -> list[Line]:
    """Give the month of these tenants, in their order; who is gone is left out. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    ids = [UUID(str(each)) for each in ids]
    parts = [_lines(actor, Search(), *source).where(Tenant.id.in_(ids)) for source in _sources(month)]
    found = {line.id: line for line in _read(union_all(*parts), catalogue)}
    return [found[each] for each in ids if each in found]


def _sources(month: date) -> list[tuple[Any, date, bool]]:
    """Where a month stands: the table, the month, and whether rows of other months are told of too, with nothing."""
    if month == month_of(now()):
        return [(Standing, month, True)]
    return [(MonthlyFigures, month, False), (Standing, month, False)]


def _lines(actor: Actor, search: Search, source: Any, month: date, everybody: bool) -> Select[Any]:
    columns = (
        Tenant.id,
        Tenant.name,
        Tenant.slug,
        Tenant.sort_name,
        Tenant.external_id,
        Tenant.billing_plan,
        Tenant.monthly_call_limit,
        Tenant.limit_overrides,
        *(_figure(source, name, month).label(name) for name in FIGURES.values()),
    )
    query = select(*columns).join(source, source.tenant_id == Tenant.id)
    query = query.where(visible_to(actor), *search.conditions())
    return query if everybody else query.where(source.month == month)


def _ids(actor: Actor, search: Search, source: Any, month: date, everybody: bool) -> Select[Any]:
    """Ask for no more than the order needs, so that an index of it is all that is read."""
    by_name = search.sort == "name"
    order = Tenant.sort_name if by_name else _figure(source, FIGURES[search.sort], month).label(FIGURES[search.sort])
    query = select(type_coerce(source.tenant_id, String).label("id"), order)
    if by_name or search.narrowed:
        query = query.join(Tenant, Tenant.id == source.tenant_id).where(visible_to(actor), *search.conditions())
    return query if everybody else query.where(source.month == month)


def _figure(source: Any, name: str, month: date) -> Any:
    return case((source.month == month, getattr(source, name)), else_=0)


def _ordered(query: Select[Any], search: Search, source: Any, *_: object) -> Select[Any]:
    """Sort by the columns of an index: rows of older months, which count as nothing used, come before all others."""
    if search.sort == "name":
        return query.order_by(*_turned(search, Tenant.sort_name, Tenant.id))
    figure = getattr(source, FIGURES[search.sort])
    return query.order_by(*_turned(search, source.month, figure, source.tenant_id))


def _reordered(query: Select[Any], search: Search) -> Select[Any]:
    columns = query.selected_columns
    return query.order_by(*_turned(search, columns[FIGURES.get(search.sort, "sort_name")], columns.id))


def _turned(search: Search, *columns: Any) -> list[Any]:
    return [each.desc() if search.descending else each.asc() for each in columns]


def _together(parts: Sequence[Select[Any]]) -> Select[Any]:
    whole: CompoundSelect[Any] = union_all(*(select(part.subquery()) for part in parts))
    return select(whole.subquery())


def _read(query: Any, catalogue: Sequence[Plan]) -> list[Line]:
    plans: Mapping[str, Plan] = {plan.key: plan for plan in catalogue}
    rows = db.session.execute(query).all()
    if any(row.billing_plan not in plans for row in rows):  # made since the catalogue was read
        plans = {plan.key: plan for plan in read_catalogue()}
    return [_line(*row, plans=plans) for row in rows]


def _line(id_: UUID, name: str, slug: str, _sort_name: str, external_id: str | None, key: str, own: int | None,
          overrides: dict[str, Any], *figures: int, plans: Mapping[str, Plan]) -> Line:  # fmt: skip
    plan = plans[key]
    limit = limit_in_force("monthly_call_limit", own, overrides, plan)
    return Line(id_, name, slug, external_id, plan.label, limit, *figures)


def _sums(actor: Actor, search: Search, months: Sequence[date]) -> dict[date, Sums]:
    """Add months up, in one query: without a search each sum is read from its own index, with one those who are found
    are looked for once."""
    found = select(Tenant.id).where(visible_to(actor), *search.conditions()).cte("found")
    parts: list[Select[Any]] = []
    for at, month in enumerate(months):
        for source, _, everybody in _sources(month):
            here = true() if everybody else source.month == month
            if search.narrowed:
                sums = (func.sum(_figure(source, name, month)) for name in SUMMED)
                part = select(literal(at), func.count(), *sums).join_from(source, found, found.c.id == source.tenant_id)
                parts.append(part.where(here))
            else:
                number = select(func.count()).select_from(source).where(here).scalar_subquery()
                each = (select(func.sum(getattr(source, name))).where(source.month == month) for name in SUMMED)
                parts.append(select(literal(at), number, *(query.scalar_subquery() for query in each)))
    total = {month: [0] * (1 + len(SUMMED)) for month in months}
    for at, *numbers in db.session.execute(union_all(*parts)):
        total[months[at]] = [one + int(other or 0) for one, other in zip(total[months[at]], numbers, strict=True)]
    return {month: Sums(*numbers) for month, numbers in total.items()}
