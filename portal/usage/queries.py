"""Reading what a tenant used: from its standing and its daily figures; only calls running now are read from calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, select

from portal.foundation import clock
from portal.foundation.database import UtcDateTime, db
from portal.foundation.permissions import Actor, Permission
from portal.plans.queries import price_on
from portal.tenants.models import Tenant
from portal.usage.figures import empty_day
from portal.usage.limits import CallStatus, Refusal, longest_call
from portal.usage.models import Call, DailyFigures, Recording, Standing


@dataclass(frozen=True)
class Used:
    """What was used in one month, which is named by its first day."""

    month: date
    calls: int = 0
    seconds: int = 0
    cents: int = 0

    @property
    def minutes(self) -> int:
        """The seconds in minutes, rounded half-up."""
        return (self.seconds + 30) // 60


@dataclass(frozen=True, kw_only=True)
class MonthFigures(Used):
    """The running month so far, calls running now, and the month before as a whole."""

    active_calls: int
    last_call_at: datetime | None
    last_month: Used


def month(actor: Actor, tenant: Tenant, among: Sequence[DailyFigures] = ()) -> MonthFigures:
    """Give what a tenant used this month and last. The latest call counts whenever it was. Where `among` holds every
    day of the last month already, it is added up from those."""
    actor.require(Permission.USAGE_VIEW, tenant)
    running = clock.month_of(clock.now())
    standing = db.session.execute(
        select(Standing.month, Standing.calls, Standing.seconds, Standing.cents, Standing.last_call_at).where(
            Standing.tenant_id == tenant.id
        )
    ).one_or_none()
    current = standing is not None and standing.month == running
    return MonthFigures(
        month=running,
        calls=standing.calls if standing and current else 0,
        seconds=standing.seconds if standing and current else 0,
        cents=standing.cents if standing and current else 0,
        active_calls=active_calls([tenant.id])[tenant.id],
        last_call_at=standing.last_call_at if standing else None,
        last_month=_last_month(tenant.id, running, among),
    )


def _last_month(tenant_id: UUID, running: date, among: Sequence[DailyFigures]) -> Used:
    first = (running - timedelta(days=1)).replace(day=1)
    if not among or among[0].day > first:
        return _used(tenant_id, first, running)
    days = [day for day in among if first <= day.day < running]
    return Used(first, *(sum(getattr(day, name) for day in days) for name in ("calls", "seconds", "cents")))


def _used(tenant_id: UUID, first: date, behind: date) -> Used:
    total = db.session.execute(
        select(
            *(
                func.coalesce(func.sum(column), 0)
                for column in (DailyFigures.calls, DailyFigures.seconds, DailyFigures.cents)
            )
        ).where(DailyFigures.tenant_id == tenant_id, DailyFigures.day >= first, DailyFigures.day < behind)
    ).one()
    return Used(first, *(int(number) for number in total))


def active_calls(tenant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the calls running now of each of these tenants, whom the caller has fetched through the actor.

    A call that has not ended stops counting after the longest call; a tenant without any counts 0.
    """
    rows = db.session.execute(
        select(Call.tenant_id, func.count()).where(Call.tenant_id.in_(tenant_ids), running()).group_by(Call.tenant_id)
    ).all()
    return dict.fromkeys(tenant_ids, 0) | {row[0]: row[1] for row in rows}


def running(since: ColumnElement[datetime] | None = None, of: Any = Call) -> ColumnElement[bool]:
    """Give the condition that a call runs now: it has not ended, and began after `since`, which is as long ago as the
    longest call lasts. `of` is what has the columns of a call. The status stands in the SQL itself, so that the partial
    index on running calls can be used."""
    active: ColumnElement[str] = literal_column(f"'{CallStatus.ACTIVE.value}'")
    return (of.status == active) & (of.started_at > (clock.now() - longest_call.length if since is None else since))


@dataclass(frozen=True)
class Asked:
    """What is known of a call that is asked for: whether its id is known, its price per minute, and how many calls of
    its tenant run now."""

    known: bool
    price: int
    running: int


_TENANT: ColumnElement[UUID] = bindparam("tenant_id")
_CALL: ColumnElement[str] = bindparam("call_id")
_PLAN: ColumnElement[str] = bindparam("plan_key")
_SINCE: ColumnElement[datetime] = bindparam("since", type_=UtcDateTime)
_CALLS = Call.__table__.c  # of the table and not of the model: a row is made in half the time
_ASKED = select(
    exists().where(_CALLS.tenant_id == _TENANT, _CALLS.call_id == _CALL).label("known"),
    price_on(_PLAN, bindparam("day")).label("price"),
    select(func.count()).where(_CALLS.tenant_id == _TENANT, running(_SINCE, _CALLS)).scalar_subquery().label("running"),
)
_TOLD = (
    select(Call, Recording)
    .outerjoin(Recording, (Recording.tenant_id == Call.tenant_id) & (Recording.call_id == Call.call_id))
    .where(Call.tenant_id == _TENANT, Call.call_id == _CALL)
)


def asked(tenant_id: UUID, plan_key: str, call_id: str, day: date) -> Asked:
    """Read, at once, what a call that begins on a day is judged by besides its tenant and the tenant's standing."""
    of_call = {"tenant_id": tenant_id, "call_id": call_id, "plan_key": plan_key, "day": day}
    found = db.session.execute(_ASKED, of_call | {"since": clock.now() - longest_call.length}).one()
    return Asked(found.known, found.price or 0, found.running)


def told(tenant_id: UUID, call_id: str) -> tuple[Call, Recording | None] | None:
    """Give a call of a tenant, with its recording where it has one; None where there is no such call."""
    found = db.session.execute(_TOLD, {"tenant_id": tenant_id, "call_id": call_id}).one_or_none()
    return (found.Call, found.Recording) if found else None


def days(actor: Actor, tenant: Tenant, first: date, last: date) -> list[DailyFigures]:
    """Give a tenant's figures of each day from `first` to `last`, both included; a day without any holds zeros."""
    actor.require(Permission.USAGE_VIEW, tenant)
    stored = {
        figures.day: figures
        for figures in db.session.scalars(
            select(DailyFigures).where(DailyFigures.tenant_id == tenant.id, DailyFigures.day.between(first, last))
        )
    }
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [stored.get(day) or empty_day(tenant.id, day) for day in span]


def refused(days: Sequence[DailyFigures]) -> dict[Refusal, int]:
    """Sum the refused calls of days by reason, the most frequent first."""
    total: Counter[str] = Counter()
    for day in days:
        total.update(day.refused)
    return {Refusal(reason): number for reason, number in total.most_common() if number}
