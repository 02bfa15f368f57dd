"""The time, in UTC, in one place."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta


def now() -> datetime:
    """Give the time now, in UTC, with its zone."""
    return datetime.now(UTC)


def month_of(moment: datetime) -> date:
    """Give the first day of the month that `moment` falls in. Months turn at midnight UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def share_of_month(moment: datetime) -> float:
    """Give how much of its month has passed at `moment`, up to 1. A month is a day old before it has a rate."""
    first = month_of(moment)
    passed = moment - datetime(first.year, first.month, 1, tzinfo=UTC)
    return max(passed / timedelta(days=1), 1.0) / monthrange(first.year, first.month)[1]


def rfc3339(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, ending in Z, to the microsecond where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
