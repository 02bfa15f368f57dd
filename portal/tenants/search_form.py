"""Reading the table's search, filters, sort and page out of an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from portal.foundation.limits import clean_text
from portal.tenants import terms
from portal.tenants.search import CHOICES, DEFAULT_LIMIT, MOST, SORTS, Search

LONGEST_SEARCH = 300
FILTERS = ("status", "kind", "plan", "feature", "compliance")


def search_from(
    args: Any, plan_keys: Sequence[str], sorts: Sequence[str] = SORTS, usual: str = "name"
) -> tuple[Search, dict[str, str]]:
    """Read a search from an address's arguments, and what is wrong with them: argument → sentence. The table can be
    sorted by `sorts`, and is by `usual` where nothing is asked.

    What is wrong is left out of the search, so that the page can still be shown.
    """
    wrong: dict[str, str] = {}
    words = _clean(args.get("q", ""))
    if words is None or len(words) > LONGEST_SEARCH:
        wrong["q"] = f"Search for up to {LONGEST_SEARCH} characters, without control characters."
        words = ""
    words, asked, faults = terms.read(words, plan_keys)
    if faults:
        wrong["q"] = " ".join(faults)
    allowed = {**CHOICES, "plan": tuple(plan_keys)}
    filters = {name: _chosen(name, args.getlist(name), allowed[name], wrong) for name in FILTERS}
    sort = args.get("sort", "") or usual
    if sort.removeprefix("-") not in sorts:
        wrong["sort"] = f"The table can be sorted by {', '.join(sorts)}."
        sort = usual
    search = Search(
        words=words,
        terms=asked,
        **filters,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=_whole("limit", args, DEFAULT_LIMIT, 1, MOST, wrong),
        offset=_whole("offset", args, 0, 0, 10_000_000, wrong),
    )
    return search, wrong


def _clean(text: str) -> str | None:
    try:
        return clean_text(text)
    except ValueError:
        return None


def _chosen(name: str, given: Sequence[str], allowed: Sequence[str], wrong: dict[str, str]) -> tuple[str, ...]:
    given = [value for value in given if value]
    if any(value not in allowed for value in given):
        wrong[name] = f"{name.capitalize()} is one of: {', '.join(allowed)}."
    return tuple(dict.fromkeys(value for value in given if value in allowed))


def _whole(name: str, args: Any, default: int, low: int, high: int, wrong: dict[str, str]) -> int:
    text = args.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        wrong[name] = f"{name.capitalize()} is a whole number from {low:,} to {high:,}."
        return default
    return int(text)
