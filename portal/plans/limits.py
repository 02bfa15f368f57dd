"""What a plan's fields may hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, Len

from portal.foundation.limits import LARGEST, CleanText

Key = Annotated[str, Len(1, 100)]
Label = Annotated[str, CleanText, Len(1, 100)]
MonthlyPriceCents = Annotated[int, Interval(ge=0, le=LARGEST)]
MinutePrice = Annotated[int, Interval(ge=0, le=LARGEST)]
"""A price per call minute in hundredths of a cent."""


class Feature(StrEnum):
    """What a plan may include."""

    SIP = "sip"
    RECORDING = "recording"
    ANALYTICS = "analytics"
    COMPLIANCE = "compliance"
