"""Administrators shape the catalogue: every rule, and what tenants have afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from portal.foundation.permissions import system
from portal.plans import actions, outlook, queries
from portal.plans.drafts import NewPrice
from portal.plans.limits import Feature
from portal.tenants import actions as tenants
from portal.tenants import rules
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.usage import actions as usage
from portal.usage.drafts import NewCall
from portal.usage.models import Standing
from tests.cast import Cast
from tests.plans.making import edit, new, plan
from tests.tenants.making import make_tenant, new_tenant, tenant_change

ALL = tuple(Feature)


def faults(refused: pytest.ExceptionInfo[Invalid]) -> dict[str | None, str]:
    return {fault.field: fault.message for fault in refused.value.faults}


def last_record() -> AuditRecord:
    db.session.rollback()
    return db.session.scalars(select(AuditRecord).order_by(AuditRecord.at.desc(), AuditRecord.id.desc())).first()


def fresh(tenant: Tenant) -> Tenant:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Tenant, tenant.id)


class TestMaking:
    def test_a_new_plan_can_be_chosen_at_once(self, cast: Cast):
        actions.create_plan(cast.actor(cast.ada), new("team", plan("pro"), hundredths=640))
        record = last_record()
        assert (record.event, record.subject_id) == (Event.PLAN_CREATED, "team")
        assert record.changes["hundredths"] == [None, 640]
        tenants.change_tenant(cast.actor(cast.olive), cast.acme, tenant_change(billing_plan="team"))
        assert fresh(cast.acme).plan.price_on(date(2020, 1, 1)) == 640

    @pytest.mark.parametrize("key", ["Team", "a b", "-a", "new", "", "x" * 101, "käse"])
    def test_a_key_stands_in_addresses(self, cast: Cast, key: str):
        with pytest.raises(Invalid) as refused:
            new(key, plan())
        assert "key" in faults(refused)

    def test_a_key_is_never_used_twice(self, cast: Cast):
        with pytest.raises(Invalid) as refused:
            actions.create_plan(system(), new("pro", plan()))
        assert faults(refused) == {"key": "There is a plan “pro” already. A key is never used twice."}

    @pytest.mark.parametrize("name", LIMITS)
    def test_a_ceiling_is_what_is_included_or_more(self, cast: Cast, name: str):
        starter = plan()
        draft = edit(starter, included={name: 2}, ceilings={name: 1})
        with pytest.raises(Invalid) as refused:
            actions.edit_plan(system(), starter, draft)
        assert list(faults(refused)) == [f"ceilings_{name}"]

    def test_both_are_within_the_range_that_tenants_have(self, cast: Cast):
        for values in ({"max_squads": 101}, {"max_agents": 0}, {"monthly_call_limit": -1}):
            with pytest.raises(Invalid):
                edit(plan(), ceilings=values)
        with pytest.raises(Invalid):
            edit(plan(), included={"no_limit": 1})

    @pytest.mark.parametrize("who", ["sam", "olive", "dev"])
    def test_nobody_else_may(self, cast: Cast, who: str):
        actor, starter = cast.actor(getattr(cast, who)), plan()
        for act in (
            lambda: actions.create_plan(actor, new("team", starter)),
            lambda: actions.edit_plan(actor, starter, edit(starter, label="Mine")),
            lambda: actions.retire_plan(actor, starter),
            lambda: actions.offer_plan(actor, starter),
            lambda: actions.set_price(actor, starter, NewPrice(since=date(2031, 1, 1), hundredths=1)),
            lambda: actions.withdraw_price(actor, starter, date(2031, 1, 1)),
            lambda: outlook.tenants_by_plan(actor),
        ):
            with pytest.raises(Forbidden):
                act()


class TestEditing:
    def test_it_moves_who_has_no_value_of_its_own(self, cast: Cast):
        tenants.change_tenant(system(), cast.globex, tenant_change(max_users=12))
        starter = plan()
        draft = edit(starter, included={"max_users": 11, "monthly_call_limit": 2000}, ceilings={"max_users": 14})
        seen = outlook.outlook(system(), starter, draft)
        users = next(each for each in seen.limits if each.label == "Users")
        assert (seen.tenants, users.follow, users.own, users.above) == (2, 1, 1, 0)
        actions.edit_plan(system(), starter, draft, starter.version)
        assert fresh(cast.acme).limit("max_users") == 11
        assert fresh(cast.globex).limit("max_users") == 12
        record = last_record()
        assert record.event == Event.PLAN_UPDATED
        assert record.changes["included"][0]["max_users"] == 10
        assert record.changes["included"][1]["max_users"] == 11
        assert record.tenant_id is None

    def test_what_is_above_a_lowered_ceiling_stays_as_an_override(self, cast: Cast):
        tenants.change_tenant(cast.actor(cast.olive), cast.acme, tenant_change(max_users=15))
        version, starter = fresh(cast.acme).version, plan()
        draft = edit(starter, ceilings={"max_users": 12})
        assert outlook.outlook(system(), starter, draft).limits[0].above == 1
        actions.edit_plan(system(), starter, draft)
        acme = fresh(cast.acme)
        users = acme.entitlement("max_users")
        assert (users.value, users.overridden, users.by, acme.version) == (15, True, None, version)
        olive = cast.actor(cast.olive)
        tenants.change_tenant(olive, acme, tenant_change(name="Acme Inc", max_users=15))
        with pytest.raises(Invalid, match="go up to 12"):
            tenants.change_tenant(olive, fresh(acme), tenant_change(max_users=14))
        assert fresh(acme).limit("max_users") == 15

    def test_who_has_used_more_this_month_is_counted(self, cast: Cast):
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            of_acme = Standing.tenant_id == cast.acme.id
            connection.execute(Standing.__table__.update().where(of_acme).values(calls=600, seconds=60))
        db.session.rollback()
        starter = plan()
        seen = outlook.outlook(system(), starter, edit(starter, included={"monthly_call_limit": 500}))
        assert seen.limits[0].used_up == 1

    def test_it_is_counted_in_one_query_whatever_changes(self, cast: Cast, statements):
        starter = plan()
        draft = edit(starter, included={name: max(1, starter.included[name] - 1) for name in LIMITS})
        with statements() as ran:
            outlook.outlook(system(), starter, draft)
        assert len(ran) == 1

    def test_a_feature_in_use_cannot_go(self, cast: Cast):
        enterprise = plan("enterprise")
        tenants.change_tenant(system(), cast.acme, tenant_change(billing_plan="enterprise"))
        tenants.change_tenant(system(), cast.acme, tenant_change(hipaa_enabled=True))
        without = edit(plan("enterprise"), features=tuple(each for each in ALL if each != Feature.COMPLIANCE))
        with pytest.raises(Invalid) as refused:
            actions.edit_plan(system(), enterprise, without)
        assert "1 tenant has it switched on" in faults(refused)["features"]
        tenants.change_tenant(system(), fresh(cast.acme), tenant_change(hipaa_enabled=False))
        actions.edit_plan(system(), plan("enterprise"), without)
        acme = fresh(cast.acme)
        rules.check(acme, acme.plan, set())
        with pytest.raises(Invalid, match="HIPAA is not part of the Enterprise plan"):
            tenants.change_tenant(system(), acme, tenant_change(hipaa_enabled=True))

    def test_an_edit_of_what_was_changed_in_between_is_stale(self, cast: Cast):
        starter = plan()
        version, draft = starter.version, edit(starter, label="Start")
        actions.edit_plan(system(), starter, edit(starter, position=7), version)
        with pytest.raises(Stale):
            actions.edit_plan(system(), plan(), draft, version)
        assert plan().label == "Starter"

    def test_an_edit_that_changes_nothing_writes_nothing(self, cast: Cast):
        before, starter = last_record().id, plan()
        actions.edit_plan(system(), starter, edit(starter), starter.version)
        assert last_record().id == before


class TestRetiring:
    def test_tenants_keep_it_and_nobody_new_may_choose_it(self, cast: Cast):
        actions.retire_plan(cast.actor(cast.ada), plan("pro"))
        assert last_record().event == Event.PLAN_RETIRED
        with pytest.raises(Invalid, match="not offered any more"):
            tenants.change_tenant(cast.actor(cast.olive), cast.acme, tenant_change(billing_plan="pro"))
        with pytest.raises(Invalid, match="not offered any more"):
            tenants.create_tenant(system(), new_tenant(name="Initech", billing_plan="pro"))
        with pytest.raises(Conflict, match="retired already"):
            actions.retire_plan(system(), plan("pro"))
        actions.offer_plan(system(), plan("pro"))
        with pytest.raises(Conflict, match="offered already"):
            actions.offer_plan(system(), plan("pro"))
        make_tenant("Initech", billing_plan="pro")

    def test_who_signs_up_begins_with_another_one(self, cast: Cast, client):
        actions.retire_plan(system(), plan("starter"))
        sent = client.submit("/signup", {"username": "nina", "email": "nina@example.com",
                                         "password": "tall lamp over quiet harbour"})  # fmt: skip
        assert sent.status == 303
        assert db.session.scalar(select(Tenant.billing_plan).where(Tenant.name == "nina")) == "free"

    def test_the_last_one_that_anybody_may_choose_stays(self, cast: Cast):
        for key in ("free", "starter", "pro", "business"):
            actions.retire_plan(system(), plan(key))
        with pytest.raises(Conflict, match="last plan that anybody may choose"):
            actions.retire_plan(system(), plan("enterprise"))
        enterprise = plan("enterprise")
        with pytest.raises(Invalid) as refused:
            actions.edit_plan(system(), enterprise, edit(enterprise, on_request=True))
        assert "on_request" in faults(refused)
        assert queries.first_choice().key == "enterprise"


class TestPrices:
    def test_a_price_begins_on_its_day_and_calls_cost_the_price_of_theirs(self, cast: Cast):
        today = now().date()
        tomorrow = today + timedelta(days=1)
        actions.set_price(system(), plan(), NewPrice(since=tomorrow, hundredths=1200))
        record = last_record()
        assert record.changes == {"since": [None, tomorrow.isoformat()], "hundredths": [900, 1200]}
        olive = cast.actor(cast.olive)
        first = usage.admit_call(olive, fresh(cast.acme), NewCall(call_id="one")).call
        with time_machine.travel(now() + timedelta(days=1, minutes=1)):
            second = usage.admit_call(olive, fresh(cast.acme), NewCall(call_id="two")).call
        assert (first.price, second.price) == (900, 1200)

    @pytest.mark.parametrize(
        ("days", "hundredths", "words"),
        [
            (-1, 1, "the past keeps its prices"),
            (4000, 1, "within ten years"),
            (5, 900, "the price on that day already"),
        ],
    )
    def test_the_past_stays_as_it_is(self, cast: Cast, days: int, hundredths: int, words: str):
        draft = NewPrice(since=now().date() + timedelta(days=days), hundredths=hundredths)
        with pytest.raises(Invalid, match=words):
            actions.set_price(system(), plan(), draft)

    def test_one_that_lies_ahead_is_withdrawn_and_one_that_holds_is_not(self, cast: Cast):
        today = now().date()
        later = today + timedelta(days=9)
        actions.set_price(system(), plan(), NewPrice(since=later, hundredths=1))
        with pytest.raises(Invalid, match="Withdraw it first"):
            actions.set_price(system(), plan(), NewPrice(since=later, hundredths=2))
        actions.withdraw_price(system(), plan(), later)
        with pytest.raises(NotFound):
            actions.withdraw_price(system(), plan(), later)
        actions.set_price(system(), plan(), NewPrice(since=today, hundredths=1))
        with pytest.raises(Invalid, match="Choose tomorrow"):
            actions.set_price(system(), plan(), NewPrice(since=today, hundredths=2))
        with pytest.raises(Conflict, match="Past prices are never changed"):
            actions.withdraw_price(system(), plan(), today)


class TestAnOverridesEnd:
    @pytest.mark.parametrize("ceiling", [12, 400])
    def test_the_plans_value_returns_as_the_plan_is_then(self, cast: Cast, ceiling: int):
        end = now() + timedelta(days=1)
        tenants.change_tenant(system(), cast.acme, tenant_change(max_agents=300, override_reason="Fair",
                                                                 override_until=end))  # fmt: skip
        starter = plan()
        actions.edit_plan(
            system(), starter, edit(starter, included={"max_agents": 11}, ceilings={"max_agents": ceiling})
        )
        assert fresh(cast.acme).limit("max_agents") == 300
        with time_machine.travel(end + timedelta(seconds=1)):
            assert fresh(cast.acme).limit("max_agents") == 11, "at once, before the job has run"
            assert tenants.end_overrides(system()) == 1
        acme = fresh(cast.acme)
        assert (acme.max_agents, acme.limit_overrides) == (None, {})
        record = last_record()
        assert (record.door, record.changes["max_agents"]) == ("system", [300, None])
