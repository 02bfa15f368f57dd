"""Entries, a day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import groupby

from portal.audit_log.entries import Entry


@dataclass(frozen=True)
class Day:
    """A day in UTC, called "Today", "Yesterday" or by its date, and what was done on it, newest first."""

    date: date
    label: str
    entries: Sequence[Entry]


def by_day(entries: Sequence[Entry], today: date) -> list[Day]:
    """Group entries, which are in order, by their day."""
    grouped = groupby(entries, key=lambda entry: entry.at.astimezone(UTC).date())
    return [Day(day, label_of(day, today), list(found)) for day, found in grouped]


def label_of(day: date, today: date) -> str:
    """Give what a day is called, seen from today."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day.day} {day:%B %Y}"
