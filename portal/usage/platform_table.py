"""How the months of all tenants are laid out: columns, tabs, and lines of CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from portal.foundation.csv_lines import line, plain
from portal.tenants.search import Search
from portal.usage.platform_month import AT_ONCE, Line
from portal.web.listing import Listing

COLUMNS = [
    ("Tenant", "name", False),
    ("Plan", None, False),
    ("Calls", "calls", True),
    ("Minutes", "minutes", True),
    ("Cost", "cost", True),
    ("Refused", "refused", True),
    ("Most at once", "peak", True),
]
"""The table's columns: words, what they are sorted by (None: no order), whether they hold figures."""

FILTERS = [("status", "Status"), ("kind", "Kind"), ("plan", "Plan")]
"""The filters: query argument and words."""

EXCEEDING = "exceeding:yes"
_HEAD = ("tenant_id", "slug", "name", "external_id", "plan", "month", "calls", "monthly_call_limit", "seconds", "cents",
         "refused", "peak_concurrent")  # fmt: skip


def tabs(listing: Listing, search: Search) -> list[tuple[str, str, bool]]:
    """Give the two ways to look at a running month: all tenants, and those that will exceed it."""
    left = [each.text for each in search.terms if each.field != "exceeding"]
    typed = [search.words, *left] if search.words else left
    narrowed = any(each.field == "exceeding" and each.value for each in search.terms)
    return [
        ("All tenants", listing.url(q=" ".join(typed), offset=None), not narrowed),
        ("Will exceed this month", listing.url(q=" ".join([*typed, EXCEEDING]), offset=None), narrowed),
    ]


def csv_chunks(ids: Sequence[Any], month: date, read: Callable[[Sequence[Any]], Sequence[Line]]) -> Iterator[str]:
    """Write tenants' months, a line each below their head, in the order of `ids`; `read` gives the lines of some. The
    limit is left out where it is not known of a month that is over."""
    yield line(_HEAD)
    for start in range(0, len(ids), AT_ONCE):
        yield "".join(_written(each, month) for each in read(ids[start : start + AT_ONCE]))


def _written(each: Line, month: date) -> str:
    texts = (each.slug, plain(each.name), plain(each.external_id), plain(each.plan_label))
    limit = "" if each.limit is None else each.limit
    figures = (each.calls, limit, each.seconds, each.cents, each.refused, each.peak)
    return line((each.id, *texts, f"{month:%Y-%m}", *figures))
