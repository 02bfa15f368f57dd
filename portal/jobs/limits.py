"""What a job's row may hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from portal.foundation.limits import CleanText, Count


class Outcome(StrEnum):
    """What came of a run."""

    DONE = "done"
    FAILED = "failed"


Name = Annotated[str, Len(1, 40)]
Failures = Count
Milliseconds = Count
Words = Annotated[str, CleanText, Len(1, 300)]
