"""Suspending and resuming, deactivating and restoring: what each does, and what stands beside what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden, Invalid
from portal.foundation.permissions import Actor, system
from portal.tenants import actions
from portal.tenants.documents import document
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service, Status
from portal.tenants.models import Tenant
from tests.cast import Cast

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def suspend(actor: Actor, tenant: Tenant, **fields: object) -> Tenant:
    return actions.suspend_tenant(actor, tenant, Suspension.read({"reason": "Unpaid invoices", **fields}))


def fresh(tenant: Tenant) -> Tenant:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Tenant, tenant.id)


def test_a_suspension_says_why_and_what_it_stops_and_is_recorded(cast: Cast, trail):
    until = now() + timedelta(days=2)
    suspend(cast.actor(cast.ada), cast.acme, services=[Service.SIP, Service.CALLS, Service.SIP], until=until)
    acme = fresh(cast.acme)
    assert (acme.status, acme.suspension_reason, acme.suspended_until) == (Status.SUSPENDED, "Unpaid invoices", until)
    assert acme.suspended_services == ["calls", "sip"]
    assert acme.stopped_words() == "calls and SIP"
    record = trail(acme)[-1]
    assert (record.event, record.actor_name) == (Event.TENANT_SUSPENDED, "ada")
    assert record.changes["status"] == ["active", "suspended"]
    assert record.changes["suspended_services"] == [None, ["calls", "sip"]]


def test_without_a_list_all_services_stop(cast: Cast):
    suspend(cast.actor(cast.ada), cast.acme)
    acme = fresh(cast.acme)
    assert acme.stopped_services() == list(Service)
    assert acme.stopped_words() == "all its services"


def test_lifting_it_leaves_nothing_of_it(cast: Cast, trail):
    ada = cast.actor(cast.ada)
    suspend(ada, cast.acme, until=now() + timedelta(days=2))
    actions.resume_tenant(ada, cast.acme)
    acme = fresh(cast.acme)
    assert acme.status == Status.ACTIVE
    assert [acme.suspension_reason, acme.suspended_services, acme.suspended_at, acme.suspended_until] == [None] * 4
    assert trail(acme)[-1].event == Event.TENANT_RESUMED


@pytest.mark.parametrize(
    ("prepare", "again", "words"),
    [
        ([suspend], suspend, "suspended already"),
        ([], actions.resume_tenant, "is not suspended"),
        ([actions.deactivate_tenant], actions.deactivate_tenant, "inactive already"),
        ([], actions.restore_tenant, "is not inactive"),
    ],
)
def test_what_is_so_already_is_said_and_nothing_is_written(cast: Cast, trail, prepare, again, words: str):
    ada = cast.actor(cast.ada)
    for act in prepare:
        act(ada, cast.acme)
    before = len(trail(cast.acme))
    with pytest.raises(Conflict, match=words):
        again(ada, cast.acme)
    assert len(trail(cast.acme)) == before


@pytest.mark.parametrize("who", ["sam", "olive", "max", "vera", "otto", "dev"])
def test_only_administrators_suspend_and_lift(cast: Cast, who: str):
    actor = cast.actor(getattr(cast, who))
    with pytest.raises(Forbidden):
        suspend(actor, cast.acme)
    suspend(system(), cast.acme)
    with pytest.raises(Forbidden):
        actions.resume_tenant(actor, cast.acme)
    with pytest.raises(Forbidden):
        actions.end_suspensions(actor)


@pytest.mark.parametrize("who", ["sam", "max", "vera", "otto", "dev"])
def test_only_owners_and_administrators_deactivate_and_restore(cast: Cast, who: str):
    for act in (actions.deactivate_tenant, actions.restore_tenant):
        with pytest.raises(Forbidden):
            act(cast.actor(getattr(cast, who)), cast.acme)


def test_an_owner_deactivates_and_restores(cast: Cast, trail):
    olive = cast.actor(cast.olive)
    actions.deactivate_tenant(olive, cast.acme)
    assert fresh(cast.acme).status == Status.INACTIVE
    actions.restore_tenant(olive, cast.acme)
    assert fresh(cast.acme).status == Status.ACTIVE
    assert [each.event for each in trail(cast.acme)][-2:] == [Event.TENANT_DEACTIVATED, Event.TENANT_RESTORED]


def test_no_owner_lifts_a_suspension_by_deactivating_and_restoring(cast: Cast):
    suspend(cast.actor(cast.ada), cast.acme, services=[Service.CALLS])
    olive = cast.actor(cast.olive)
    actions.deactivate_tenant(olive, cast.acme)
    acme = fresh(cast.acme)
    assert (acme.status, acme.is_suspended(), acme.keeps_suspension()) == (Status.INACTIVE, False, True)
    actions.restore_tenant(olive, acme)
    acme = fresh(cast.acme)
    assert (acme.status, acme.suspension_reason, acme.suspended_services) == (
        Status.SUSPENDED, "Unpaid invoices", ["calls"],
    )  # fmt: skip


def test_an_inactive_tenant_can_be_suspended_for_when_it_is_restored(cast: Cast):
    ada = cast.actor(cast.ada)
    actions.deactivate_tenant(ada, cast.acme)
    suspend(ada, cast.acme)
    assert fresh(cast.acme).status == Status.INACTIVE
    with pytest.raises(Conflict):
        suspend(ada, cast.acme)
    actions.restore_tenant(cast.actor(cast.olive), cast.acme)
    assert fresh(cast.acme).is_suspended()


def test_a_suspension_lifted_while_inactive_is_gone_when_it_is_restored(cast: Cast):
    ada = cast.actor(cast.ada)
    suspend(ada, cast.acme)
    actions.deactivate_tenant(ada, cast.acme)
    actions.resume_tenant(ada, cast.acme)
    assert fresh(cast.acme).status == Status.INACTIVE
    actions.restore_tenant(ada, cast.acme)
    assert fresh(cast.acme).status == Status.ACTIVE


@pytest.mark.parametrize("passed", [timedelta(0), timedelta(seconds=1), timedelta(days=300)])
def test_an_end_that_has_passed_is_refused(cast: Cast, passed: timedelta):
    with time_machine.travel(NOON, tick=False), pytest.raises(Invalid) as refusal:
        suspend(cast.actor(cast.ada), cast.acme, until=NOON - passed)
    assert [fault.field for fault in refusal.value.faults] == ["until"]


def test_past_its_end_the_tenant_counts_as_active(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        suspend(cast.actor(cast.ada), cast.acme, until=NOON + timedelta(hours=1))
        acme = fresh(cast.acme)
        clock.shift(timedelta(minutes=59, seconds=59))
        assert acme.is_suspended()
        assert document(acme, {}, 0)["status"] == "suspended"
        clock.shift(timedelta(seconds=1))
        assert not acme.is_suspended()
        assert acme.is_suspended(NOON)
        assert document(acme, {}, 0)["status"] == "active"
        suspend(cast.actor(cast.ada), cast.acme)  # it is not suspended already
        assert fresh(cast.acme).is_suspended()


def test_a_kept_suspension_past_its_end_is_not_put_on_again(cast: Cast):
    with time_machine.travel(NOON, tick=False) as clock:
        suspend(cast.actor(cast.ada), cast.acme, until=NOON + timedelta(hours=1))
        actions.deactivate_tenant(cast.actor(cast.olive), cast.acme)
        clock.shift(timedelta(hours=2))
        actions.restore_tenant(cast.actor(cast.olive), cast.acme)
        acme = fresh(cast.acme)
        assert (acme.status, acme.suspended_at, acme.suspended_until) == (Status.ACTIVE, None, None)


def test_the_worker_ends_what_has_ended_and_nothing_else(cast: Cast, trail):
    ada = cast.actor(cast.ada)
    with time_machine.travel(NOON, tick=False) as clock:
        suspend(ada, cast.acme, until=NOON + timedelta(hours=1))
        suspend(ada, cast.globex, until=NOON + timedelta(hours=3))
        assert actions.end_suspensions(system()) == 0
        clock.shift(timedelta(hours=1))
        assert actions.end_suspensions(system()) == 1
        assert actions.end_suspensions(system()) == 0
        assert fresh(cast.acme).status == Status.ACTIVE
        assert fresh(cast.globex).status == Status.SUSPENDED
    (record,) = (each for each in trail(cast.acme) if each.event == Event.TENANT_RESUMED)
    assert (record.actor_name, record.note) == ("system", "its end had come")


@pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "x" * 501}, {"services": ["calls"]}, {"more": 1}])
def test_what_a_suspension_cannot_be(fields: dict):
    with pytest.raises(Invalid):
        Suspension.read({"reason": "x", **fields})
