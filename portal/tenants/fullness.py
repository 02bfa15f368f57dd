"""How full a limit is, as the tables' meters show it."""

from __future__ import annotations

from typing import NamedTuple


class Fullness(NamedTuple):
    """What is used of a limit. A tuple, because a hundred of them are made for every page."""

    used: int
    limit: int

    @property
    def share(self) -> int | None:
        """How full the limit is, in whole percent; None where it admits nothing."""
        return self.used * 100 // self.limit if self.limit else None

    @property
    def tone(self) -> str:
        """How much attention it needs: calm, warn from 80 %, bad where the limit is reached."""
        if self.used >= self.limit:
            return "bad"
        return "warn" if self.used * 5 >= self.limit * 4 else "calm"

    @property
    def width(self) -> int:
        """How much of the meter is filled, in percent: use of the limit, or the limit's part of the use when over."""
        if self.over:
            return self.limit * 100 // self.used
        return self.share if self.share is not None else 0

    @property
    def over(self) -> bool:
        """Whether more was used than the limit allows."""
        return self.used > self.limit
