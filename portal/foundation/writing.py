"""Text of any writing, as it stands on pages and within sentences of ours."""

from __future__ import annotations

import re
import unicodedata

_NO_CHARACTERS = "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
UNFIT_FOR_PAGES = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]")
"""What HTML cannot hold: control characters, lone surrogates, and what Unicode keeps from ever being a character."""

_TURN = {"R", "AL", "AN", "LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_OPEN, _CLOSE = {"LRI", "RLI", "FSI"}, "PDI"
_FIRST_STRONG, _POP = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """Give a text that can stand within another one where no <bdi> can, in a title or a message.

    Arabic, Hebrew and the signs that turn the direction change the order of what stands beside them. A text that holds
    any is put between Unicode's own signs for that; a sign in it that would end this too early is left out.
    """
    directions = [unicodedata.bidirectional(character) for character in text]
    if not _TURN.intersection(directions):
        return text
    kept, depth = [], 0
    for character, direction in zip(text, directions, strict=True):
        depth += (direction in _OPEN) - (direction == _CLOSE)
        if depth < 0:
            depth = 0
        else:
            kept.append(character)
    return f"{_FIRST_STRONG}{''.join(kept)}{_POP * (depth + 1)}"
