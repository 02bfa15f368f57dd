"""What calls and figures may hold."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Interval
from pydantic import StringConstraints

from portal.foundation.limits import Count


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


class Refusal(StrEnum):
    """Why a call was not admitted."""

    CONCURRENT = "concurrent"
    MONTHLY = "monthly"
    MINUTES = "minutes"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"
    TRIAL_ENDED = "trial_ended"


CallId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:-]+$")]
Seconds = Count
HundredthsOfCent = Count
Sentiment = Annotated[float, Interval(ge=-1, le=1)]

LONGEST_CALL = timedelta(hours=4)
"""A call that never ends stops counting as active after this."""
