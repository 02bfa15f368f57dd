"""What calls and figures may hold."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, Len
from pydantic import StringConstraints

from portal.foundation.limits import CleanText, Count


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallStatus(StrEnum):
    """How a call stands or ended."""

    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"
    NO_ANSWER = "no_answer"


class EndStatus(StrEnum):
    """How a call may end."""

    COMPLETED = "completed"
    FAILED = "failed"
    NO_ANSWER = "no_answer"


class Refusal(StrEnum):
    """Why a call was not admitted."""

    CONCURRENT = "concurrent"
    MONTHLY = "monthly"
    MINUTES = "minutes"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"
    TRIAL_ENDED = "trial_ended"


LIMIT_OF: dict[Refusal, str] = {
    Refusal.CONCURRENT: "max_concurrent_calls",
    Refusal.MONTHLY: "monthly_call_limit",
    Refusal.MINUTES: "max_minutes_per_month",
}
"""The limit that each reason speaks of; the other reasons are blocks."""


class Source(StrEnum):
    """Where the value of a limit came from."""

    PLAN = "plan"
    OWN = "own"
    OVERRIDE = "override"


CALL_ID_PATTERN = r"^[A-Za-z0-9._:-]+$"
CallId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=CALL_ID_PATTERN)]
AgentId = Annotated[str, CleanText, Len(1, 128)]
PhoneNumber = Annotated[str, CleanText, Len(1, 64)]
"""A telephone number or a SIP address, as the platform writes it."""
Duration = Annotated[int, Interval(ge=0, le=31 * 86_400)]
"""Seconds of one call: up to a month, which is far beyond any real one and within what its cost can be counted in."""
Seconds = Count
HundredthsOfCent = Count
Sentiment = Annotated[float, Interval(ge=-1, le=1)]


class LongestCall:
    """A call that never ends stops counting as active after this; a setting."""

    def __init__(self, hours: int) -> None:
        self.use(hours)

    def use(self, hours: int) -> None:
        """Let calls last so many hours."""
        self.length = timedelta(hours=hours)


longest_call = LongestCall(4)

CLOCKS_DIFFER = timedelta(minutes=5)
"""So far ahead may a moment lie that the platform gives: its clock is not ours."""

REFUSALS_KEPT_A_DAY = 10_000
"""So many refused calls of a tenant are kept one by one on one day; what comes beyond is only counted."""

THRESHOLDS = (50, 80, 90, 100)
"""The shares of the month's calls, in per cent, that a tenant is told of, each once a month."""
Percent = Annotated[int, Interval(ge=0, le=100)]
