"""What a sentence is made of: plain words, and what people chose themselves, so that a page can keep the two apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

LONGEST_VALUE = 60
"""How many characters of a value a sentence repeats; the whole stands in the details."""
MOST_NAMED = 3
"""How many things a sentence names before it says "and 4 more"."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence. `chosen` marks what somebody typed: it may be of any script, and nothing in it is ours."""

    text: str
    chosen: bool = False


Parts: TypeAlias = tuple[Part, ...]


def say(words: str, *values: Parts | str) -> Parts:
    """Put values into the places of words: `say("renamed it to {}", quoted(name))`. A text is put in as chosen."""
    pieces = words.split("{}")
    parts: list[Part] = [Part(pieces[0])]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += (Part(value, chosen=True),) if isinstance(value, str) else value
        parts.append(Part(piece))
    return tuple(part for part in parts if part.text)


def quoted(text: str) -> Parts:
    """Give a text in quotation marks, cut where it is long."""
    return say("“{}”", clipped(text))


def clipped(text: str, longest: int = LONGEST_VALUE) -> str:
    """Cut a text where it is long, and show that it goes on."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def joined(items: Sequence[Parts]) -> Parts:
    """Join by commas and "and"; of more than three the first three, and how many more there are."""
    named = list(items[:MOST_NAMED])
    if len(items) > MOST_NAMED:
        named.append(say(f"{len(items) - MOST_NAMED} more"))
    parts: list[Part] = []
    for number, item in enumerate(named):
        if number:
            parts.append(Part(" and " if number == len(named) - 1 else ", "))
        parts += item
    return tuple(parts)


def plain(parts: Parts) -> str:
    """Give parts as one text."""
    return "".join(part.text for part in parts)
