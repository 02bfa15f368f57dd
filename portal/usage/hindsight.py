"""What a limit would have refused: the last 30 days' calls, judged once more by another value.

The month's calls are read off the figures of the days. Calls at once are replayed from the calls themselves, but only
those of days on which more ran at once than the value allows: on every other day it would have refused none.

How many ran at once is noted as calls are asked for. Finished calls that came by batch asked nobody: where a day has
only such calls, nothing is said of them; on a crowded day they took their places and are judged as all others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import groupby

from sqlalchemy import and_, func, or_, select

from portal.foundation import clock
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.usage import queries
from portal.usage.limits import longest_call
from portal.usage.models import Call, DailyFigures, Removal

DAYS = 30
"""How many days are looked back at, today among them."""
MOST_READ = 50_000
"""So many calls are replayed; of a tenant that has more, what is found is the least it would have been."""
Span = tuple[datetime, datetime]
"""Two moments; the second does not belong to it."""


@dataclass(frozen=True)
class Hindsight:
    """What a value would have refused: so many of so many calls of the last days; `at_least` where not all calls were
    looked at."""

    refused: int
    calls: int
    days: int
    at_least: bool = False

    @property
    def sentence(self) -> str:
        """It in a sentence: "12 of the last 30 days' 3,410 calls would have been refused."."""
        when = "today’s" if self.days == 1 else f"the last {self.days} days’"
        if not self.calls:
            return "There were no calls today." if self.days == 1 else f"There were no calls in {when[:-1]}."
        if self.calls == 1:
            return f"{when[:1].upper()}{when[1:]} one call would {'' if self.refused else 'not '}have been refused."
        number = f"{self.refused:,}" if self.refused else "none"
        said = f"{'at least ' if self.at_least else ''}{number} of {when} {self.calls:,} calls would have been refused."
        return said[:1].upper() + said[1:]


def would_refuse(actor: Actor, tenant: Tenant, name: str, value: int) -> Hindsight:
    """Say how many of the last days' calls a value of a limit would have refused had it stood all the time: of
    `monthly_call_limit`, those beyond it in their month, or of `max_concurrent_calls`, those that began while that many
    ran. What is refused does not run. Raises Forbidden; KeyError for another limit."""
    actor.require(Permission.USAGE_VIEW, tenant)
    return LOOKED_BACK_AT[name](actor, tenant, value)


def _by_month(actor: Actor, tenant: Tenant, value: int) -> Hindsight:
    today = clock.now().date()
    first = today - timedelta(days=DAYS - 1)
    days = queries.days(actor, tenant, first.replace(day=1), today)
    return Hindsight(beyond(days, first, value), sum(day.calls for day in days if day.day >= first), DAYS)


def beyond(days: Sequence[DailyFigures], first: date, value: int) -> int:
    """Count the calls from `first` on that lie beyond a number of calls a month. `days` follow each other, from the
    first of a month on."""
    refused = 0
    for _, month in groupby(days, key=lambda day: day.day.replace(day=1)):
        before = 0
        for day in month:
            if day.day >= first:
                refused += day.calls - max(0, min(day.calls, value - before))
            before += day.calls
    return refused


def _at_once(actor: Actor, tenant: Tenant, value: int) -> Hindsight:
    today = clock.now().date()
    first = max(today - timedelta(days=DAYS - 1), _kept_since(tenant) or date.min)
    days = queries.days(actor, tenant, first, today)
    crowded = [day.day for day in days if day.peak_concurrent > value]
    read = _Reading(MOST_READ)
    refused = replay(read.calls(tenant, spans(crowded, longest_call.length)), crowded, value)
    return Hindsight(refused, sum(day.calls for day in days), len(days), read.stopped)


def _kept_since(tenant: Tenant) -> date | None:
    """Give the first day whose calls have not been removed; None where none ever were."""
    before = db.session.scalar(select(func.max(Removal.before)).where(Removal.tenant_id == tenant.id))
    return before.date() if before else None


def spans(days: Sequence[date], longest: timedelta) -> list[Span]:
    """Give the times in which calls began that tell what ran on these days, which are in order: from so long before
    midnight that no earlier call still counts. What overlaps is one."""
    found: list[Span] = []
    for day in days:
        midnight = datetime.combine(day, time(), UTC)
        start, behind = midnight - longest, midnight + timedelta(days=1)
        if found and start <= found[-1][1]:
            start, _ = found.pop()
        found.append((start, behind))
    return found


@dataclass
class _Reading:
    """Calls being read, up to a number; `stopped` where there were more."""

    most: int
    stopped: bool = False

    def calls(self, tenant: Tenant, during: Sequence[Span]) -> Iterator[Span]:
        """Give when each call of a tenant that began in one of these times began and stopped counting, in order."""
        if not during:
            return
        began = or_(*(and_(Call.started_at >= start, Call.started_at < behind) for start, behind in during))
        query = select(Call.started_at, Call.ended_at).where(Call.tenant_id == tenant.id, began)
        rows = db.session.execute(query.order_by(Call.started_at, Call.call_id).limit(self.most + 1))
        for number, (started_at, ended_at) in enumerate(rows.yield_per(5_000)):
            if number == self.most:
                self.stopped = True
                return
            yield started_at, _counted_until(started_at, ended_at)


def _counted_until(started_at: datetime, ended_at: datetime | None) -> datetime:
    longest = started_at + longest_call.length
    return longest if ended_at is None else min(ended_at, longest)


def replay(calls: Iterable[Span], judged: Iterable[date], value: int) -> int:
    """Count the calls that would have begun while `value` others ran. `calls` are in the order in which they began;
    only those of the days `judged` can be refused, the others run as they did."""
    days, refused = set(judged), 0
    running: list[datetime] = []
    for start, end in calls:
        while running and running[0] <= start:
            heappop(running)
        if start.date() in days and len(running) >= value:
            refused += 1
        else:
            heappush(running, end)
    return refused


LOOKED_BACK_AT = {"max_concurrent_calls": _at_once, "monthly_call_limit": _by_month}
"""The limits for which this can be said."""
