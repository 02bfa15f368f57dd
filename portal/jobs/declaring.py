"""What a job is, and when it is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.foundation.permissions import Actor

BACK_OFF = (60, 300, 900, 3_600)
"""Seconds after which a job that failed is tried again: after the first failure in a row, the second, and so on."""


@dataclass(frozen=True)
class Every:
    """Due again so many minutes after it ran."""

    minutes: int

    def next(self, after: datetime) -> datetime:
        """Give when it is due next."""
        return after + timedelta(minutes=self.minutes)

    @property
    def words(self) -> str:
        """Say when it is due."""
        if self.minutes == 1:
            return "Every minute"
        return f"Every {self.minutes} minutes" if self.minutes != 60 else "Every hour"


@dataclass(frozen=True)
class Daily:
    """Due each day at an hour, in UTC."""

    hour: int

    def next(self, after: datetime) -> datetime:
        """Give when it is due next."""
        today = after.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return today if today > after else today + timedelta(days=1)

    @property
    def words(self) -> str:
        """Say when it is due."""
        return f"Daily at {self.hour:02}:00 UTC"


@dataclass(frozen=True)
class Declared:
    """A job: its name, a sentence about it, when it is due, and what it does. `run` is an action, or calls some, in
    transactions of their own; it gives what to say of the run: words, a number of things done, or nothing."""

    name: str
    sentence: str
    when: Every | Daily
    run: Callable[[Actor], object]

    @property
    def label(self) -> str:
        """The name as a person reads it."""
        return self.name.replace("_", " ").capitalize()

    def due_after(self, moment: datetime, failures: int) -> datetime:
        """Give when it is due after a run; sooner after failures, where its own time is further away."""
        usual = self.when.next(moment)
        if not failures:
            return usual
        return min(usual, moment + timedelta(seconds=BACK_OFF[min(failures, len(BACK_OFF)) - 1]))


def all_of(some: Callable[[Actor], int]) -> Callable[[Actor], int]:
    """Make a job of an action that does a number of things at a time and gives how many: until nothing is left."""

    def run(actor: Actor) -> int:
        total = 0
        while number := some(actor):
            total += number
        return total

    return run
