"""The figures on show: what components are given in each of their states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from portal.foundation.clock import now
from portal.web.listing import Listing

TODAY = datetime(2026, 5, 31, tzinfo=UTC).date()
A_MONTH = (212, 240, 251, 238, 96, 71, 226, 263, 259, 281, 270, 102, 88, 244, 290, 301, 287, 276, 110, 95, 268, 310,
           322, 305, 299, 124, 97, 288, 331, 180)  # fmt: skip

METERS = {
    "Nothing used": (0, 1000),
    "Half": (500, 1000),
    "At 80 %": (800, 1000),
    "Nearly all": (920, 1000),
    "All of it": (1000, 1000),
    "Over": (1280, 1000),
    "A limit of 0": (0, 0),
    "No limit": (4210, None),
}
"""State → used and limit."""

TONES = ("neutral", "plain", "accent", "info", "good", "warn", "bad")


def all_of_them() -> dict[str, Any]:
    """Give every sample, by the name its template has for it."""
    return {
        "meters": METERS,
        "charts": charts(),
        "shape": A_MONTH,
        "outcomes": outcomes(),
        "listings": listings(),
        "moments": moments(),
        "tones": TONES,
        "names": ("Ada Lovelace", "sam", "olive.owens", "Øyvind-Ås", "李雷"),
    }


def charts() -> list[tuple[str, dict[str, Any]]]:
    """Give what a chart may be given: no day, one, a month, one that is quiet, one beside the month before."""
    month = series(A_MONTH)
    return [
        ("A month", {"series": month, "unit": "calls"}),
        ("With the limit", {"series": month, "unit": "calls", "limit": 300}),
        ("Beside the month before", {"series": month, "unit": "calls", "previous": series(A_MONTH[::-1])}),
        ("One day", {"series": series((42,)), "unit": "calls"}),
        ("Days on which nothing was used", {"series": series((0,) * 30), "unit": "calls"}),
        ("No day yet", {"series": []}),
    ]


def outcomes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Give what may have come of deliveries: all well, some not, the first one, none yet."""
    well, ill = ("Delivered", "good"), ("Failed", "bad")
    late = [("Trying again", "warn")] * 2 + [("Waiting", "info"), ("Not sent", "neutral")]
    mixed = [well] * 17 + [ill] * 3 + [well] * 6 + late
    return [("All is well", [well] * 30), ("Some failed", mixed), ("The first one", [ill]), ("None yet", [])]


def series(values: tuple[int, ...]) -> list[tuple[Any, int]]:
    """Give values as the days up to a certain one."""
    return [(TODAY - timedelta(days=len(values) - 1 - number), value) for number, value in enumerate(values)]


def listings() -> dict[str, Listing]:
    """Give the parts of a listing that a pager may stand under."""
    return {
        "first": Listing(range(25), 240, 25, 0, sort_key="name"),
        "middle": Listing(range(25), 240, 25, 100),
        "last": Listing(range(15), 240, 25, 225),
        "only": Listing(range(7), 7, 25, 0),
        "none": Listing((), 0, 25, 0),
    }


def moments() -> list[tuple[str, datetime | None]]:
    """Give moments near and far, before and after this one."""
    here = now()
    return [
        ("This minute", here),
        ("Today", here - timedelta(hours=5)),
        ("Long ago", here - timedelta(days=800)),
        ("To come", here + timedelta(days=14)),
        ("Never", None),
    ]
