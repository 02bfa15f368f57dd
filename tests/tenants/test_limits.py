"""A limit is a tenant's own or the plan's; owners stop at the ceiling, administrators go beyond it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.foundation.clock import now
from portal.foundation.errors import Forbidden
from portal.tenants.limits import OWNER_LIMITS, QUOTAS
from tests.cast import Cast


def in_days(days: int) -> datetime:
    return (now() + timedelta(days=days)).replace(microsecond=0)


def test_an_own_value_and_back(cast: Cast, change):
    acme = change(cast.olive, cast.acme, max_concurrent_calls=15).tenant
    assert acme.limit("max_concurrent_calls") == 15
    assert acme.entitlement("max_concurrent_calls").own == 15
    acme = change(cast.olive, acme, max_concurrent_calls=None).tenant
    assert acme.limit("max_concurrent_calls") == 10
    assert acme.entitlement("max_concurrent_calls").own is None


def test_zero_is_a_value_of_its_own(cast: Cast, change):
    acme = change(cast.olive, cast.acme, monthly_call_limit=0).tenant
    assert acme.limit("monthly_call_limit") == 0


@pytest.mark.parametrize("who", ["olive", "max"])
def test_owners_and_managers_stop_at_the_ceiling(cast: Cast, change, refusal, who: str):
    user = getattr(cast, who)
    assert change(user, cast.acme, max_concurrent_calls=20).tenant.limit("max_concurrent_calls") == 20
    said = refusal(change, user, cast.acme, max_concurrent_calls=21, max_users=16, name="No")
    assert said == {
        "max_concurrent_calls": "Concurrent calls go up to 20 on the Starter plan; 21 is too many.",
        "max_users": "Users go up to 15 on the Starter plan; 16 is too many.",
    }


@pytest.mark.parametrize("who", ["olive", "max"])
@pytest.mark.parametrize("quota", QUOTAS)
def test_quotas_are_set_by_administrators(cast: Cast, change, who: str, quota: str):
    with pytest.raises(Forbidden, match=quota):
        change(getattr(cast, who), cast.acme, **{quota: 1})
    assert change(cast.ada, cast.acme, **{quota: 1}).tenant.limit(quota) == 1
    with pytest.raises(Forbidden, match=quota):
        change(getattr(cast, who), cast.acme, **{quota: None})


def test_every_limit_is_one_or_the_other():
    assert not set(OWNER_LIMITS) & set(QUOTAS)
    assert len(OWNER_LIMITS) + len(QUOTAS) == 13


class TestOverrides:
    def test_beyond_the_ceiling_is_marked_with_reason_and_end(self, cast: Cast, change, trail):
        until = in_days(30)
        acme = change(
            cast.ada, cast.acme, max_concurrent_calls=500, override_reason="Big launch", override_until=until
        ).tenant
        each = acme.entitlement("max_concurrent_calls")
        assert (each.value, each.overridden, each.reason, each.until, each.by) == (
            500,
            True,
            "Big launch",
            until,
            "ada",
        )
        last = trail(acme)[-1]
        assert last.note == "Big launch"
        assert last.changes["max_concurrent_calls"] == [None, 500]
        assert last.changes["limit_overrides"][1]["max_concurrent_calls"]["reason"] == "Big launch"

    def test_reason_and_end_are_optional(self, cast: Cast, change):
        each = change(cast.ada, cast.acme, max_agents=900).tenant.entitlement("max_agents")
        assert (each.value, each.overridden, each.reason, each.until) == (900, True, None, None)

    def test_up_to_the_ceiling_nothing_is_overridden(self, cast: Cast, change):
        acme = change(cast.ada, cast.acme, max_agents=20, override_reason="As agreed").tenant
        assert not acme.entitlement("max_agents").overridden
        assert acme.limit_overrides == {}

    def test_after_its_end_the_plans_value_is_in_force(self, cast: Cast, change):
        acme = change(cast.ada, cast.acme, max_concurrent_calls=500, override_until=in_days(2)).tenant
        with time_machine.travel(in_days(1)):
            assert acme.limit("max_concurrent_calls") == 500
        with time_machine.travel(in_days(3)):
            each = acme.entitlement("max_concurrent_calls")
            assert (each.value, each.own, each.overridden) == (10, None, False)

    def test_after_its_end_an_owner_cannot_renew_it(self, cast: Cast, change, refusal):
        change(cast.ada, cast.acme, max_concurrent_calls=500, override_until=in_days(2))
        with time_machine.travel(in_days(3)):
            assert (
                "go up to 20"
                in refusal(change, cast.olive, cast.acme, max_concurrent_calls=500)["max_concurrent_calls"]
            )
            assert change(cast.olive, cast.acme, max_concurrent_calls=12).tenant.limit_overrides == {}

    def test_after_its_end_an_administrator_sets_it_again(self, cast: Cast, change):
        change(cast.ada, cast.acme, max_concurrent_calls=500, override_until=in_days(2), override_reason="Launch")
        with time_machine.travel(in_days(3)):
            each = change(cast.ada, cast.acme, max_concurrent_calls=500).tenant.entitlement("max_concurrent_calls")
            assert (each.value, each.until, each.reason) == (500, None, None)

    def test_its_end_lies_ahead(self, cast: Cast, change, refusal):
        said = refusal(change, cast.ada, cast.acme, max_agents=900, override_until=datetime(2020, 1, 1, tzinfo=UTC))
        assert said == {"override_until": "An override ends in the future. Choose a later day, or leave this empty."}

    def test_an_owner_leaves_it_as_it_is_or_gives_it_up(self, cast: Cast, change, refusal):
        change(cast.ada, cast.acme, max_concurrent_calls=500, override_reason="Launch")
        acme = change(cast.olive, cast.acme, max_concurrent_calls=500, max_users=5).tenant
        assert acme.entitlement("max_concurrent_calls").reason == "Launch"
        refusal(change, cast.olive, acme, max_concurrent_calls=499)
        acme = change(cast.olive, acme, max_concurrent_calls=20).tenant
        assert acme.limit_overrides == {}

    def test_reason_and_end_of_a_standing_one_change_with_its_limit(self, cast: Cast, change):
        until = in_days(5)
        change(cast.ada, cast.acme, max_concurrent_calls=500, override_reason="Launch", override_until=until)
        each = change(cast.ada, cast.acme, max_concurrent_calls=500, override_reason="Fair").tenant.entitlement(
            "max_concurrent_calls"
        )
        assert (each.reason, each.until) == ("Fair", until)
        each = change(cast.ada, cast.acme, max_concurrent_calls=500, override_until=None).tenant.entitlement(
            "max_concurrent_calls"
        )
        assert (each.reason, each.until) == ("Fair", None)

    def test_a_new_one_leaves_the_reasons_of_others(self, cast: Cast, change):
        change(cast.ada, cast.acme, max_concurrent_calls=500, override_reason="Launch")
        acme = change(
            cast.ada, cast.acme, max_concurrent_calls=500, max_agents=900, override_reason="More agents"
        ).tenant
        assert acme.entitlement("max_concurrent_calls").reason == "Launch"
        assert acme.entitlement("max_agents").reason == "More agents"

    def test_a_reason_belongs_to_a_limit(self, cast: Cast, change, refusal):
        assert (
            "Give them along with it" in refusal(change, cast.ada, cast.acme, override_reason="Why")["override_reason"]
        )

    def test_owners_give_none(self, cast: Cast, change):
        with pytest.raises(Forbidden, match="override_reason"):
            change(cast.olive, cast.acme, max_users=5, override_reason="I want")
