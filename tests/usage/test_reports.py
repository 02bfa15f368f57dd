"""What programs read of a tenant's use: statistics, quota, the last hours, the month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service
from tests.cast import Cast
from tests.client import Visitor
from tests.usage.conftest import Platform

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def busy(platform: Platform) -> Platform:
    """Acme after some calls: yesterday's, two of this morning, one that failed, one unanswered, one that runs."""
    platform.start("y", started_at="2026-03-09T12:00:00Z")
    platform.end("y", duration_seconds=100, sentiment_score=0.5)
    for call_id, status, fields in (
        ("a", "completed", {"duration_seconds": 60, "sentiment_score": -0.2}),
        ("b", "failed", {"duration_seconds": 20}),
        ("c", "no_answer", {}),
    ):
        platform.start(call_id, started_at="2026-03-10T08:00:00Z")
        platform.end(call_id, status, **fields)
    platform.start("now")
    return platform


def read(platform: Platform, path: str) -> Any:
    page = platform.ask("GET", path.format(id=platform.tenant.id))
    assert page.status == 200, page.text
    return page.json


def test_the_statistics_are_of_today_and_of_the_month(busy: Platform):
    assert read(busy, "/tenants/{id}/stats") == {
        "tenant_id": str(busy.tenant.id), "total_agents": 0, "total_calls_today": 4, "total_calls_month": 5,
        "avg_call_duration": 45.0, "avg_sentiment_score": 0.15, "active_sessions": 1, "monthly_usage_cents": 27,
        "last_call_at": "2026-03-10T12:00:00Z",
    }  # fmt: skip


def test_of_nothing_there_is_no_average(platform: Platform):
    stats = read(platform, "/tenants/{id}/stats")
    assert (stats["avg_call_duration"], stats["avg_sentiment_score"], stats["last_call_at"]) == (0.0, None, None)
    assert read(platform, "/analytics/tenants/{id}/dashboard")["success_rate"] == 0.0


def test_the_quota_says_what_is_left(busy: Platform):
    busy.allow(monthly_call_limit=8, max_concurrent_calls=4)
    assert read(busy, "/analytics/tenants/{id}/quota") == {
        "tenant_id": str(busy.tenant.id), "monthly_call_limit": 8, "calls_used_this_month": 5, "calls_remaining": 3,
        "calls_usage_percentage": 62.5, "max_concurrent_calls": 4, "current_active_calls": 1,
        "concurrent_calls_remaining": 3, "concurrent_usage_percentage": 25.0, "total_minutes_used": 3,
        "quota_exceeded": False, "status": "active",
    }  # fmt: skip


@pytest.mark.parametrize(("limit", "percentage"), [(5, 100.0), (3, 166.67), (0, 100.0)])
def test_where_nothing_remains_the_quota_is_exceeded(busy: Platform, limit: int, percentage: float):
    busy.allow(monthly_call_limit=limit)
    quota = read(busy, "/analytics/tenants/{id}/quota")
    assert (quota["calls_remaining"], quota["quota_exceeded"]) == (0, True)
    assert quota["calls_usage_percentage"] == (percentage if limit else 100.0)


def test_a_new_month_begins_with_nothing(busy: Platform, at_noon: Any):
    at_noon.move_to(datetime(2026, 4, 1, tzinfo=UTC))
    assert read(busy, "/analytics/tenants/{id}/quota")["calls_used_this_month"] == 0
    stats = read(busy, "/tenants/{id}/stats")
    assert (stats["total_calls_month"], stats["monthly_usage_cents"], stats["active_sessions"]) == (0, 0, 0)
    assert stats["last_call_at"] == "2026-03-10T12:00:00Z"


def test_the_last_hours_are_counted_to_the_moment(busy: Platform):
    day = read(busy, "/analytics/tenants/{id}/calls")
    assert (day["period"], day["total_calls"]) == ("24h", 4)
    assert read(busy, "/analytics/tenants/{id}/calls?hours=4")["total_calls"] == 1
    week = read(busy, "/analytics/tenants/{id}/calls?hours=168")
    assert week["quota"] == read(busy, "/analytics/tenants/{id}/quota")
    assert {name: value for name, value in week.items() if name != "quota"} == {
        "period": "168h", "total_calls": 5, "completed_calls": 2, "failed_calls": 1, "success_rate": 40.0,
        "avg_duration_seconds": 45.0, "total_duration_minutes": 3.0}  # fmt: skip


def test_the_dashboard_is_the_months(busy: Platform):
    month = read(busy, "/analytics/tenants/{id}/dashboard")
    assert (month["period"], month["total_calls"], month["completed_calls"]) == ("month", 5, 2)


@pytest.mark.parametrize("hours", ["0", "169", "-1", "x", "", "1.5"])
def test_hours_go_from_1_to_168(platform: Platform, hours: str):
    page = platform.ask("GET", f"/analytics/tenants/{platform.tenant.id}/calls?hours={hours}")
    assert (page.status, page.json["detail"][0]["loc"]) == (422, ["query", "hours"])


