"""What a value may be: annotated types read once, shown as words, as bounds and as SQL.

A limit is declared in a room's `limits.py` as an annotated type. Pydantic reads it for drafts and for JSON Schema,
WTForms reads it through `portal.web.forms.Within`, and the database through `check_sql`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, GroupedMetadata, Interval, Le, MaxLen, MinLen
from pydantic import AfterValidator, AwareDatetime, StringConstraints

from portal.foundation.writing import UNFIT_FOR_PAGES

LARGEST = 2**53 - 1
"""The largest whole number every JSON reader keeps exactly (RFC 8259, section 6)."""


def clean_text(value: str) -> str:
    """Give text in NFC without surrounding spaces; refuse with ValueError control characters, lone surrogates, and what
    Unicode keeps from ever being a character."""
    value = unicodedata.normalize("NFC", value).strip()
    if UNFIT_FOR_PAGES.search(value) or any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in value):
        raise ValueError("contains control characters; leave them out")
    return value


CleanText = AfterValidator(clean_text)
"""Marks text that is normalized before its length is counted: `Annotated[str, CleanText, Len(1, 255)]`."""

Count = Annotated[int, Interval(ge=0, le=LARGEST)]
"""A whole number from 0, with no documented upper end."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this day is beyond the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its zone, brought to UTC."""


@dataclass(frozen=True)
class Bounds:
    """What a limit allows, in one place for every face.

    `low` and `high` bound numbers, `shortest` and `longest` bound text in code points, `choices` names the only
    values; what is None is not bounded.
    """

    low: float | None = None
    high: float | None = None
    shortest: int | None = None
    longest: int | None = None
    choices: tuple[str, ...] | None = None
    integer: bool = False

    @property
    def words(self) -> str | None:
        """The range as a person reads it: "1 to 1,000", "0 or more", "1 to 255 characters"; None where unbounded."""
        if self.low is not None and (self.high is None or self.high == LARGEST):
            return f"{self.low:,} or more"
        if self.low is not None and self.high is not None:
            return f"{self.low:,} to {self.high:,}"
        if self.longest is not None:
            if self.shortest:
                return f"{self.shortest:,} to {self.longest:,} characters"
            return f"up to {self.longest:,} characters"
        return None


def bounds(limit: Any) -> Bounds:
    """Read what an annotated type allows. Optional types are read as the type they hold."""
    found: dict[str, Any] = {}
    _collect(limit, found)
    return Bounds(**found)


def _collect(limit: Any, found: dict[str, Any]) -> None:
    origin = get_origin(limit)
    if origin is Annotated:
        kind, *metadata = get_args(limit)
        _collect(kind, found)
        for mark in metadata:
            _read_mark(mark, found)
    elif origin in (Union, UnionType):
        for choice in get_args(limit):
            if choice is not type(None):
                _collect(choice, found)
    elif origin is Literal:
        found["choices"] = tuple(str(choice) for choice in get_args(limit))
    elif isinstance(limit, type):
        if issubclass(limit, StrEnum):
            found["choices"] = tuple(member.value for member in limit)
        elif limit is int:
            found["integer"] = True


def _read_mark(mark: Any, found: dict[str, Any]) -> None:
    if isinstance(mark, StringConstraints):
        if mark.min_length is not None:
            found["shortest"] = mark.min_length
        if mark.max_length is not None:
            found["longest"] = mark.max_length
        return
    if isinstance(mark, GroupedMetadata):
        for part in mark:
            _read_mark(part, found)
        return
    match mark:
        case Ge(ge=value):
            found["low"] = value
        case Le(le=value):
            found["high"] = value
        case MinLen(min_length=value):
            found["shortest"] = value
        case MaxLen(max_length=value):
            found["longest"] = value


def check_sql(column: str, limit: Any) -> str | None:
    """Write a limit as the condition of a CHECK that SQLite and PostgreSQL both read; None where it bounds nothing.

    NULL passes, as SQL has it: whether a column may be NULL is the column's own business.
    """
    allowed = bounds(limit)
    parts = []
    if allowed.choices is not None:
        parts.append(f"{column} IN ({', '.join(_quoted(choice) for choice in allowed.choices)})")
    if allowed.low is not None and allowed.high is not None:
        parts.append(f"{column} BETWEEN {allowed.low} AND {allowed.high}")
    elif allowed.low is not None:
        parts.append(f"{column} >= {allowed.low}")
    elif allowed.high is not None:
        parts.append(f"{column} <= {allowed.high}")
    if allowed.longest is not None:
        parts.append(f"length({column}) BETWEEN {allowed.shortest or 0} AND {allowed.longest}")
    elif allowed.shortest is not None:
        parts.append(f"length({column}) >= {allowed.shortest}")
    return " AND ".join(parts) or None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
