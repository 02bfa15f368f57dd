"""Ending a call: what it lasted, cost and left behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.foundation.database import db
from portal.usage.figures import cost
from portal.usage.models import Recording
from tests.usage.conftest import Platform

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def figures(platform: Platform, *names: str) -> tuple[Any, ...]:
    day = platform.day(TODAY)
    return tuple(getattr(day, name) for name in names)


def test_a_call_ends_and_is_priced_at_its_days_price(platform: Platform, at_noon: Any):
    platform.start()
    at_noon.shift(90)
    page = platform.end(ended_at="2026-03-10T12:01:30Z", duration_seconds=80, sentiment_score=0.25, recording_bytes=960)
    assert page.status == 200
    assert page.json["status"] == "completed"
    assert (page.json["ended_at"], page.json["duration_seconds"]) == ("2026-03-10T12:01:30Z", 80)
    assert (page.json["sentiment_score"], page.json["recording_bytes"], page.json["cents"]) == (0.25, 960, 12)
    assert platform.stored().price == 900  # 9 cents a minute on starter since January: 80 s are 12 cents
    assert figures(platform, "calls", "completed", "seconds", "cents", "sentiments", "sentiment_sum") == (
        1, 1, 80, 12, 1, 250_000)  # fmt: skip
    standing = platform.standing()
    assert (standing.calls, standing.seconds, standing.cents) == (1, 80, 12)


@pytest.mark.parametrize(("seconds", "price", "cents"), [
    (0, 900, 0), (3, 900, 0), (4, 900, 1), (1, 3000, 1), (1, 2999, 0), (60, 900, 9), (10, 900, 2), (9, 1000, 2),
    (8, 1000, 1), (2_678_400, 900, 401_760)])  # fmt: skip
def test_the_cost_is_rounded_half_up_to_a_cent_once(seconds: int, price: int, cents: int):
    assert cost(seconds, price) == cents


def test_the_price_is_that_of_the_day_it_started(platform: Platform):
    platform.allow(retention_days=90)
    assert platform.start("old", started_at="2025-12-31T23:59:59Z").status == 201
    platform.start("new", started_at="2026-01-01T00:00:00Z")
    assert [platform.end(each, duration_seconds=60).json["cents"] for each in ("old", "new")] == [10, 9]


def test_the_price_stays_though_the_plan_changes(platform: Platform):
    platform.start()
    platform.allow(billing_plan="pro")
    assert platform.end(duration_seconds=60).json["cents"] == 9


def test_twice_is_harmless(platform: Platform, at_noon: Any):
    platform.start()
    first = platform.end(duration_seconds=60, sentiment_score=-1)
    at_noon.shift(60)
    for fields in ({"duration_seconds": 60, "sentiment_score": -1}, {"duration_seconds": 60}, {}):
        again = platform.end(**fields)
        assert (again.status, again.json) == (200, first.json)
    assert figures(platform, "calls", "completed", "seconds", "sentiments", "sentiment_sum") == (
        1,
        1,
        60,
        1,
        -1_000_000,
    )


def test_what_was_left_out_may_come_later(platform: Platform):
    platform.start()
    platform.end(duration_seconds=60)
    page = platform.end(sentiment_score=0.5, recording_bytes=77)
    assert (page.json["sentiment_score"], page.json["recording_bytes"]) == (0.5, 77)
    assert figures(platform, "completed", "seconds", "sentiments", "sentiment_sum") == (1, 60, 1, 500_000)


@pytest.mark.parametrize("otherwise", [{"status": "failed"}, {"duration_seconds": 61}, {"sentiment_score": 0.3},
                                       {"recording_bytes": 8}, {"ended_at": "2026-03-10T12:02:00Z"}])  # fmt: skip
def test_another_end_is_a_conflict_and_changes_nothing(platform: Platform, at_noon: Any, otherwise: dict[str, Any]):
    platform.start()
    at_noon.shift(600)
    ended = {"duration_seconds": 60, "sentiment_score": 0.25, "recording_bytes": 7, "status": "completed"}
    first = platform.end(**ended)
    page = platform.end(**(ended | otherwise))
    assert (page.status, page.json["type"]) == (409, "/problems/conflict")
    assert next(iter(otherwise)) in page.json["detail"]
    assert platform.start().json == first.json
    assert figures(platform, "completed", "failed", "seconds", "cents") == (1, 0, 60, 9)


def test_what_never_began_is_not_found(platform: Platform):
    assert platform.end("no-such-call").status == 404
    assert platform.end("%00").status == 404
    assert platform.end("x" * 500).status == 404


@pytest.mark.parametrize(("status", "seconds"), [("completed", 30), ("failed", 30), ("no_answer", 0)])
def test_without_a_word_it_lasts_until_now_unless_nobody_answered(
    platform: Platform, at_noon: Any, status: str, seconds: int
):
    platform.start()
    at_noon.shift(30.9)
    page = platform.end(status=status)
    assert (page.json["status"], page.json["duration_seconds"]) == (status, seconds)
    assert page.json["ended_at"] == "2026-03-10T12:00:30.900000Z"
    assert figures(platform, "calls", status, "seconds") == (1, 1, seconds)


def test_told_late_it_ended_its_duration_after_its_start(platform: Platform, at_noon: Any):
    platform.start()
    at_noon.shift(timedelta(days=2))
    assert platform.end(duration_seconds=75).json["ended_at"] == "2026-03-10T12:01:15Z"
    assert platform.day(date(2026, 3, 10)).seconds == 75


def test_the_duration_fits_between_start_and_end(platform: Platform, at_noon: Any):
    platform.start()
    at_noon.shift(60.5)
    for ended_at, seconds, field in (
        ("2026-03-10T12:01:00.500000Z", 62, "duration_seconds"),
        ("2026-03-10T11:59:59Z", 0, "ended_at"),
        ("2026-03-10T12:06:01Z", 0, "ended_at"),
    ):
        page = platform.end(ended_at=ended_at, duration_seconds=seconds)
        assert (page.status, page.json["detail"][0]["loc"]) == (422, ["body", field])
    assert platform.end(ended_at="2026-03-10T12:01:00.500000Z", duration_seconds=61).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "active"}, {"status": "ended"}, {"status": None}, {"duration_seconds": -1},
        {"duration_seconds": 2_678_401}, {"duration_seconds": 1.5}, {"duration_seconds": "60"},
        {"duration_seconds": True}, {"sentiment_score": 1.01}, {"sentiment_score": -1.01}, {"sentiment_score": "0"},
        {"recording_bytes": -1}, {"recording_bytes": 2**53}, {"cents": 1}, {"started_at": "2026-03-10T12:00:00Z"},
        {"ended_at": "2026-03-10T12:00:00"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(platform: Platform, fields: dict[str, Any]):
    platform.start()
    page = platform.end(**fields)
    assert page.status == 422
    assert page.json["detail"][0]["loc"] == ["body", next(iter(fields))]
    assert platform.stored().status == "active"


@pytest.mark.parametrize("score", [-1, 1, 0, -1.0, 0.123456789])
def test_every_mood_between_the_ends_is_taken(platform: Platform, score: float):
    platform.start()
    assert platform.end(sentiment_score=score).json["sentiment_score"] == score


def test_a_recording_is_kept_with_its_size(platform: Platform):
    platform.start()
    platform.end(duration_seconds=60, recording_bytes=2**53 - 1)
    row = db.session.get_one(Recording, (platform.tenant.id, "c-1"))
    assert (row.size_bytes, row.created_at) == (2**53 - 1, NOW + timedelta(minutes=1))


def test_the_peak_stays_when_calls_end(platform: Platform):
    for number in range(3):
        platform.start(f"c-{number}")
    platform.end("c-0")
    platform.end("c-1")
    platform.start("c-3")
    assert figures(platform, "calls", "peak_concurrent") == (4, 3)
