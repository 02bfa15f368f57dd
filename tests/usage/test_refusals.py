"""“Why was this call refused?” has an answer: which limit, its value then, where it came from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.usage import whys
from portal.usage.actions import admitting
from portal.usage.models import RefusedCall
from tests.cast import Cast
from tests.tenants.making import tenant_change
from tests.usage.conftest import Platform

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_a_refusal_keeps_the_call_and_the_limit_as_it_was(platform: Platform):
    platform.allow(monthly_call_limit=0)
    platform.start("c-1", direction="outbound", agent_id="a-7", **{"from": "+15550100", "to": "+15550199"})
    (row,) = platform.refused()
    assert (row.call_id, row.reason, row.limit_value, row.used) == ("c-1", "monthly", 0, 0)
    assert (row.source, row.plan_key, row.set_by, row.because) == ("own", "starter", None, None)
    assert (row.direction, row.agent_id, row.caller, row.callee) == ("outbound", "a-7", "+15550100", "+15550199")
    platform.allow(monthly_call_limit=5)
    assert platform.refused()[0].limit_value == 0
    assert platform.start("c-1").status == 201
    assert len(platform.refused()) == 1


def test_asking_again_and_again_is_one_row_a_reason_and_day(platform: Platform, at_noon: Any):
    platform.allow(monthly_call_limit=0)
    for _ in range(3):
        platform.start("c-1")
        at_noon.shift(60)
    (row,) = platform.refused()
    assert (row.times, row.first_at, row.last_at) == (3, NOW, NOW + timedelta(minutes=2))
    tenants.deactivate_tenant(system(), platform.fresh())
    platform.start("c-1")
    at_noon.shift(timedelta(days=1))
    platform.start("c-1")
    assert [(row.day.day, row.reason, row.times) for row in platform.refused()] == [
        (10, "monthly", 3), (10, "inactive", 1), (11, "inactive", 1)]  # fmt: skip
    assert platform.day(NOW.date()).refused == {"monthly": 3, "inactive": 1}


def test_a_plans_limit_says_so_and_an_override_says_who_and_why(platform: Platform, cast: Cast):
    tenants.change_tenant(system(), platform.fresh(), tenant_change(billing_plan="free"))
    for number in range(3):
        platform.start(f"c-{number}")
    (row,) = platform.refused()
    assert (row.reason, row.source, row.plan_key, row.limit_value) == ("concurrent", "plan", "free", 2)
    change = tenant_change(max_concurrent_calls=3, override_reason="a fair")
    tenants.change_tenant(cast.actor(cast.ada), platform.fresh(), change)
    platform.start("c-2")
    platform.start("c-3")
    row = platform.refused()[-1]
    assert (row.call_id, row.source, row.limit_value, row.set_by, row.because) == (
        "c-3", "override", 3, "ada", "a fair")  # fmt: skip


def test_a_blocked_call_keeps_the_reason_of_the_block(platform: Platform):
    tenants.suspend_tenant(system(), platform.fresh(), Suspension(reason="unpaid"))
    platform.start()
    (row,) = platform.refused()
    assert (row.reason, row.because, row.limit_value, row.source) == ("suspended", "unpaid", None, None)


def test_whoever_asks_without_end_fills_the_counters_only(platform: Platform, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(admitting, "REFUSALS_KEPT_A_DAY", 2)
    platform.allow(monthly_call_limit=0)
    for number in range(4):
        platform.start(f"c-{number}")
    platform.start("c-0")
    assert {row.call_id: row.times for row in platform.refused()} == {"c-0": 2, "c-1": 1}
    assert platform.day(NOW.date()).refused == {"monthly": 5}


def test_a_tenant_that_is_deleted_takes_its_refusals_along(platform: Platform, cast: Cast):
    platform.allow(monthly_call_limit=0)
    platform.start()
    page = platform.visitor.sign_in("olive").visit("/tenants/acme/delete")
    assert "Refused calls" in page
    tenants.delete_tenant(system(), platform.fresh(), "acme")
    assert platform.refused() == []


def test_support_finds_a_call_and_its_refusals_across_tenants(platform: Platform, cast: Cast):
    platform.allow(monthly_call_limit=0)
    platform.start("c-1")
    platform.allow(monthly_call_limit=9)
    platform.start("c-1")
    sam, otto = cast.actor(cast.sam), cast.actor(cast.otto)
    (acme,) = whys.tenants_of_call(sam, "c-1")
    story = whys.story(sam, acme, "c-1")
    assert story.call is not None
    assert [row.reason for row in story.refusals] == ["monthly"]
    assert list(whys.tenants_of_call(otto, "c-1")) == []


def refusal(platform: Platform, cast: Cast, call_id: str) -> RefusedCall:
    return whys.story(cast.actor(cast.sam), platform.tenant, call_id).refusals[0]


def test_the_trail_says_who_set_the_limit_then(platform: Platform, cast: Cast, at_noon: Any):
    change = tenant_change(monthly_call_limit=0)
    tenants.change_tenant(cast.actor(cast.max), platform.fresh(), change)
    platform.start("c-1")
    at_noon.shift(60)
    tenants.change_tenant(cast.actor(cast.olive), platform.fresh(), tenant_change(monthly_call_limit=1))
    platform.start("c-1")
    platform.start("c-2")
    refused = [refusal(platform, cast, call_id) for call_id in ("c-1", "c-2")]
    found = [whys.set_by(cast.actor(cast.sam), platform.tenant, each) for each in refused]
    assert [record.actor_name for record in found if record] == ["max", "olive"]


def test_behind_a_block_there_is_no_limit_that_somebody_set(platform: Platform, cast: Cast):
    tenants.deactivate_tenant(system(), platform.fresh())
    platform.start("c-1")
    refused = refusal(platform, cast, "c-1")
    assert whys.set_by(cast.actor(cast.sam), platform.tenant, refused) is None
