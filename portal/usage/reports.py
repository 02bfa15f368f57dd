"""What programs read of a tenant's use: its statistics, its quota, its calls of some hours or of the month.

All of it comes from figures, whatever the number of calls; only the calls of the last hours, at most a week, are
counted themselves, because figures are kept by day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

from portal.foundation import clock
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants.limits import Service
from portal.tenants.models import Tenant
from portal.usage import judgement, queries
from portal.usage.limits import CallStatus
from portal.usage.models import Call, DailyFigures, Standing
from portal.usage.queries import Used


@dataclass(frozen=True)
class Quota:
    """What a tenant may use this month and has used of it."""

    used: Used
    active_calls: int
    monthly_limit: int
    concurrent_limit: int
    status: str

    @property
    def remaining(self) -> int:
        """The calls that are left this month."""
        return max(0, self.monthly_limit - self.used.calls)

    @property
    def concurrent_remaining(self) -> int:
        """The calls that may start now beside those that run."""
        return max(0, self.concurrent_limit - self.active_calls)


@dataclass(frozen=True)
class Totals:
    """What came of calls. `seconds` are those of the calls that have `ended`."""

    calls: int
    completed: int
    failed: int
    ended: int
    seconds: int


@dataclass(frozen=True)
class Month:
    """The running month of a tenant in one row: its sums, today's calls, and its moods in millionths."""

    totals: Totals
    today: int
    sentiments: int
    sentiment_sum: int


def quotas(actor: Actor, tenants: Sequence[Tenant]) -> dict[UUID, Quota]:
    """Give the quotas of these tenants, in two queries whatever their number."""
    for tenant in tenants:
        actor.require(Permission.USAGE_VIEW, tenant)
    ids = [tenant.id for tenant in tenants]
    active, standings = queries.active_calls(ids), standings_of(ids)
    return {
        tenant.id: Quota(
            used=_used(standings.get(tenant.id)),
            active_calls=active[tenant.id],
            monthly_limit=tenant.limit("monthly_call_limit"),
            concurrent_limit=tenant.limit("max_concurrent_calls"),
            status=tenant.status_at().value,
        )
        for tenant in tenants
    }


def standings_of(tenant_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Give the standings of tenants whom the caller has fetched through the actor."""
    rows = db.session.scalars(select(Standing).where(Standing.tenant_id.in_(tenant_ids)))
    return {row.tenant_id: row for row in rows}


def _used(standing: Standing | None) -> Used:
    running = clock.month_of(clock.now())
    if standing is None or standing.month != running:
        return Used(running)
    return Used(running, standing.calls, standing.seconds, standing.cents)


def all_time(tenant_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count all calls of tenants whom the caller has fetched through the actor, from their days."""
    rows = db.session.execute(
        select(DailyFigures.tenant_id, func.sum(DailyFigures.calls))
        .where(DailyFigures.tenant_id.in_(tenant_ids))
        .group_by(DailyFigures.tenant_id)
    )
    return dict.fromkeys(tenant_ids, 0) | {row[0]: int(row[1]) for row in rows}


def this_month(actor: Actor, tenant: Tenant) -> Month:
    """Add up a tenant's days of the running month."""
    actor.require(Permission.USAGE_VIEW, tenant)
    today = clock.now().date()
    names = ("calls", "completed", "failed", "no_answer", "seconds", "sentiments", "sentiment_sum")
    sums = [func.coalesce(func.sum(getattr(DailyFigures, name)), 0) for name in names]
    of_today = func.coalesce(func.sum(case((DailyFigures.day == today, DailyFigures.calls), else_=0)), 0)
    row = db.session.execute(select(*sums, of_today).where(*_days_of(tenant, today.replace(day=1)))).one()
    calls, completed, failed, no_answer, seconds, sentiments, mood, calls_today = (int(number) for number in row)
    return Month(
        Totals(calls, completed, failed, completed + failed + no_answer, seconds), calls_today, sentiments, mood
    )


def _days_of(tenant: Tenant, month: date) -> tuple[Any, ...]:
    following = (month + timedelta(days=31)).replace(day=1)
    return DailyFigures.tenant_id == tenant.id, DailyFigures.day >= month, DailyFigures.day < following


def last_hours(actor: Actor, tenant: Tenant, hours: int) -> Totals:
    """Count a tenant's calls that started in the last hours."""
    actor.require(Permission.USAGE_VIEW, tenant)

    def number(*statuses: CallStatus) -> Any:
        return func.coalesce(func.sum(case((Call.status.in_(statuses), 1), else_=0)), 0)

    ends = (CallStatus.COMPLETED, CallStatus.FAILED, CallStatus.NO_ANSWER)
    row = db.session.execute(
        select(
            func.count(),
            number(CallStatus.COMPLETED),
            number(CallStatus.FAILED),
            number(*ends),
            func.coalesce(func.sum(Call.duration_seconds), 0),
        ).where(Call.tenant_id == tenant.id, Call.started_at > clock.now() - timedelta(hours=hours))
    ).one()
    return Totals(*(int(number) for number in row))


def agents(tenant: Tenant) -> int:
    """Count the agents of a tenant whom the caller has fetched through the actor."""
    query = select(func.count()).where(Resource.tenant_id == tenant.id, Resource.kind == Kind.AGENT)
    return db.session.scalar(query) or 0


def require_analytics(actor: Actor, tenant: Tenant) -> None:
    """Raise Blocked where a tenant's analytics are off or stopped: for its members; staff read on."""
    if actor.can(Permission.TENANTS_VIEW_ALL):
        return
    block = judgement.stopped(tenant, Service.ANALYTICS, clock.now())
    if block is not None:
        raise judgement.Blocked(f"The analytics of {tenant.name} are stopped: it is {block.value}.", block)
    if not tenant.analytics_enabled:
        raise judgement.AnalyticsOff(f"Analytics of {tenant.name} are off. Its owner can switch them on.")
