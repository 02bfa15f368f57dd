"""Figures, money and time as people read them: the templates' filters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_timedelta
from flask import Flask

from portal.foundation.clock import now, rfc3339
from portal.foundation.writing import isolated


def number(value: float | None) -> str:
    """Write 1234567 as 1,234,567."""
    return "–" if value is None else f"{value:,}"


def short_number(value: int) -> str:
    """Write 1234567 as 1.2M, for where the exact figure is on hover."""
    # Each begins where the one below would be rounded up to a thousand of its own.
    for least, unit, letter in ((999_950_000, 10**9, "B"), (999_950, 10**6, "M"), (10_000, 10**3, "k")):
        if value >= least:
            return f"{value / unit:.1f}".rstrip("0").rstrip(".") + letter
    return f"{value:,}"


def counted(number: int, noun: str) -> str:
    """Write how many of something: 1 call, 1,204 calls."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """Write bytes in steps of a thousand: 5 kB, 1.2 GB."""
    value, units = float(number), ("bytes", "kB", "MB", "GB", "TB")
    for unit in units:
        if value < 999.5 or unit == units[-1]:
            break
        value /= 1000
    return f"{value:,.1f}".removesuffix(".0") + f" {unit}"


def money(cents: int | None) -> str:
    """Write cents as dollars: 123456 as $1,234.56."""
    return "–" if cents is None else f"${cents / 100:,.2f}"


def percent(value: float | None) -> str:
    """Write a percentage."""
    return "–" if value is None else f"{value:,.0f} %"


def ago(moment: datetime | None) -> str:
    """Write how long ago a moment was, or in how long it will be."""
    if moment is None:
        return "never"
    passed = now() - moment
    if abs(passed.total_seconds()) < 45:
        return "just now"
    words = format_timedelta(abs(passed), locale="en_US", threshold=0.95)
    return f"{words} ago" if passed.total_seconds() > 0 else f"in {words}"


def exact(moment: datetime | None) -> str:
    """Write a moment to the second, with its zone."""
    if moment is None:
        return ""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC"


def day(value: date | datetime | None) -> str:
    """Write a day: 3 May 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return f"{value.day} {value:%b %Y}"


def minute(moment: datetime) -> str:
    """Write a moment to the minute, in UTC: 3 May 2026, 14:05 UTC."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def isotime(moment: datetime) -> str:
    """Write a moment for machines."""
    return rfc3339(moment)


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
    filters: dict[str, Any] = {
        "number": number,
        "short_number": short_number,
        "counted": counted,
        "size": size,
        "money": money,
        "percent": percent,
        "ago": ago,
        "exact": exact,
        "day": day,
        "minute": minute,
        "isotime": isotime,
        "isolated": isolated,
    }
    app.jinja_env.filters.update(filters)
