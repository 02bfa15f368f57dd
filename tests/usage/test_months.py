"""A month that is over keeps its sums: closed by the next call or by the daily work, and mended by what comes late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.usage import actions
from portal.usage.drafts import FinishedCall
from portal.usage.models import MonthlyFigures, Standing
from portal.usage.verification import Replay, differences
from tests.usage.conftest import Platform

END_OF_MARCH = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
MARCH = date(2026, 3, 1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(END_OF_MARCH, tick=False) as traveller:
        yield traveller


@pytest.fixture
def march(platform: Platform, clock: Any) -> Platform:
    """Two calls at once in March, and a third that was refused; then it is April."""
    platform.begin_month().allow(max_concurrent_calls=2)
    for number in range(3):
        platform.start(f"c-{number}")
    for number in range(2):
        platform.end(f"c-{number}", duration_seconds=60)
    clock.shift(timedelta(days=2))
    return platform


def kept() -> dict[date, tuple[int, ...]]:
    db.session.rollback()
    names = ("calls", "seconds", "refused", "peak_concurrent")
    rows = db.session.scalars(select(MonthlyFigures))
    return {row.month: tuple(getattr(row, name) for name in names) for row in rows}


def standing(platform: Platform) -> tuple[int, ...]:
    row = platform.standing()
    return row.calls, row.refused, row.peak_concurrent


def test_the_first_call_of_the_next_month_closes_it(march: Platform) -> None:
    assert standing(march) == (2, 1, 2)
    march.start("april")
    assert kept() == {MARCH: (2, 120, 1, 2)}
    assert standing(march) == (1, 0, 1)


def test_the_daily_work_closes_it_where_nobody_calls(march: Platform) -> None:
    assert actions.close_months(system()) == "2 months closed"
    assert kept() == {MARCH: (2, 120, 1, 2)}
    assert {row.month for row in db.session.scalars(select(Standing))} == {date(2026, 4, 1)}
    assert actions.close_months(system()) == "Every month is closed"


def test_what_is_told_late_is_added(march: Platform) -> None:
    march.start("april")
    march.start("late", started_at="2026-03-31T13:00:00Z")
    march.end("late", duration_seconds=30)
    assert kept() == {MARCH: (3, 150, 1, 2)}
    assert list(differences(system(), Replay())) == []


def test_a_month_that_is_not_the_sum_of_its_days_is_named(march: Platform) -> None:
    from portal.foundation.database import unit_of_work

    march.start("april")
    with unit_of_work():
        db.session.scalars(select(MonthlyFigures)).one().calls = 7
    assert list(differences(system(), Replay())) == [
        "acme: the month of March 2026: calls stand at 7, its days give 2."
    ]


def test_no_call_is_recorded_once_the_recordings_fill_their_room(platform: Platform) -> None:
    platform.allow(max_recordings_gb=1)
    platform.start("c-1")
    platform.end("c-1", recording_bytes=999_999_999, duration_seconds=0)
    assert platform.start("c-2").json["recording_admitted"] is True
    platform.end("c-2", recording_bytes=1, duration_seconds=0)
    assert platform.start("c-3").json["recording_admitted"] is False
    assert platform.standing().recording_bytes == 10**9
    platform.allow(max_recordings_gb=2)
    assert platform.start("c-4").json["recording_admitted"] is True


def test_a_call_that_ends_after_midnight_of_the_first_closes_the_month_it_began_in(platform: Platform) -> None:
    with time_machine.travel(datetime(2026, 5, 31, 23, 50, tzinfo=UTC), tick=False) as clock:
        platform.begin_month().start("late")
        clock.shift(timedelta(minutes=15))
        assert platform.end("late", duration_seconds=300).status == 200
    assert kept() == {date(2026, 5, 1): (1, 300, 0, 1)}


def test_a_batch_of_several_days_of_a_month_that_is_over_is_added_up(platform: Platform) -> None:
    with time_machine.travel(datetime(2026, 6, 3, tzinfo=UTC), tick=False):
        platform.begin_month()
        for number, day in enumerate((5, 6, 5, 7)):
            common = {"tenant_id": platform.tenant.id, "status": "completed", "duration_seconds": 60}
            moment = datetime(2026, 5, day, 9, tzinfo=UTC).isoformat()
            facts = [{**common, "call_id": f"c-{number}-{each}", "started_at": moment} for each in range(2)]
            lines = [FinishedCall.read_json(json.dumps(fact, default=str)) for fact in facts]
            actions.store_calls(system(), platform.fresh(), lines)
        assert kept() == {date(2026, 5, 1): (8, 480, 0, 0)}
        assert list(differences(system(), Replay())) == []


def test_a_call_dated_ahead_into_a_month_without_any_other_is_kept(platform: Platform) -> None:
    with time_machine.travel(datetime(2026, 5, 31, 23, 58, tzinfo=UTC), tick=False) as clock:
        platform.begin_month().start("ahead", started_at="2026-06-01T00:01:00Z")
        clock.move_to(datetime(2026, 7, 2, tzinfo=UTC))
        actions.close_months(system())
    assert kept() == {date(2026, 6, 1): (1, 0, 0, 1)}
