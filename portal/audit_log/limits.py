"""What may be asked of the trail."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Interval, Len

from portal.foundation.limits import CleanText

Person = Annotated[str, CleanText, Len(1, 255)]
PageSize = Annotated[int, Interval(ge=1, le=200)]
Offset = Annotated[int, Interval(ge=0, le=10_000_000)]
USUAL_PAGE_SIZE = 50
