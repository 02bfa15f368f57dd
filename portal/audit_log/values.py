"""How the values in a record read: numbers with their commas, moments as days, switches as on and off."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from portal.audit_log.parts import Parts, clipped, joined, quoted, say
from portal.foundation.compact import compact_json

LONGEST_SHOWN = 1000
"""How many characters of one value the details show."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[0-9:.]*(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_UNQUOTED = {"kind", "status", "billing_plan", "recording_format", "role"}
"""Fields whose values are words of ours and need no quotation marks."""
_CAPITALS = {"sip": "SIP", "api": "API"}


def in_sentence(field: str, value: Any) -> Parts:
    """Give a value as a sentence says it: short, text in quotation marks."""
    if isinstance(value, list | tuple):
        return joined([say("{}", clipped(_CAPITALS.get(str(each), str(each)))) for each in value])
    if isinstance(value, str) and field not in _UNQUOTED and moment(value) is None:
        return quoted(value)
    at = moment(value)
    text = f"{at.day} {at:%B %Y}" if at is not None else shown(value) or "nothing"
    return say("{}", clipped(text))


def shown(value: Any) -> str | None:
    """Give a value as the details show it; None where there is none."""
    if value is None or value in ("", [], {}):
        return None
    match value:
        case bool():
            return "on" if value else "off"
        case int():
            return f"{value:,}"
        case list():
            return clipped(", ".join(_CAPITALS.get(str(each), str(each)) for each in value), LONGEST_SHOWN)
        case dict():
            pairs = (f"{key}: {plain_value(each)}" for key, each in value.items())
            return clipped("; ".join(pairs), LONGEST_SHOWN)
        case _:
            return clipped(plain_value(value), LONGEST_SHOWN)


def plain_value(value: Any) -> str:
    """Give any value of JSON as text: text as it is, a moment as a day and time, the rest as JSON."""
    if isinstance(value, str):
        at = moment(value)
        return f"{at.day} {at:%B %Y, %H:%M} UTC" if at is not None else value
    try:
        return compact_json(value)
    except (TypeError, ValueError):
        return str(value)


def moment(value: Any) -> datetime | None:
    """Read a moment as records hold it; None for everything else."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_number(value: Any) -> bool:
    """Whether a value counts something; a switch does not, though Python counts it as a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
