"""Calls as lines of CSV (RFC 4180)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from portal.foundation.clock import rfc3339
from portal.foundation.csv_lines import line, plain
from portal.usage.call_list import masked

_CALL = ("call_id", "started_at", "ended_at", "status", "direction", "agent_id", "from", "to", "duration_seconds",
         "cents", "sentiment_score")  # fmt: skip
_REFUSAL = ("call_id", "first_at", "last_at", "times", "reason", "direction", "agent_id", "from", "to", "used",
            "limit_value", "source", "set_by", "because")  # fmt: skip


def csv_chunks(after: Callable[[Any], Sequence[Any]], refused: bool, hidden: bool) -> Iterator[str]:
    """Write calls, or refusals, a line each below their heads; numbers of callers masked where `hidden`. `after` gives
    the rows behind one, or the first ones behind None."""
    names = _REFUSAL if refused else _CALL
    yield line(names)
    last = None
    while rows := after(last):
        yield "".join(line([_cell(row, name, hidden) for name in names]) for row in rows)
        last = rows[-1]


def _cell(row: Any, name: str, hidden: bool) -> Any:
    if name in {"from", "to"}:
        return plain(masked(row.caller if name == "from" else row.callee, hidden))
    value = getattr(row, name)
    if name.endswith("_at"):
        return rfc3339(value) if value else ""
    return plain(value) if isinstance(value, str) else value
