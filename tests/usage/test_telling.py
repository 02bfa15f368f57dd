"""A tenant's own systems are told that the month's calls come to their end, and that calls are refused: once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.mail.limits import Kind
from portal.mail.models import Message
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.usage import actions
from portal.usage.drafts import FinishedCall, NewCall
from portal.webhooks.events import EVENTS
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery
from tests.accounts.authenticator import give_passkey
from tests.cast import Cast
from tests.tenants.making import tenant_change
from tests.usage.asking import all_at_once
from tests.usage.conftest import Platform
from tests.webhooks.conftest import URL, set_webhook

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def told(platform: Platform) -> Callable[[str], list[dict[str, Any]]]:
    """Acme has a webhook; give what it was told of an event, in order."""
    set_webhook(platform.tenant, URL)

    def of(event: str) -> list[dict[str, Any]]:
        db.session.rollback()
        rows = select(Delivery).where(Delivery.event == event).order_by(Delivery.sequence)
        return [row.data for row in db.session.scalars(rows)]

    return of


def mailed(kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    """What was mailed of a kind: to whom and the facts."""
    db.session.rollback()
    rows = db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id))
    return [(row.to_address, row.facts) for row in rows]


def percents(told: Callable) -> list[int]:
    return [data["percent"] for data in told("limit.threshold")]


@pytest.mark.usefixtures("at_noon")
class TestTheMonthsCalls:
    def test_each_threshold_is_told_with_the_call_that_reaches_it(self, told: Callable, platform: Platform):
        platform.begin_month().allow(monthly_call_limit=10)
        seen = []
        for number in range(10):
            platform.start(f"c-{number}")
            platform.end(f"c-{number}")
            seen.append(percents(told))
        assert seen[3:] == [[], [50], [50], [50], [50, 80], [50, 80, 90], [50, 80, 90, 100]]
        first = told("limit.threshold")[0]
        assert first == {
            "tenant_id": str(platform.tenant.id), "limit": "monthly_call_limit", "percent": 50, "used": 5,
            "allowed": 10, "month": "2026-03",
        }  # fmt: skip
        assert first.keys() == EVENTS[EventType.LIMIT_THRESHOLD].example.keys()

    def test_one_call_may_reach_several(self, told: Callable, platform: Platform):
        platform.begin_month().allow(monthly_call_limit=1)
        platform.start()
        assert percents(told) == [50, 80, 90, 100]

    def test_its_owner_and_its_billing_address_are_mailed_of_the_highest(self, platform: Platform):
        platform.begin_month().allow(monthly_call_limit=2, billing_email="bills@acme.example")
        platform.start("c-1")
        platform.start("c-2")
        told = [(to, facts["percent"], facts["used"]) for to, facts in mailed(Kind.LIMIT_THRESHOLD)]
        assert told == [
            ("olive@example.com", 50, 1), ("bills@acme.example", 50, 1),
            ("olive@example.com", 100, 2), ("bills@acme.example", 100, 2),
        ]  # fmt: skip

    def test_a_limit_that_goes_up_and_down_tells_nothing_twice(self, told: Callable, platform: Platform):
        platform.begin_month().allow(monthly_call_limit=2)
        platform.start("c-1")
        platform.allow(monthly_call_limit=100)
        platform.start("c-2")
        platform.allow(monthly_call_limit=6)
        platform.start("c-3")
        assert percents(told) == [50]

    def test_a_limit_lowered_below_what_was_used_is_told_with_the_next_refusal(self, told: Callable, platform):
        platform.begin_month()
        platform.start("c-1")
        platform.start("c-2")
        platform.allow(monthly_call_limit=1)
        assert percents(told) == []
        assert platform.start("c-3").status == 429
        assert percents(told) == [50, 80, 90, 100]

    def test_a_limit_of_nothing_is_not_reached_by_use(self, told: Callable, platform: Platform):
        platform.begin_month().allow(monthly_call_limit=0)
        assert platform.start().status == 429
        assert percents(told) == []

    def test_the_next_month_begins_anew(self, told: Callable, platform: Platform, at_noon: Any):
        platform.begin_month().allow(monthly_call_limit=1)
        platform.start("c-1")
        at_noon.shift(timedelta(days=30))
        platform.start("c-2")
        assert [data["month"] for data in told("limit.threshold")] == ["2026-03"] * 4 + ["2026-04"] * 4

    def test_a_batch_of_facts_tells_too(self, told: Callable, platform: Platform):
        platform.begin_month().allow(monthly_call_limit=4)
        common = {"tenant_id": str(platform.tenant.id), "started_at": "2026-03-10T11:00:00Z", "status": "completed"}
        facts = [common | {"call_id": f"c-{number}", "duration_seconds": 5} for number in range(3)]
        lines = [FinishedCall.read_json(json.dumps(each)) for each in facts]
        actions.store_calls(system(), platform.fresh(), lines)
        assert percents(told) == [50]

    def test_it_is_told_with_the_call_or_not_at_all(self, told: Callable, platform: Platform, monkeypatch):
        platform.begin_month().allow(monthly_call_limit=1)
        monkeypatch.setattr("portal.usage.actions.telling.THRESHOLDS", (50, "none"))
        with pytest.raises(TypeError):
            actions.admit_call(system(), platform.fresh(), NewCall(call_id="c-1"))
        db.session.rollback()
        assert (percents(told), platform.stored("c-1")) == ([], None)


@pytest.mark.usefixtures("at_noon")
class TestRefusals:
    def test_the_first_of_a_day_is_told(self, told: Callable, platform: Platform, at_noon: Any):
        platform.begin_month().allow(monthly_call_limit=0)
        platform.start("c-1", direction="outbound")
        platform.start("c-1")
        platform.start("c-2")
        tenants.suspend_tenant(system(), platform.fresh(), Suspension(reason="unpaid"))
        platform.start("c-3")
        (only,) = told("call.refused")
        acme = str(platform.tenant.id)
        assert only == {"tenant_id": acme, "call_id": "c-1", "direction": "outbound", "reason": "monthly"}
        assert only.keys() == EVENTS[EventType.CALL_REFUSED].example.keys()
        at_noon.shift(timedelta(days=1))
        platform.start("c-4")
        assert [data["reason"] for data in told("call.refused")] == ["monthly", "suspended"]
        assert [(to, facts["refused_for"]) for to, facts in mailed(Kind.CALLS_REFUSED)] == [
            ("olive@example.com", "monthly"), ("olive@example.com", "suspended"),
        ]  # fmt: skip

    def test_under_hipaa_it_names_the_call_alone(self, told: Callable, platform: Platform, cast: Cast):
        platform.begin_month().allow(billing_plan="enterprise")
        platform.allow(hipaa_enabled=True, monthly_call_limit=0)
        give_passkey(cast.actor(cast.max))  # HIPAA asks each member for one
        platform.start("c-1")
        assert told("call.refused") == [{"tenant_id": str(platform.tenant.id), "call_id": "c-1"}]


class TestRaces:
    def test_callers_that_come_all_at_once_have_each_told_once(
        self, told: Callable, platform: Platform, database_url: str, instance: Path
    ):
        tenants.change_tenant(system(), platform.fresh(), tenant_change(monthly_call_limit=7))
        db.session.rollback()
        asked = [[f"p{process}-{number}" for number in range(4)] for process in range(5)]
        outcomes = all_at_once(database_url, instance, platform.tenant, asked)
        assert (outcomes.count("admitted"), outcomes.count("monthly")) == (7, 13)
        assert [(data["percent"], data["used"]) for data in told("limit.threshold")] == [
            (50, 4), (80, 6), (90, 7), (100, 7)]  # fmt: skip
        assert len(told("call.refused")) == 1
