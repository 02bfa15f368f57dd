"""Lines of CSV (RFC 4180) whose texts no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![0-9 ()]+$)")
"""How a cell begins that a spreadsheet would run; a plain telephone number is none."""


def line(cells: Iterable[Any]) -> str:
    """Write cells as one line, with its end."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def plain(text: str | None) -> str:
    """Give a text that stays one where it is opened as a table; None is empty."""
    if text is None:
        return ""
    return f"'{text}" if _FORMULA.match(text) else text
