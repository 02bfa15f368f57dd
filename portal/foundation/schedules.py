"""When what failed is tried again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_WAIT = 10 * 3600
"""How many seconds `Retry-After` may ask for."""


@dataclass(frozen=True)
class Schedule:
    """How long what failed waits before each further attempt, in seconds, and by how many percent that may be longer:
    at random, so that what failed together does not come back together."""

    waits: Sequence[int]
    jitter_percent: int

    def next_wait(self, tries: int, retry_after: int | None = None) -> float | None:
        """Give how many seconds to wait after the `tries`-th attempt failed; None where that was the last one.
        `retry_after` is what the other side asked for, in seconds."""
        if tries > len(self.waits):
            return None
        wait = self.waits[tries - 1] * (1 + random.uniform(0, self.jitter_percent / 100))  # noqa: S311 - no secret
        return max(wait, min(retry_after or 0, LONGEST_WAIT))
