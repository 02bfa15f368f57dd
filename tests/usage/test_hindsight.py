"""What another limit would have refused: against judging every call anew, one by one, as an admission does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.clock import now
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Forbidden
from portal.foundation.permissions import system
from portal.usage import hindsight
from portal.usage.actions import store_calls
from portal.usage.drafts import FinishedCall
from portal.usage.hindsight import Hindsight, beyond, replay, spans, would_refuse
from portal.usage.limits import CallStatus, EndStatus
from portal.usage.models import Call, DailyFigures, Removal
from tests.cast import Cast

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
FIRST = date(2026, 2, 9)
"""The first of the thirty days that end on that one."""
LONGEST = timedelta(hours=4)

CALLS = st.lists(st.tuples(st.integers(0, 5 * 24 * 12), st.integers(0, 90)), max_size=60)
"""When calls began and how long they ran, in steps of five minutes, so that much falls together."""


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def store(*rows: Any) -> None:
    with unit_of_work() as session:
        session.add_all(rows)


def call(cast: Cast, number: int, started_at: datetime, minutes: int | None) -> Call:
    ended_at = None if minutes is None else started_at + timedelta(minutes=minutes)
    status = CallStatus.ACTIVE if minutes is None else CallStatus.COMPLETED
    return Call(tenant_id=cast.acme.id, call_id=f"c-{number}", started_at=started_at, ended_at=ended_at, status=status)


def day(cast: Cast, on: date, calls: int, peak: int = 0) -> DailyFigures:
    return DailyFigures(tenant_id=cast.acme.id, day=on, calls=calls, peak_concurrent=peak)


def ask(cast: Cast, name: str, value: int) -> Hindsight:
    return would_refuse(cast.actor(cast.olive), cast.acme, name, value)


def intervals(drawn: Sequence[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
    midnight = datetime.combine(FIRST, time(), UTC)
    begun = [(midnight + timedelta(minutes=5 * start), timedelta(minutes=5 * length)) for start, length in drawn]
    return sorted((start, start + min(length, LONGEST)) for start, length in begun)


def peaks(calls: Sequence[tuple[datetime, datetime]]) -> dict[date, int]:
    """The most at once of each day, noted as admissions do when a call begins."""
    found: dict[date, int] = {}
    for number, (start, _) in enumerate(calls):
        running = sum(1 for _, end in calls[:number] if end > start) + 1
        found[start.date()] = max(found.get(start.date(), 0), running)
    return found


def one_by_one(calls: Sequence[tuple[datetime, datetime]], value: int) -> int:
    admitted: list[tuple[datetime, datetime]] = []
    for start, end in calls:
        if sum(1 for _, until in admitted if until > start) < value:
            admitted.append((start, end))
    return len(calls) - len(admitted)


@given(CALLS, st.integers(1, 6))
def test_replaying_the_crowded_days_finds_what_replaying_all_finds(drawn: Any, value: int) -> None:
    calls = intervals(drawn)
    crowded = sorted(day for day, peak in peaks(calls).items() if peak > value)
    during = spans(crowded, LONGEST)
    read = [each for each in calls if any(start <= each[0] < behind for start, behind in during)]
    assert replay(read, crowded, value) == one_by_one(calls, value)


@given(st.lists(st.integers(0, 9), min_size=38, max_size=38), st.integers(0, 200))
def test_the_months_calls_are_judged_in_the_order_of_days(numbers: list[int], value: int) -> None:
    days = [DailyFigures(day=date(2026, 2, 1) + timedelta(days=at), calls=calls) for at, calls in enumerate(numbers)]
    used: dict[int, int] = {}
    refused = 0
    for each in days:
        for _ in range(each.calls):
            if used.get(each.day.month, 0) < value:
                used[each.day.month] = used.get(each.day.month, 0) + 1
            else:
                refused += each.day >= FIRST
    assert beyond(days, FIRST, value) == refused


@pytest.mark.usefixtures("at_noon")
class TestOfATenant:
    def test_calls_beyond_the_months_limit_are_counted_where_they_fall_into_the_last_thirty_days(self, cast: Cast):
        before = FIRST - timedelta(days=1)
        store(day(cast, before, 8), day(cast, FIRST, 5), day(cast, date(2026, 3, 1), 4), day(cast, NOON.date(), 7))
        assert ask(cast, "monthly_call_limit", 10) == Hindsight(3 + 1, 16, 30)
        assert ask(cast, "monthly_call_limit", 7) == Hindsight(5 + 4, 16, 30)
        assert ask(cast, "monthly_call_limit", 13) == Hindsight(0, 16, 30)
        assert ask(cast, "monthly_call_limit", 0) == Hindsight(16, 16, 30)

    def test_calls_at_once_are_replayed_on_crowded_days_and_what_is_refused_does_not_run(self, cast: Cast):
        late = datetime(2026, 3, 1, 23, 50, tzinfo=UTC)
        starts = [(0, 60), (1, 5), (11, 30), (12, 30), (70, None), (71, 1), (300, 1), (311, 1)]
        store(*(call(cast, at, late + timedelta(minutes=start), end) for at, (start, end) in enumerate(starts)))
        # Of the first evening none is judged, yet the call that runs over midnight takes its place.
        store(day(cast, date(2026, 3, 1), 2, peak=2), day(cast, date(2026, 3, 2), 6, peak=3))
        assert ask(cast, "max_concurrent_calls", 3) == Hindsight(0, 8, 30)
        assert ask(cast, "max_concurrent_calls", 2) == Hindsight(1, 8, 30)
        # One at once: the second of the evening, both after midnight, and what begins while the one without an end
        # counts, which is four hours.
        assert ask(cast, "max_concurrent_calls", 1) == Hindsight(5, 8, 30)

    def test_calls_that_came_by_batch_are_judged_on_crowded_days_alone(self, cast: Cast):
        lines = [
            FinishedCall(
                tenant_id=cast.acme.id,
                call_id=f"b-{at}",
                status=EndStatus.COMPLETED,
                duration_seconds=600,
                started_at=NOON - timedelta(days=days, minutes=30 - at),
            )
            for at, days in enumerate((2, 2, 2, 3, 3, 3))
        ]
        assert {each.word for each in store_calls(system(), cast.acme, lines)} == {"new"}
        assert ask(cast, "max_concurrent_calls", 1) == Hindsight(0, 6, 30)
        with unit_of_work() as session:  # on one of the two days calls were asked for, and two ran at once
            session.get_one(DailyFigures, (cast.acme.id, NOON.date() - timedelta(days=2))).peak_concurrent = 2
        assert ask(cast, "max_concurrent_calls", 1) == Hindsight(2, 6, 30)

    def test_quiet_days_are_not_read(self, cast: Cast, statements):
        store(day(cast, NOON.date(), 5, peak=5))
        with statements() as seen:
            assert ask(cast, "max_concurrent_calls", 5).refused == 0
        assert not [each for each in seen if "FROM calls" in each]

    def test_of_very_many_the_least_is_said(self, cast: Cast, monkeypatch):
        store(*(call(cast, at, NOON - timedelta(minutes=9 - at), 60) for at in range(6)), day(cast, NOON.date(), 6, 6))
        assert ask(cast, "max_concurrent_calls", 2) == Hindsight(4, 6, 30)
        monkeypatch.setattr(hindsight, "MOST_READ", 5)
        found = ask(cast, "max_concurrent_calls", 2)
        assert found == Hindsight(3, 6, 30, at_least=True)
        assert found.sentence == "At least 3 of the last 30 days’ 6 calls would have been refused."

    def test_days_whose_calls_were_removed_are_left_out(self, cast: Cast):
        kept = NOON.replace(hour=0) - timedelta(days=4)
        nothing = {"calls": 9, "recordings": 0, "recording_bytes": 0, "refusals": 0}
        store(
            day(cast, FIRST, 9, peak=9),
            day(cast, NOON.date(), 1, peak=1),
            Removal(tenant_id=cast.acme.id, day=NOON.date(), at=now(), before=kept, **nothing),
        )
        assert ask(cast, "max_concurrent_calls", 1) == Hindsight(0, 1, 5)
        assert ask(cast, "monthly_call_limit", 9) == Hindsight(0, 10, 30)

    def test_who_may_not_see_use_is_not_told(self, cast: Cast):
        for name in hindsight.LOOKED_BACK_AT:
            with pytest.raises(Forbidden):
                would_refuse(cast.actor(cast.otto), cast.acme, name, 1)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Hindsight(12, 3410, 30), "12 of the last 30 days’ 3,410 calls would have been refused."),
        (Hindsight(0, 3410, 12), "None of the last 12 days’ 3,410 calls would have been refused."),
        (Hindsight(0, 0, 30), "There were no calls in the last 30 days."),
        (Hindsight(2, 10, 1), "2 of today’s 10 calls would have been refused."),
        (Hindsight(0, 0, 1), "There were no calls today."),
        (Hindsight(0, 1, 30), "The last 30 days’ one call would not have been refused."),
        (Hindsight(1, 1, 30), "The last 30 days’ one call would have been refused."),
    ],
)
def test_it_is_said_in_a_sentence(found: Hindsight, said: str) -> None:
    assert found.sentence == said