def test_analytics_that_are_off_or_stopped_are_not_for_members(busy: Platform, client: Visitor):
    support, path = client.token("sam"), f"/analytics/tenants/{busy.tenant.id}/dashboard"
    busy.allow(analytics_enabled=False)
    assert busy.ask("GET", path).json["type"] == "/problems/analytics-off"
    busy.allow(analytics_enabled=True)
    draft = Suspension(reason="unpaid", services=[Service.ANALYTICS])
    tenants.suspend_tenant(system(), busy.fresh(), draft)
    page = busy.ask("GET", path)
    assert (page.status, page.json["block"]) == (403, "suspended")
    assert client.api("GET", path, support).status == 200
    assert read(busy, "/analytics/tenants/{id}/quota")["status"] == "suspended"


def test_statistics_ask_as_much_of_the_database_whatever_the_number_of_calls(platform: Platform):
    def statements() -> list[str]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            sent.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        read(platform, "/tenants/{id}/stats")
        event.remove(Engine, "before_cursor_execute", note)
        return sent

    few = statements()
    for number in range(20):
        platform.start(f"c-{number}", started_at="2026-03-09T12:00:00Z")
    assert statements() == few
    of_calls = [each for each in few if "FROM calls" in each]
    assert len(of_calls) == 1
    assert "status = 'active'" in of_calls[0]  # those that run now, on an index of their own


class TestTheAdministration:
    """What the platform's own programs see and do."""

    def test_looks_at_all_tenants_with_totals_and_what_remains(self, busy: Platform, client: Visitor):
        page = client.api("GET", "/admin/tenants", client.token("ada"))
        assert [each["slug"] for each in page.json] == ["acme", "globex"]
        assert page.headers["X-Total-Count"] == "2"
        acme = page.json[0]
        assert (acme["total_calls"], acme["calls_this_month"], acme["last_activity_at"]) == (
            5,
            5,
            "2026-03-10T12:00:00Z",
        )
        assert acme["quota"]["calls_remaining"] == 995
        assert client.api("GET", f"/admin/tenants/{busy.tenant.id}", client.token("sam")).json == acme
        assert len(client.api("GET", "/admin/tenants?limit=1&offset=1", client.token("ada")).json) == 1

    def test_sets_a_quota_beyond_the_ceiling_as_an_override(self, platform: Platform, client: Visitor):
        ada, path = client.token("ada"), f"/admin/tenants/{platform.tenant.id}/quota"
        asked = {"monthly_call_limit": 9000, "max_agents": 3, "override_reason": "a fair"}
        page = client.api("PUT", path, ada, json=asked)
        assert (page.status, page.json["quota"]["monthly_call_limit"]) == (200, 9000)
        entitlement = platform.fresh().entitlement("monthly_call_limit")
        assert (entitlement.overridden, entitlement.reason, entitlement.by) == (True, "a fair", "ada")
        assert (
            client.api("PUT", path, ada, json={"monthly_call_limit": None}).json["quota"]["monthly_call_limit"] == 1000
        )
        for wrong in ({"max_agents": 0}, {"max_agents": "3"}, {"name": "x"}):
            page = client.api("PUT", path, ada, json=wrong)
            assert (page.status, page.json["detail"][0]["loc"]) == (422, ["body", next(iter(wrong))])

    def test_blocks_services_and_lifts_it(self, platform: Platform, client: Visitor):
        ada, path = client.token("ada"), f"/admin/tenants/{platform.tenant.id}/block"
        page = client.api("POST", path, ada, json={"blocked": True, "reason": "unpaid", "block_services": ["calls"]})
        assert page.status == 200
        told = page.json
        assert (told["status"], told["blocked"], told["block_reason"], told["block_services"]) == (
            "suspended", True, "unpaid", ["calls"])  # fmt: skip
        assert platform.start().json["block"] == "suspended"
        assert client.api("POST", path, ada, json={"blocked": True, "reason": "again"}).status == 409
        for _ in range(2):
            page = client.api("POST", path, ada, json={"blocked": False})
            assert (page.status, page.json["status"], page.json["block_services"]) == (200, "active", [])
        assert platform.start().status == 201

    @pytest.mark.parametrize(("body", "field"), [
        ({}, "blocked"), ({"blocked": True}, "reason"), ({"blocked": "yes"}, "blocked"),
        ({"blocked": True, "reason": "x", "block_services": ["telex"]}, "block_services.0"),
        ({"blocked": False, "until": None}, "until")])  # fmt: skip
    def test_what_is_wrong_is_named(self, platform: Platform, client: Visitor, body: Any, field: str):
        page = client.api("POST", f"/admin/tenants/{platform.tenant.id}/block", client.token("ada"), json=body)
        assert (page.status, page.json["detail"][0]["loc"]) == (422, ["body", *field.split(".")])


def test_a_call_of_long_ago_is_in_the_totals_only(busy: Platform, cast: Cast, client: Visitor, at_noon: Any):
    at_noon.shift(timedelta(days=40))
    acme = client.api("GET", f"/admin/tenants/{cast.acme.id}", client.token("ada")).json
    assert (acme["total_calls"], acme["calls_this_month"]) == (5, 0)
