"""The platform asks before each call: admitted, the same again, or refused with what stands against it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service
from tests.cast import Cast
from tests.client import Visitor
from tests.usage.conftest import Platform

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_a_call_is_admitted_and_counted_from_then_on(platform: Platform):
    page = platform.start("c-1", direction="outbound", agent_id="a-7", **{"from": "+15550100", "to": "+15550199"})
    assert page.status == 201
    assert page.json == {
        "tenant_id": str(platform.tenant.id), "call_id": "c-1", "status": "active", "direction": "outbound",
        "agent_id": "a-7", "from": "+15550100", "to": "+15550199", "started_at": "2026-03-10T12:00:00Z",
        "ended_at": None, "duration_seconds": None, "sentiment_score": None, "recording_admitted": True,
        "recording_bytes": None, "cents": 0,
    }  # fmt: skip
    assert (platform.day(TODAY).calls, platform.day(TODAY).peak_concurrent) == (1, 1)
    assert (platform.standing().calls, platform.standing().last_call_at) == (1, NOW)


def test_the_same_again_is_200_and_never_counted_twice(platform: Platform, at_noon: Any):
    first = platform.start()
    at_noon.shift(60)
    for _ in range(3):
        again = platform.start()
        assert (again.status, again.json) == (200, first.json)
    assert (platform.day(TODAY).calls, platform.standing().calls) == (1, 1)


def test_the_same_again_is_admitted_whatever_has_become_of_the_tenant(platform: Platform):
    platform.start()
    platform.end()
    tenants.deactivate_tenant(system(), platform.fresh())
    assert platform.start().status == 200
    assert platform.start("c-2").status == 403


def test_another_call_under_the_same_id_is_a_conflict(platform: Platform):
    platform.start("c-1", to="+15550100")
    page = platform.start("c-1", to="+15550101", direction="outbound")
    assert (page.status, page.json["type"]) == (409, "/problems/conflict")
    assert "direction, to" in page.json["detail"]
    assert platform.start("c-1", direction="inbound").status == 200


def test_the_concurrent_limit_holds_until_a_call_ends(platform: Platform):
    platform.allow(max_concurrent_calls=2)
    assert [platform.start(f"c-{number}").status for number in range(3)] == [201, 201, 429]
    page = platform.start("c-2")
    assert (page.json["type"], page.json["limit"]) == ("/problems/call-limit-reached", "concurrent")
    assert (page.json["limit_value"], page.json["used"], page.json["detail"]) == (
        2, 2, "Acme Corp has 2 calls running and may have 2 at once. Ask again when one has ended.")  # fmt: skip
    assert "Retry-After" not in page.headers
    platform.end("c-0")
    assert platform.start("c-2").status == 201
    assert platform.day(TODAY).refused == {"concurrent": 2}


def test_the_monthly_limit_ends_with_the_month(platform: Platform, at_noon: Any):
    platform.allow(monthly_call_limit=1)
    platform.start("c-1")
    page = platform.start("c-2")
    assert (page.status, page.json["limit"]) == (429, "monthly")
    assert page.json["detail"] == "Acme Corp has used 1 of its 1 calls of March 2026."
    at_noon.shift(timedelta(seconds=int(page.headers["Retry-After"])))
    assert platform.start("c-2").status == 201
    assert (platform.standing().month, platform.standing().calls) == (date(2026, 4, 1), 1)


def test_a_limit_of_nothing_admits_no_call(platform: Platform):
    platform.allow(monthly_call_limit=0)
    assert platform.start().json["limit"] == "monthly"


def test_minutes_are_counted_to_the_second(platform: Platform):
    platform.allow(max_minutes_per_month=2)
    platform.start("c-1")
    platform.end("c-1", duration_seconds=119)
    assert platform.start("c-2").status == 201
    platform.end("c-2", duration_seconds=1)
    page = platform.start("c-3")
    assert (page.status, page.json["limit"], page.json["used"]) == (429, "minutes", 2)


def test_a_call_that_never_ends_stops_counting_after_four_hours(platform: Platform, at_noon: Any):
    platform.allow(max_concurrent_calls=1)
    platform.start("lost")
    at_noon.shift(timedelta(hours=4) - timedelta(microseconds=1))
    assert platform.start("c-2").status == 429
    at_noon.shift(timedelta(microseconds=1))
    assert platform.start("c-2").status == 201
    assert platform.end("lost", duration_seconds=20_000).status == 200


def suspend(platform: Platform, **fields: Any) -> None:
    tenants.suspend_tenant(system(), platform.fresh(), Suspension(reason="unpaid", **fields))


def test_a_suspension_stops_calls_and_says_why(platform: Platform):
    suspend(platform)
    page = platform.start()
    assert (page.status, page.json["type"], page.json["block"]) == (403, "/problems/blocked", "suspended")
    assert page.json["detail"] == "The calls of Acme Corp are suspended: “unpaid”."


def test_a_suspension_of_other_services_lets_calls_through(platform: Platform):
    suspend(platform, services=[Service.AGENTS, Service.SIP, Service.ANALYTICS])
    page = platform.start()
    assert (page.status, page.json["recording_admitted"]) == (201, True)


def test_a_suspension_past_its_end_blocks_nothing_though_no_job_has_run(platform: Platform, at_noon: Any):
    suspend(platform, until=NOW + timedelta(hours=1))
    assert platform.start().status == 403
    at_noon.shift(timedelta(hours=1))
    assert platform.start().status == 201


def test_an_inactive_tenant_is_blocked_before_anything_else(platform: Platform):
    suspend(platform)
    tenants.deactivate_tenant(system(), platform.fresh())
    assert platform.start().json["block"] == "inactive"
    tenants.restore_tenant(system(), platform.fresh())
    assert platform.start().json["block"] == "suspended"


def test_a_trial_is_blocked_from_its_end_on(platform: Platform, at_noon: Any):
    platform.allow(kind="trial", trial_ends_at=(NOW + timedelta(days=1)).isoformat())
    assert platform.start("c-1").status == 201
    at_noon.shift(timedelta(days=1))
    assert platform.start("c-2").json["block"] == "trial_ended"


def test_no_recording_is_admitted_where_recording_is_off_or_stopped(platform: Platform):
    suspend(platform, services=[Service.RECORDINGS])
    assert platform.start("c-1").json["recording_admitted"] is False
    tenants.resume_tenant(system(), platform.fresh())
    assert platform.start("c-2").json["recording_admitted"] is True
    platform.allow(recording_enabled=False)
    assert platform.start("c-3").json["recording_admitted"] is False
    assert platform.end("c-3", recording_bytes=5).json["recording_bytes"] is None
    assert platform.end("c-2", recording_bytes=5).json["recording_bytes"] == 5  # it was admitted with the call


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"call_id": ""}, "call_id"), ({"call_id": "x" * 129}, "call_id"), ({"call_id": "a b"}, "call_id"),
        ({"call_id": "ä"}, "call_id"), ({"call_id": "a/b"}, "call_id"), ({"call_id": "a\n"}, "call_id"),
        ({"call_id": 7}, "call_id"), ({"call_id": None}, "call_id"),
        ({"direction": "sideways"}, "direction"), ({"direction": "INBOUND"}, "direction"),
        ({"agent_id": "x" * 129}, "agent_id"), ({"from": "x" * 65}, "from"), ({"to": "\x00"}, "to"),
        ({"from": 15550100}, "from"), ({"caller": "+1"}, "caller"), ({"status": "active"}, "status"),
        ({"callId": "c"}, "callId"), ({"started_at": 1}, "started_at"), ({"started_at": "today"}, "started_at"),
        ({"started_at": "2026-03-10T12:00:00"}, "started_at"), ({"started_at": "2026-03-10T12:05:01Z"}, "started_at"),
        ({"started_at": "2025-12-09T23:59:59Z"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(platform: Platform, fields: dict[str, Any], field: str):
    page = platform.start(**{"call_id": "c-1", **fields})
    assert page.status == 422
    assert [fault["loc"] for fault in page.json["detail"]] == [["body", field]]
    assert platform.standing().calls == 0


@pytest.mark.parametrize("started_at", ["2025-12-10T00:00:00Z", "2026-03-10T12:05:00Z", "2026-03-10T13:05:00+01:00"])
def test_the_ends_of_started_at_are_taken(platform: Platform, started_at: str):
    assert platform.start(started_at=started_at).status == 201


@pytest.mark.parametrize("call_id", ["a", "x" * 128, "A.z_0:-"])
def test_every_shape_of_a_call_id_is_started_and_ended(platform: Platform, call_id: str):
    assert platform.start(call_id).status == 201
    assert platform.end(call_id).json["call_id"] == call_id


def test_a_call_counts_for_the_month_of_its_start(platform: Platform):
    platform.allow(monthly_call_limit=1)
    assert platform.start("late", started_at="2026-02-28T23:59:59Z").status == 201
    assert (platform.standing().calls, platform.day(date(2026, 2, 28)).calls) == (0, 1)
    page = platform.start("later", started_at="2026-02-01T00:00:00Z")
    assert (page.status, page.json["detail"]) == (429, "Acme Corp has used 1 of its 1 calls of February 2026.")
    assert "Retry-After" not in page.headers
    assert platform.start("now").status == 201
    platform.end("late", duration_seconds=60)
    assert platform.day(date(2026, 2, 28)).seconds == 60
    assert platform.standing().seconds == 0


def test_a_call_dated_into_the_next_month_is_there_when_that_begins(platform: Platform, at_noon: Any):
    at_noon.move_to(datetime(2026, 3, 31, 23, 58, tzinfo=UTC))
    platform.start("c-1")
    platform.start("c-2", started_at="2026-04-01T00:01:00Z")
    assert (platform.standing().month, platform.standing().calls) == (date(2026, 3, 1), 1)
    at_noon.move_to(datetime(2026, 4, 1, 0, 2, tzinfo=UTC))
    platform.start("c-3")
    assert (platform.standing().month, platform.standing().calls) == (date(2026, 4, 1), 2)


@pytest.mark.parametrize(("who", "status"), [("ada", 201), ("olive", 201), ("max", 201), ("sam", 403), ("vera", 403),
                                             ("otto", 404), ("dev", 404)])  # fmt: skip
def test_whoever_may_write_the_tenant_may_telephone(cast: Cast, client: Visitor, who: str, status: int):
    token = client.token(who)
    assert client.api("POST", f"/tenants/{cast.acme.id}/calls", token, json={"call_id": "c"}).status == status
    ended = client.api("PATCH", f"/tenants/{cast.acme.id}/calls/c", token, json={"status": "failed"})
    assert ended.status == (200 if status == 201 else status)


def test_the_body_is_judged_last(cast: Cast, client: Visitor):
    path, wrong = f"/tenants/{cast.acme.id}/calls", {"json": {"nonsense": True}}
    answers = [client.api("POST", path, token, **wrong).status
               for token in (None, client.token("otto"), client.token("vera"), client.token("max"))]  # fmt: skip
    assert answers == [401, 404, 403, 422]
    assert client.api("POST", path, client.token("max"), data="x", headers={"Content-Type": "text/plain"}).status == 415
