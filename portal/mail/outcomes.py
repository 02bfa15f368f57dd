"""What comes of an attempt to send."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal.mail.letters import one_line


class Fate(StrEnum):
    """Taken, to be tried again, or refused for good."""

    TAKEN = "taken"
    AGAIN = "again"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: the server's code where there was one, and what went wrong in words."""

    fate: Fate
    took_ms: int = 0
    code: int | None = None
    error: str | None = None


def in_words(text: str) -> str:
    """Cut a sentence to what is kept of it."""
    text = one_line(text)
    return text if len(text) <= 300 else f"{text[:299]}…"
