"""Chance that always falls the same way: what the demonstration is drawn from."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any
from uuid import UUID


def source(*of: object) -> random.Random:
    """Give a source of chance that always yields the same. What is drawn from it protects nothing."""
    return random.Random(" ".join(map(str, of)))  # noqa: S311


class Deck:
    """Cards dealt in a shuffled order, each as often as it says; shuffled anew when all are dealt. So every kind
    turns up, and in its share, however few tenants there are."""

    def __init__(self, rng: random.Random, cards: list[Any]) -> None:
        self._rng, self._cards = rng, cards
        self._left: list[Any] = []

    def deal(self) -> Any:
        """Give the next card."""
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
        return self._left.pop()


def uuid7(rng: random.Random, moment: datetime) -> UUID:
    """Make a UUID of version 7 for a moment; the same source gives the same one."""
    value = int(moment.timestamp() * 1000) << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
    return UUID(int=value)
