"""A tenant's calls and refused calls: filtered, a page at a time, or all of them as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, tuple_

from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.usage.limits import CallStatus, Direction
from portal.usage.models import Call, RefusedCall

COUNTED_EXACTLY = 10_000
REFUSED = "refused"
OUTCOMES = (*(status.value for status in CallStatus), REFUSED)
AT_ONCE = 1_000
"""How many rows are read at a time when all of them are asked for."""


@dataclass(frozen=True)
class CallFilters:
    """What is asked of a tenant's calls, joined by and. Days are in UTC and included; lengths in seconds, costs in
    cents; `number` is part of the number of either side."""

    outcome: str | None = None
    direction: str | None = None
    agent: str | None = None
    number: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    shortest: int | None = None
    dearest: int | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return self != CallFilters()

    @property
    def refused(self) -> bool:
        """Whether refused calls are asked for, which are kept apart."""
        return self.outcome == REFUSED


@dataclass(frozen=True)
class CallsFound:
    """A page of calls, or of refused calls, newest first; `more`: than `total`, which is counted to 10,000."""

    rows: Sequence[Any]
    total: int
    more: bool


def calls(actor: Actor, tenant: Tenant, filters: CallFilters, limit: int, offset: int) -> CallsFound:
    """Give a page of a tenant's calls. Raises Forbidden."""
    actor.require(Permission.USAGE_VIEW, tenant)
    model, where = _asked(tenant, filters)
    counted = select(model.call_id).where(*where).limit(COUNTED_EXACTLY + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    rows = db.session.scalars(select(model).where(*where).order_by(*_newest(model)).limit(limit).offset(offset)).all()
    return CallsFound(rows, min(total, COUNTED_EXACTLY), total > COUNTED_EXACTLY)


def calls_after(actor: Actor, tenant: Tenant, filters: CallFilters, last: Any = None) -> Sequence[Any]:
    """Give the next `AT_ONCE` of a tenant's calls that are asked for, newest first: those behind `last`, which is a row
    of the same kind, or the first of all. Each asks anew, so that a slow reader holds no transaction. Raises
    Forbidden."""
    actor.require(Permission.USAGE_VIEW, tenant)
    model, where = _asked(tenant, filters)
    if last is not None:
        names = ("last_at", "call_id", "reason") if filters.refused else ("started_at", "call_id")
        columns = [getattr(model, name) for name in names]
        here = [literal(getattr(last, name), column.type) for name, column in zip(names, columns, strict=True)]
        where.append(tuple_(*columns) < tuple_(*here))
    return db.session.scalars(select(model).where(*where).order_by(*_newest(model)).limit(AT_ONCE)).all()


def _asked(tenant: Tenant, filters: CallFilters) -> tuple[Any, list[ColumnElement[bool]]]:
    model: Any = RefusedCall if filters.refused else Call
    moment = model.last_at if filters.refused else model.started_at
    where: list[ColumnElement[bool]] = [model.tenant_id == tenant.id]
    if filters.direction:
        where.append(model.direction == Direction(filters.direction))
    if filters.agent:
        where.append(model.agent_id == filters.agent)
    if filters.number:
        where.append(
            model.caller.contains(filters.number, autoescape=True)
            | model.callee.contains(filters.number, autoescape=True)
        )
    if filters.first_day:
        where.append(moment >= _midnight(filters.first_day))
    if filters.last_day and filters.last_day < date.max:
        where.append(moment < _midnight(filters.last_day + timedelta(days=1)))
    if not filters.refused:
        where += _of_calls(filters)
    return model, where


def _of_calls(filters: CallFilters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.outcome:
        where.append(Call.status == CallStatus(filters.outcome))
    if filters.shortest is not None:
        where.append(Call.duration_seconds >= filters.shortest)
    if filters.dearest is not None:
        where.append(Call.cents >= filters.dearest)
    return where


def _newest(model: Any) -> tuple[Any, ...]:
    if model is RefusedCall:
        return model.last_at.desc(), model.call_id.desc(), model.reason.desc()
    return model.started_at.desc(), model.call_id.desc()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def masked(number: str | None, hidden: bool) -> str | None:
    """Give a number as the one who looks may see it: of a hidden one, its last two characters."""
    if number is None or not hidden:
        return number
    return "•" * max(len(number) - 2, 3) + number[-2:]


def hides_numbers(actor: Actor, tenant: Tenant) -> bool:
    """Say whether personal numbers are masked: for staff who may not change the tenant and are not its members."""
    return not actor.can(Permission.TENANTS_EDIT, tenant) and tenant.scope_id not in actor.memberships
