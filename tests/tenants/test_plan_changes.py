"""Another plan moves every limit without a value of its own; what it does not allow is settled first, or overridden."""

from __future__ import annotations

import pytest

from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole, system
from portal.members import actions as members
from portal.tenants.limits import LIMITS
from tests.cast import Cast, make_user
from tests.tenants.making import add_plan, make_tenant


def test_limits_without_an_own_value_move(cast: Cast, change, trail):
    change(cast.olive, cast.acme, max_users=5)
    acme = change(cast.olive, cast.acme, billing_plan="pro").tenant
    assert acme.limit("max_concurrent_calls") == 25
    assert acme.limit("max_users") == 5
    last = trail(acme)[-1]
    assert (last.event, last.changes) == (Event.TENANT_PLAN_CHANGED, {"billing_plan": ["starter", "pro"]})


def test_an_unknown_plan_is_refused(cast: Cast, change, refusal):
    assert refusal(change, cast.olive, cast.acme, billing_plan="gold") == {
        "billing_plan": "There is no plan “gold” in the catalogue."
    }


def test_one_no_longer_offered_is_for_nobody_new(cast: Cast, change, refusal):
    old = add_plan("legacy", offered=False)
    for who in (cast.olive, cast.ada):
        assert "not offered any more" in refusal(change, who, cast.acme, billing_plan=old)["billing_plan"]
    assert "not offered any more" in refusal(make_tenant, "Initech", billing_plan=old)["billing_plan"]


def test_one_on_request_is_given_by_administrators(cast: Cast, change, refusal):
    tailored = add_plan("tailored", on_request=True)
    assert "given on request" in refusal(change, cast.olive, cast.acme, billing_plan=tailored)["billing_plan"]
    assert change(cast.ada, cast.acme, billing_plan=tailored).tenant.billing_plan == tailored


class TestWhatIsSetBeyond:
    @pytest.fixture(autouse=True)
    def _on_pro(self, cast: Cast, change):
        change(cast.olive, cast.acme, billing_plan="pro", max_concurrent_calls=50, max_users=20)

    def test_an_owner_settles_it_first(self, cast: Cast, change, refusal):
        said = refusal(change, cast.olive, cast.acme, billing_plan="starter")
        assert said["billing_plan"].startswith("Users are set to 20, and the Starter plan goes up to 15.")
        db.session.expire_all()
        assert cast.acme.billing_plan == "pro"

    def test_in_the_same_request_if_need_be(self, cast: Cast, change):
        acme = change(cast.olive, cast.acme, billing_plan="starter", max_concurrent_calls=20, max_users=None).tenant
        assert (acme.limit("max_concurrent_calls"), acme.limit("max_users")) == (20, 10)

    def test_an_administrators_change_overrides(self, cast: Cast, change):
        acme = change(cast.ada, cast.acme, billing_plan="starter").tenant
        each = acme.entitlement("max_concurrent_calls")
        assert (each.value, each.overridden) == (50, True)
        assert each.reason == "Kept when the plan changed from Pro to Starter."

    def test_going_up_again_ends_the_override(self, cast: Cast, change):
        change(cast.ada, cast.acme, billing_plan="starter")
        acme = change(cast.ada, cast.acme, billing_plan="pro").tenant
        assert acme.limit_overrides == {}
        assert acme.limit("max_concurrent_calls") == 50

    def test_what_an_administrator_allowed_goes_along(self, cast: Cast, change):
        change(cast.ada, cast.acme, max_concurrent_calls=900, max_users=None, override_reason="Launch")
        acme = change(cast.olive, cast.acme, billing_plan="starter").tenant
        assert acme.entitlement("max_concurrent_calls").reason == "Launch"


class TestWhatIsInUse:
    @pytest.fixture(autouse=True)
    def _four_members(self, cast: Cast, change):
        members.add_member(system(), cast.acme, cast.dev, MembershipRole.VIEWER)

    def test_an_owner_settles_it_first(self, cast: Cast, change, refusal):
        assert refusal(change, cast.olive, cast.acme, billing_plan="free") == {
            "billing_plan": "Users: 4 in use, and the Free plan includes 3."
        }

    def test_an_administrators_change_overrides(self, cast: Cast, change):
        each = change(cast.ada, cast.acme, billing_plan="free").tenant.entitlement("max_users")
        assert (each.value, each.overridden) == (4, True)

    def test_between_what_is_included_and_the_ceiling_it_becomes_an_own_value(self, cast: Cast, change):
        for number in range(7):
            user = make_user(f"guest{number}", "developer")
            members.add_member(system(), cast.acme, user, MembershipRole.VIEWER)
        change(cast.ada, cast.acme, billing_plan="pro")
        each = change(cast.ada, cast.acme, billing_plan="starter").tenant.entitlement("max_users")
        assert (each.value, each.own, each.overridden) == (11, 11, False)


class TestFeatures:
    @pytest.fixture(autouse=True)
    def _with_compliance(self, cast: Cast, change):
        change(cast.ada, cast.acme, billing_plan="enterprise", hipaa_enabled=True)

    @pytest.mark.parametrize("who", ["ada", "olive"])
    def test_compliance_is_never_overridden(self, cast: Cast, change, refusal, who: str):
        said = refusal(change, getattr(cast, who), cast.acme, billing_plan="starter")
        assert said == {
            "hipaa_enabled": "HIPAA is not part of the Starter plan. Switch it off, or choose a plan with it."
        }

    def test_it_is_switched_off_with_the_plan(self, cast: Cast, change):
        acme = change(cast.olive, cast.acme, billing_plan="starter", hipaa_enabled=False).tenant
        assert (acme.billing_plan, acme.hipaa_enabled) == ("starter", False)


def test_an_ended_override_leaves_nothing_behind(cast: Cast, change):
    from datetime import timedelta

    import time_machine

    from portal.foundation.clock import now

    change(cast.ada, cast.acme, max_agents=900, override_until=now() + timedelta(days=1))
    with time_machine.travel(now() + timedelta(days=2)):
        acme = change(cast.olive, cast.acme, billing_plan="pro").tenant
    assert (acme.max_agents, acme.limit_overrides) == (None, {})
    assert {name: acme.limit(name) for name in LIMITS} == acme.plan.included
