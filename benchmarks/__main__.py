"""Times four requests of the portal against a bare Flask view with the ideal SQL and one flat template, in one run.

    make bench                                    10,000 tenants of demonstration data, made for the run
    .venv/bin/python -m benchmarks --tenants 1000
    .venv/bin/python -m benchmarks --folder DIR   keep the data in DIR and use it again

Both sides run in this process through WSGI, in turn (A B A B …), so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.bare import make_bare
from benchmarks.portal_side import PortalSide

RUNS, WARM_UP = 60, 8


def main() -> None:
    """Make or open the data, time each pair, print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tenants", type=int, default=10_000)
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--runs", type=int, default=RUNS)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        portal = PortalSide(folder, given.tenants)
        bare = make_bare(folder / "portal.sqlite", portal.slug)
        print(f"{portal.total:,} tenants, SQLite, {given.runs} runs each; medians in ms\n")
        print(f"{'':<26}{'portal':>9}{'bare':>9}{'ratio':>8}{'queries':>9}{'KB':>7}")
        word = f"q={portal.word}"
        for name, ours, theirs in (
            ("list of 100", portal.get("/tenants"), bare.get("/list")),
            ("list of 100, by calls", portal.get("/tenants?sort=-calls"), bare.get("/by-calls")),
            ("search", portal.get(f"/tenants?{word}"), bare.get(f"/search?{word}")),
            (
                "search, as a fragment",
                portal.fragment(f"/tenants?{word}"),
                bare.get(f"/search?{word}"),
            ),
            ("tenant's page", portal.get(f"/tenants/{portal.slug}"), bare.get("/tenant")),
            ("saved change (JSON)", portal.change(), bare.change()),
        ):
            mine, other = _in_turn(ours, theirs, given.runs)
            queries, size = portal.weigh(ours)
            print(f"{name:<26}{mine:>9.2f}{other:>9.2f}{mine / other:>8.2f}{queries:>9}{size / 1024:>7.1f}")


def _in_turn(one: Callable[[], object], other: Callable[[], object], runs: int) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for number in range(runs + WARM_UP):
        for kept, act in zip(times, (one, other), strict=True):
            start = time.process_time()
            act()
            if number >= WARM_UP:
                kept.append((time.process_time() - start) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()
