"""A tenant's month as its page shows it: sums, days, refusals, and when the month's calls will be used up."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.foundation import clock
from portal.foundation.permissions import Actor
from portal.tenants.models import Tenant
from portal.usage import queries
from portal.usage.limits import Refusal
from portal.usage.models import DailyFigures

FIGURES = ("calls", "minutes", "cost", "peak", "refused")
"""What can be drawn a day."""
_FIRST = date(2000, 1, 1)


@dataclass(frozen=True)
class Sums:
    """What days add up to; minutes are rounded half-up once, of all of them."""

    calls: int
    completed: int
    failed: int
    no_answer: int
    refused: int
    seconds: int
    cents: int
    peak: int

    @property
    def minutes(self) -> int:
        """The seconds in minutes."""
        return (self.seconds + 30) // 60


@dataclass(frozen=True)
class MonthOfUse:
    """One month of a tenant, day by day to the last that has begun, and the month before as a whole."""

    month: date
    running: bool
    days: list[DailyFigures]
    before: list[DailyFigures]
    refused: list[tuple[Refusal, int]]

    @property
    def sums(self) -> Sums:
        """The month so far."""
        return summed(self.days)

    @property
    def sums_before(self) -> Sums:
        """The whole month before."""
        return summed(self.before)

    @property
    def previous(self) -> date:
        """The month before."""
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date | None:
        """The month after; None after the running one."""
        return None if self.running else (self.month + timedelta(days=31)).replace(day=1)

    def series(self, figure: str) -> list[tuple[date, float]]:
        """Give one figure of each day: minutes rounded, money in dollars."""
        return [(day.day, _figure(day, figure)) for day in self.days]

    def series_before(self, figure: str) -> list[tuple[date, float]]:
        """Give the same of the month before."""
        return [(day.day, _figure(day, figure)) for day in self.before]

    def used_up(self, limit: int) -> date | None:
        """Say on which day the month's calls reach a limit at the rate so far; None where they do not this month, or
        where they have reached it already. For the running month; a month is a day old before it has a rate."""
        calls = self.sums.calls
        if not self.running or not calls or calls >= limit:
            return None
        start = datetime(self.month.year, self.month.month, 1, tzinfo=clock.now().tzinfo)
        passed = max((clock.now() - start) / timedelta(days=1), 1.0)
        at = start + timedelta(days=min(limit / (calls / passed), 400))
        return at.date() if at.date().replace(day=1) == self.month else None


def read_month(text: str | None) -> date | None:
    """Read a month as addresses have it, 2026-05; the running one where none is given, None where it is no month or
    has not begun."""
    running = clock.month_of(clock.now())
    if not text:
        return running
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        return None
    month = date(int(text[:4]), int(text[5:]), 1) if text >= "0001" else _FIRST
    return month if _FIRST <= month <= running else None


def month_of_use(actor: Actor, tenant: Tenant, month: date) -> MonthOfUse:
    """Give a month of a tenant's use, in one query. Raises Forbidden."""
    today = clock.now().date()
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    first_before = (month - timedelta(days=1)).replace(day=1)
    days = queries.days(actor, tenant, first_before, min(last, today))
    own = [each for each in days if each.day >= month]
    return MonthOfUse(
        month=month,
        running=month == today.replace(day=1),
        days=own,
        before=[each for each in days if each.day < month],
        refused=list(queries.refused(own).items()),
    )


def summed(days: list[DailyFigures]) -> Sums:
    """Add days up; the peak is the highest of them."""
    return Sums(
        calls=sum(day.calls for day in days),
        completed=sum(day.completed for day in days),
        failed=sum(day.failed for day in days),
        no_answer=sum(day.no_answer for day in days),
        refused=sum(sum(day.refused.values()) for day in days),
        seconds=sum(day.seconds for day in days),
        cents=sum(day.cents for day in days),
        peak=max((day.peak_concurrent for day in days), default=0),
    )


def _figure(day: DailyFigures, figure: str) -> float:
    match figure:
        case "minutes":
            return (day.seconds + 30) // 60
        case "cost":
            return day.cents / 100
        case "peak":
            return day.peak_concurrent
        case "refused":
            return sum(day.refused.values())
        case _:
            return day.calls
