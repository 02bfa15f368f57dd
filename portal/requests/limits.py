"""What a request may hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from portal.foundation.limits import CleanText, Count
from portal.tenants.limits import LIMITS


class State(StrEnum):
    """What has become of a request."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


PLAN = "plan"
SUBJECTS = (PLAN, *LIMITS)
"""What can be asked for: another plan, or a value of one of the limits. Of each, a tenant has at most one open."""

Value = Count
Reason = Annotated[str, CleanText, Len(1, 500)]
"""Why somebody asks; it becomes the override's reason where the request is granted."""
Answer = Annotated[str, CleanText, Len(1, 500)]
"""Why a request is declined."""
