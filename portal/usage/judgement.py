"""Whether a call is admitted: what stands against it, and how the platform is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.foundation.clock import month_of
from portal.foundation.errors import Forbidden, Refusal, TooMany
from portal.tenants.entitlement import Entitlement
from portal.tenants.limits import Kind, Service, Status
from portal.tenants.models import Tenant
from portal.usage.customer import Customer
from portal.usage.limits import LIMIT_OF, Source
from portal.usage.limits import Refusal as Reason


@dataclass(frozen=True)
class Verdict:
    """A no: its reason, and, where a limit is reached, that limit with how much of it was used."""

    reason: Reason
    limit: Entitlement | None = None
    used: int | None = None

    @property
    def source(self) -> Source | None:
        """Where the limit's value came from; None where no limit is the reason."""
        if self.limit is None:
            return None
        if self.limit.overridden:
            return Source.OVERRIDE
        return Source.PLAN if self.limit.own is None else Source.OWN


class Blocked(Forbidden):
    """A tenant's service is stopped (403). `block` names what stops it."""

    type = "blocked"

    def __init__(self, message: str, block: Reason) -> None:
        super().__init__(message)
        self.extra = {"block": block.value}


class AnalyticsOff(Forbidden):
    """A tenant's analytics are switched off in its settings (403)."""

    type = "analytics-off"


def judge(tenant: Customer, used: Counter[str], running: int, at: datetime) -> Verdict | None:
    """Say what stands against one more call; None where nothing does.

    `used` is the call's own month so far, `running` how many calls run now. What lasts longest is said first: that the
    tenant is inactive, then a suspension, the end of a trial, the month's calls, its minutes, the calls at once.
    """
    blocked = stopped(tenant, Service.CALLS, at)
    if blocked is not None:
        return Verdict(blocked)
    if tenant.kind == Kind.TRIAL and tenant.trial_ends_at is not None and tenant.trial_ends_at <= at:
        return Verdict(Reason.TRIAL_ENDED)
    # Minutes are enforced to the second: a month of 10 minutes is over at 600 seconds, not when they round up to it.
    fills = ((Reason.MONTHLY, used["calls"], 1), (Reason.MINUTES, used["seconds"], 60), (Reason.CONCURRENT, running, 1))
    for reason, number, unit in fills:
        limit = tenant.entitlement(LIMIT_OF[reason])
        if number >= limit.value * unit:
            return Verdict(reason, limit, number // unit)
    return None


def stopped(tenant: Tenant | Customer, service: Service | None, at: datetime) -> Reason | None:
    """Say what stops a tenant's service: that it is inactive, or a suspension in force; None where it runs. What
    belongs to no service stops with the tenant alone."""
    if tenant.status == Status.INACTIVE:
        return Reason.INACTIVE
    if tenant.is_suspended(at) and service in tenant.stopped_services():
        return Reason.SUSPENDED
    return None


def may_record(tenant: Customer, recording_bytes: int, at: datetime) -> bool:
    """Say whether a call that begins now may be recorded: `recording_bytes` are what the tenant's recordings take
    already, of `max_recordings_gb` (10^9 bytes each)."""
    if not tenant.recording_enabled or stopped(tenant, Service.RECORDINGS, at) is not None:
        return False
    return recording_bytes < tenant.limit("max_recordings_gb") * 10**9


def told(tenant: Customer, verdict: Verdict, month: date, at: datetime) -> Refusal:
    """Give a verdict as the refusal that a door answers: 429 with `limit`, or 403 with `block`."""
    if verdict.limit is None:
        return Blocked(_BLOCKS[verdict.reason].format(name=tenant.name, why=_why(tenant)), verdict.reason)
    extra: dict[str, Any] = {
        "limit": verdict.reason.value,
        "limit_value": verdict.limit.value,
        "used": verdict.used,
    }
    message = _LIMITS[verdict.reason].format(
        name=tenant.name, value=f"{verdict.limit.value:,}", used=f"{verdict.used:,}", month=f"{month:%B %Y}"
    )
    lasts = verdict.reason != Reason.CONCURRENT and month == month_of(at)
    return TooMany(message, _until_next_month(at) if lasts else None, "call-limit-reached", extra)


def _why(tenant: Customer) -> str:
    return f": “{tenant.suspension_reason}”" if tenant.suspension_reason else ""


def _until_next_month(at: datetime) -> int:
    turn = (at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
    return int((turn - at).total_seconds()) + 1


_LIMITS = {
    Reason.CONCURRENT: "{name} has {used} calls running and may have {value} at once. Ask again when one has ended.",
    Reason.MONTHLY: "{name} has used {used} of its {value} calls of {month}.",
    Reason.MINUTES: "{name} has used {used} of its {value} minutes of {month}.",
}
_BLOCKS = {
    Reason.SUSPENDED: "The calls of {name} are suspended{why}.",
    Reason.INACTIVE: "{name} is inactive. Its owner can restore it.",
    Reason.TRIAL_ENDED: "The trial of {name} has ended. Choose a plan to go on.",
}
