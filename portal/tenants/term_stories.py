"""Terms of the search that ask for what happened to a tenant, or will: gone quiet, refused, an override that ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, cast, func, literal, or_, select, text

from portal.foundation.clock import now, rfc3339
from portal.tenants.limits import LIMITS
from portal.tenants.models import SOME_OVERRIDES, Tenant
from portal.usage.limits import Refusal
from portal.usage.models import SOME_REFUSED, DailyFigures, Standing

MANY = 100
"""How many calls in the last month with calls make silence worth a look."""
SILENT_FOR = timedelta(days=3)
NOT_LONGER_THAN = timedelta(days=35)
"""Who has been silent for longer is known to be."""
REFUSED_IN = timedelta(days=7)


def quiet() -> ColumnElement[bool]:
    """Give the condition that a tenant had many calls in its last month with any, then none for three days."""
    at = now()
    last = Standing.last_call_at
    had_many = and_(Standing.calls >= MANY, last < at - SILENT_FOR, last > at - NOT_LONGER_THAN)
    return Tenant.id.in_(select(Standing.tenant_id).where(had_many))


def refused(compare: Callable[[Any, Any], Any], number: float) -> ColumnElement[bool]:
    """Give the condition on how many calls of a tenant were refused in the last seven days."""
    found = refused_lately().subquery()
    if compare(0, number):  # who was refused nothing at all has no such day
        return Tenant.id.not_in(select(found.c.tenant_id).where(~compare(found.c.times, number)))
    return Tenant.id.in_(select(found.c.tenant_id).where(compare(found.c.times, number)))


def refused_lately() -> Select[UUID, int]:
    """Add up by tenant, as `times`, the calls that were refused in the last seven days. Days with a refusal have an
    index of their own."""
    counts = (DailyFigures.refused[reason.value].as_string() for reason in Refusal)
    of_day = sum((func.coalesce(cast(each, BigInteger), 0) for each in counts), start=literal(0))
    lately = select(DailyFigures.tenant_id, func.sum(of_day).label("times"))
    lately = lately.where(DailyFigures.day > now().date() - REFUSED_IN, text(SOME_REFUSED))
    return lately.group_by(DailyFigures.tenant_id)


def override_ends(sign: str, span: tuple[datetime, datetime] | None) -> ColumnElement[bool]:
    """Give the condition on when any override of a tenant ends; None: it has no override with an end."""
    with_end = cast(Tenant.limit_overrides, Text).contains('"until"', autoescape=True)
    if span is None:
        return ~with_end
    first, behind = (rfc3339(each) for each in span)
    day = behind > first
    tests: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        ">": lambda until: until >= behind if day else until > first,
        ">=": lambda until: until >= first,
        "<": lambda until: until < first,
        "<=": lambda until: until < behind if day else until <= first,
        "=": lambda until: and_(until >= first, until < behind) if day else until == first,
    }
    ends = (Tenant.limit_overrides[(name, "until")].as_string() for name in LIMITS)
    return and_(text(SOME_OVERRIDES), with_end, or_(*(tests[sign](until) for until in ends)))
