"""What a plan's fields may hold."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, Len
from pydantic import AfterValidator

from portal.foundation.limits import LARGEST, CleanText

KEY_PATTERN = r"[a-z0-9]+([-_][a-z0-9]+)*"
RESERVED_KEYS = frozenset({"new", "none"})
"""What means something else in addresses and in the search."""


def _key(text: str) -> str:
    if not re.fullmatch(KEY_PATTERN, text):
        raise ValueError("it is made of a–z, 0–9 and single hyphens between them, like team-2027")
    if text in RESERVED_KEYS:
        raise ValueError(f"“{text}” is kept for the portal's own addresses; choose another one")
    return text


Key = Annotated[str, Len(1, 100)]
NewKey = Annotated[str, CleanText, Len(1, 100), AfterValidator(_key)]
"""The key of a plan that is to be: it stands in addresses and in searches, and never changes."""
Label = Annotated[str, CleanText, Len(1, 100)]
Position = Annotated[int, Interval(ge=0, le=9999)]
MonthlyPriceCents = Annotated[int, Interval(ge=0, le=LARGEST)]
MinutePrice = Annotated[int, Interval(ge=0, le=LARGEST)]
"""A price per call minute in hundredths of a cent."""


class Feature(StrEnum):
    """What a plan may include."""

    SIP = "sip"
    RECORDING = "recording"
    ANALYTICS = "analytics"
    COMPLIANCE = "compliance"
