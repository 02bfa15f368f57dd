"""What the tenants that are asked for used in a month, in all.

The running month stands in `standings`, where a row of an older month counts as nothing used. A month that is over
stands in `monthly_figures`, but for tenants of whom nothing was heard since: until the daily work closes their month it
stays in `standings`. No tenant has a month in both, and what is told late is added where the month stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, func, literal, select, union_all

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import BY_WHAT_IS_FILTERED, Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search
from portal.usage.models import MonthlyFigures, Standing, stands_in

SUMMED = ("calls", "seconds", "cents", "refused")


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


def sources(month: date) -> list[Any]:
    """Give the tables in which a month stands."""
    return [Standing] if month == month_of(now()) else [MonthlyFigures, Standing]


def sums_of(actor: Actor, search: Search, months: Sequence[date]) -> dict[date, Sums]:
    """Add months up, in one query: each part of it reads an index, or a table that is as narrow. In the running month
    every tenant is counted, in others those that used something. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    found = _found(actor, search) if search.narrowed else None
    parts = [_part(found, source, month).add_columns(literal(at).label("at"))
             for at, month in enumerate(months) for source in sources(month)]  # fmt: skip
    total = {month: [0] * (1 + len(SUMMED)) for month in months}
    for *numbers, at in db.session.execute(union_all(*parts)):
        total[months[at]] = [one + int(other or 0) for one, other in zip(total[months[at]], numbers, strict=True)]
    return {month: Sums(*numbers) for month, numbers in total.items()}


def _found(actor: Actor, search: Search) -> CTE:
    """Look once for those who are asked for."""
    found = select(Tenant.id).where(visible_to(actor), *search.conditions())
    if search.broad:
        found = found.with_hint(Tenant, BY_WHAT_IS_FILTERED, "sqlite")
    return found.cte("found").prefix_with("MATERIALIZED")


def _part(found: CTE | None, source: Any, month: date) -> Select[Any]:
    """Add up what stands of a month in one table. The rows of the running month are most of theirs: no index is to be
    gone through row by row, and so they are not asked for by `where`."""
    sums = [func.sum(getattr(source, name)) for name in SUMMED]
    running = month == month_of(now())
    query = select(func.count(), *((each.filter(stands_in(source, month)) for each in sums) if running else sums))
    query = (
        query.select_from(source) if found is None else query.join_from(found, source, source.tenant_id == found.c.id)
    )
    return query if running else query.where(source.month == month)
