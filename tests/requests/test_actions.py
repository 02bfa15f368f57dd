"""Owners ask for more, administrators answer; each request once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from portal.foundation.permissions import system
from portal.mail.models import Message
from portal.plans import actions as plans
from portal.plans.queries import plan_by_key
from portal.requests import actions, queries
from portal.requests.drafts import Declined, LimitAsked, PlanAsked
from portal.requests.limits import State
from portal.requests.models import Request
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks.models import Delivery
from tests.cast import Cast
from tests.tenants.making import add_plan, tenant_change


def a_limit(
    cast: Cast, limit: str = "max_users", value: int = 80, who: str = "olive", why: str = "A team joins"
) -> Request:
    draft = LimitAsked(limit=limit, value=value, reason=why)
    return actions.ask_for_limit(cast.actor(getattr(cast, who)), cast.acme, draft)


def a_plan(cast: Cast, key: str = "enterprise", who: str = "olive") -> Request:
    draft = PlanAsked(billing_plan=key, reason="We come under HIPAA")
    return actions.ask_for_plan(cast.actor(getattr(cast, who)), cast.acme, draft)


def change(tenant: Tenant, **fields: Any) -> None:
    tenants.change_tenant(system(), tenant, tenant_change(**fields))


def acme(cast: Cast) -> Tenant:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Tenant, cast.acme.id)


def state(request: Request) -> State:
    db.session.rollback()
    return State(db.session.scalar(select(Request.state).where(Request.id == request.id)))


def trail(cast: Cast) -> list[AuditRecord]:
    db.session.rollback()
    query = select(AuditRecord).where(AuditRecord.tenant_id == cast.acme.id)
    return list(db.session.scalars(query.order_by(AuditRecord.at.desc(), AuditRecord.id.desc())))


def mails() -> list[tuple[str, str, Any]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(Message.kind, Message.to_address, Message.facts))]


class TestAsking:
    def test_it_waits_and_is_recorded(self, cast: Cast):
        request = a_limit(cast)
        assert (queries.open_count(system()), state(request)) == (1, State.OPEN)
        record = trail(cast)[0]
        assert (record.event, record.note) == (Event.REQUEST_MADE, "A team joins")
        assert record.changes == {"subject": [None, "max_users"], "wanted_value": [None, 80]}
        assert acme(cast).limit("max_users") == 10, "nothing changes by asking"

    @pytest.mark.parametrize(
        ("limit", "value", "words"),
        [
            ("max_users", 10, "10 is what there is now"),
            ("max_users", 12, "goes up to 15. Set this yourself"),
            ("max_concurrent_calls", 1001, "1 to 1,000. Nobody can have 1,001"),
            ("max_agents", 10, "10 is what there is now"),
            ("name", 5, "Choose one of the limits"),
        ],
    )
    def test_what_needs_no_asking_or_cannot_be_is_said(self, cast: Cast, limit: str, value: int, words: str):
        with pytest.raises(Invalid, match=words):
            a_limit(cast, limit, value)

    def test_quotas_below_the_ceiling_are_asked_for_too(self, cast: Cast):
        request = a_limit(cast, "max_agents", 15)
        actions.grant_request(cast.actor(cast.ada), acme(cast), request.id)
        agents = acme(cast).entitlement("max_agents")
        assert (agents.value, agents.overridden) == (15, False)

    def test_one_at_a_time_of_each_subject(self, cast: Cast):
        first = a_limit(cast)
        a_limit(cast, "max_agents", 300)
        with pytest.raises(Conflict, match="waits for an answer"):
            a_limit(cast, value=90)
        actions.withdraw_request(cast.actor(cast.olive), cast.acme, first.id)
        a_limit(cast, value=90)

    def test_a_retired_plan_the_present_one_and_none_cannot_be_asked_for(self, cast: Cast):
        add_plan("legacy", offered=False)
        for key, words in (
            ("legacy", "not offered any more"),
            ("starter", "present one"),
            ("gold", "one of the plans"),
        ):
            with pytest.raises(Invalid, match=words):
                a_plan(cast, key)

    def test_an_inactive_tenant_is_restored_first(self, cast: Cast):
        tenants.deactivate_tenant(system(), cast.acme)
        with pytest.raises(Conflict, match="Restore it first"):
            a_limit(cast)

    def test_managers_ask_for_limits_and_only_owners_for_a_plan(self, cast: Cast):
        a_limit(cast, who="max")
        request = a_plan(cast)
        for act in (
            lambda: a_plan(cast, who="max"),
            lambda: actions.withdraw_request(cast.actor(cast.max), cast.acme, request.id),
            lambda: a_limit(cast, "max_agents", 300, who="vera"),
            lambda: a_limit(cast, "max_agents", 300, who="sam"),
            lambda: a_limit(cast, "max_agents", 300, who="otto"),
            lambda: actions.grant_request(cast.actor(cast.olive), cast.acme, request.id),
            lambda: actions.decline_request(cast.actor(cast.sam), cast.acme, request.id, Declined(answer="No")),
            lambda: queries.queue(cast.actor(cast.sam), None, 10, 0),
            lambda: queries.open_count(cast.actor(cast.olive)),
        ):
            with pytest.raises(Forbidden):
                act()


class TestGranting:
    def test_a_limit_becomes_an_override_for_the_reason_that_was_asked_with(self, cast: Cast):
        change(cast.acme, webhook_url="https://hooks.acme.example/in")
        request = a_limit(cast)
        actions.grant_request(cast.actor(cast.ada), acme(cast), request.id)
        users = acme(cast).entitlement("max_users")
        assert (users.value, users.overridden, users.reason, users.by) == (80, True, "A team joins", "ada")
        assert state(request) == State.GRANTED
        assert [record.event for record in trail(cast)[:2]] == [Event.REQUEST_GRANTED, Event.TENANT_UPDATED]
        ((kind, to, facts),) = mails()
        assert (kind, to, facts["wanted"]) == ("request_granted", "olive@example.com", "Users: 80")
        assert (
            "max_users"
            in db.session.scalars(select(Delivery.data).order_by(Delivery.sequence.desc())).first()["changed"]
        )

    def test_a_plan_becomes_a_change_of_plan(self, cast: Cast):
        change(cast.acme, max_users=15)
        request = a_plan(cast, "free")
        change(cast.acme, sip_enabled=False)
        actions.grant_request(cast.actor(cast.ada), acme(cast), request.id)
        tenant = acme(cast)
        assert (tenant.billing_plan, tenant.entitlement("max_users").overridden) == ("free", True)
        assert Event.TENANT_PLAN_CHANGED in {record.event for record in trail(cast)}

    def test_each_is_answered_once(self, cast: Cast):
        request, ada = a_limit(cast), cast.actor(cast.ada)
        actions.grant_request(ada, cast.acme, request.id)
        for again in (
            lambda: actions.grant_request(ada, acme(cast), request.id),
            lambda: actions.decline_request(ada, acme(cast), request.id, Declined(answer="No")),
            lambda: actions.withdraw_request(cast.actor(cast.olive), acme(cast), request.id),
        ):
            with pytest.raises(Conflict, match="granted already, by ada"):
                again()
        assert len(mails()) == 1

    def test_what_was_given_meanwhile_is_moot(self, cast: Cast):
        request, ada = a_limit(cast), cast.actor(cast.ada)
        change(cast.acme, max_users=80, override_reason="By telephone")
        assert "there are 80 already" in str(queries.line(ada, request.id).moot)
        with pytest.raises(Conflict, match="there are 80 already"):
            actions.grant_request(ada, acme(cast), request.id)
        actions.decline_request(ada, acme(cast), request.id, Declined(answer="You have it"))
        assert acme(cast).entitlement("max_users").reason == "By telephone"

    def test_a_plan_retired_meanwhile_or_the_present_one_by_now_is_moot(self, cast: Cast):
        request, ada = a_plan(cast), cast.actor(cast.ada)
        plans.retire_plan(system(), plan_by_key("enterprise"))
        with pytest.raises(Conflict, match="not offered any more"):
            actions.grant_request(ada, acme(cast), request.id)
        plans.offer_plan(system(), plan_by_key("enterprise"))
        change(cast.acme, billing_plan="enterprise")
        with pytest.raises(Conflict, match="present one already"):
            actions.grant_request(ada, acme(cast), request.id)
        assert state(request) == State.OPEN

    def test_what_stands_against_it_is_said_and_nothing_is_half_done(self, cast: Cast):
        change(cast.acme, billing_plan="enterprise")
        change(cast.acme, hipaa_enabled=True)
        request = a_plan(cast, "pro")
        with pytest.raises(Conflict, match="HIPAA is not part of the Pro plan"):
            actions.grant_request(cast.actor(cast.ada), acme(cast), request.id)
        assert (acme(cast).billing_plan, state(request), mails()) == ("enterprise", State.OPEN, [])

    def test_a_limit_that_the_plan_allows_by_now_is_a_value_of_its_own(self, cast: Cast):
        request = a_limit(cast)
        change(cast.acme, billing_plan="business")
        change(cast.acme, max_users=20)
        actions.grant_request(cast.actor(cast.ada), acme(cast), request.id)
        users = acme(cast).entitlement("max_users")
        assert (users.value, users.overridden) == (80, False)

    def test_one_of_another_tenant_is_not_found(self, cast: Cast):
        request = a_limit(cast)
        with pytest.raises(NotFound):
            actions.withdraw_request(cast.actor(cast.otto), cast.globex, request.id)


class TestDeclining:
    def test_the_owner_is_told_why(self, cast: Cast):
        request = a_limit(cast)
        actions.decline_request(cast.actor(cast.ada), cast.acme, request.id, Declined(answer="Not before March"))
        assert (state(request), acme(cast).limit("max_users")) == (State.DECLINED, 10)
        ((kind, _, facts),) = mails()
        assert (kind, facts["reason"]) == ("request_declined", "Not before March")
        assert (trail(cast)[0].event, trail(cast)[0].note) == (Event.REQUEST_DECLINED, "Not before March")

    def test_of_a_tenant_under_hipaa_nothing_written_freely_is_mailed(self, cast: Cast):
        change(cast.acme, billing_plan="enterprise")
        change(cast.acme, hipaa_enabled=True)
        request = a_limit(cast, "max_squads", 80)
        actions.decline_request(cast.actor(cast.ada), acme(cast), request.id, Declined(answer="Patients wait"))
        ((_, _, facts),) = mails()
        assert (facts["wanted"], "reason" in facts) == ("Squads: 80", False)


class TestReading:
    def test_those_that_wait_come_first_and_the_oldest_of_them(self, cast: Cast):
        first, second = a_limit(cast), a_limit(cast, "max_agents", 300)
        answered = a_plan(cast)
        actions.decline_request(system(), cast.acme, answered.id, Declined(answer="No"))
        assert [line.request.id for line in queries.queue(system(), None, 10, 0)] == [first.id, second.id, answered.id]
        assert [line.request.id for line in queries.queue(system(), State.OPEN, 1, 1)] == [second.id]
        assert queries.numbers_by_state(system()) == {State.OPEN: 2, State.DECLINED: 1}

    def test_the_queue_takes_the_same_queries_however_long_it_is(self, cast: Cast, statements):
        def asked() -> int:
            db.session.expire_all()
            with statements() as ran:
                queries.queue(system(), State.OPEN, 100, 0)
            return len(ran)

        a_limit(cast)
        few = asked()
        for name, value in (("max_agents", 300), ("max_squads", 80), ("max_files_gb", 60)):
            a_limit(cast, name, value)
        assert asked() == few

    def test_nobody_reads_another_tenants(self, cast: Cast):
        a_limit(cast)
        with pytest.raises(NotFound):
            queries.of_tenant(cast.actor(cast.otto), cast.acme)
        assert len(queries.of_tenant(cast.actor(cast.vera), cast.acme)) == 1

    def test_they_go_with_their_tenant(self, cast: Cast):
        a_limit(cast)
        tenants.delete_tenant(cast.actor(cast.ada), acme(cast), "acme")
        assert db.session.scalar(select(Request.id)) is None
        newest = select(AuditRecord).where(AuditRecord.event == Event.TENANT_DELETED)
        assert db.session.scalars(newest).one().changes["requests"] == [1, None]
