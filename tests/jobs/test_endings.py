"""Overrides and trials end by themselves, and owners are told once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.mail.models import Message
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks.models import Delivery
from tests.cast import Cast
from tests.tenants.making import tenant_change


def mails() -> list[tuple[str, str]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(Message.kind, Message.to_address).order_by(Message.id))]


def change(tenant: Tenant, **fields: object) -> None:
    tenants.change_tenant(system(), tenant, tenant_change(**fields))


@pytest.fixture
def override(cast: Cast) -> datetime:
    """Acme may have 900 agents until tomorrow, and 90 squads without an end."""
    end = now() + timedelta(days=1)
    change(cast.acme, max_squads=90, override_reason="For good")
    change(cast.acme, max_agents=900, override_reason="A campaign", override_until=end)
    return end


def test_an_override_ends_and_the_plan_s_value_returns(cast: Cast, override: datetime) -> None:
    assert tenants.end_overrides(system()) == 0
    with time_machine.travel(override + timedelta(minutes=1)):
        assert tenants.end_overrides(system(name="system")) == 1
        assert tenants.end_overrides(system()) == 0, "once"
    db.session.rollback()
    acme = db.session.get_one(Tenant, cast.acme.id)
    assert (acme.max_agents, acme.limit("max_agents")) == (None, acme.plan.included["max_agents"])
    assert (acme.max_squads, acme.limit_overrides.keys()) == (90, {"max_squads"})
    newest = select(AuditRecord).where(AuditRecord.event == Event.TENANT_UPDATED).order_by(AuditRecord.id.desc())
    record = db.session.scalars(newest).first()
    assert (record.actor_name, record.door, record.note) == (
        "system", "system", "the end of the override had come")  # fmt: skip
    assert record.changes["max_agents"] == [900, None]
    assert mails() == [("override_ended", "olive@example.com")]
    facts = db.session.scalars(select(Message.facts)).one()
    assert facts["limits"] == [{"words": "Agents", "before": 900, "after": acme.plan.included["max_agents"]}]


def test_its_webhook_is_told_too(cast: Cast, override: datetime) -> None:
    change(cast.acme, webhook_url="https://hooks.acme.example/in")
    with time_machine.travel(override + timedelta(minutes=1)):
        tenants.end_overrides(system())
    deliveries = select(Delivery.data).order_by(Delivery.sequence.desc())
    assert "max_agents" in db.session.scalars(deliveries).first()["changed"]


def a_trial(tenant: Tenant, ends: datetime) -> None:
    change(tenant, kind="trial", trial_ends_at=ends)


def test_an_owner_is_told_before_a_trial_ends_and_when_it_has(cast: Cast) -> None:
    end = now() + timedelta(days=10)
    a_trial(cast.acme, end)
    assert tenants.tell_of_trials(system()) == 0
    for at, new in ((end - timedelta(days=2), 1), (end - timedelta(days=1), 0), (end + timedelta(minutes=1), 1),
                    (end + timedelta(days=1), 0)):  # fmt: skip
        with time_machine.travel(at):
            assert tenants.tell_of_trials(system()) == new
    assert mails() == [("trial_ending", "olive@example.com"), ("trial_ended", "olive@example.com")]
    acme = db.session.get_one(Tenant, cast.acme.id)
    assert (acme.kind, acme.trial_ends_at) == ("trial", end), "data stays"


def test_a_trial_with_another_end_is_told_of_anew(cast: Cast) -> None:
    first = now() + timedelta(days=2)
    a_trial(cast.acme, first)
    assert tenants.tell_of_trials(system()) == 1
    a_trial(cast.acme, first + timedelta(days=30))
    assert tenants.tell_of_trials(system()) == 0
    with time_machine.travel(first + timedelta(days=29)):
        assert tenants.tell_of_trials(system()) == 1
    assert [kind for kind, _ in mails()] == ["trial_ending"] * 2


def test_nobody_is_told_of_a_trial_long_over(cast: Cast) -> None:
    end = now() + timedelta(days=5)
    a_trial(cast.acme, end)
    with time_machine.travel(end + timedelta(days=8)):
        assert tenants.tell_of_trials(system()) == 0
