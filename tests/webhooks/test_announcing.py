"""Each event is written with the change it tells of, and neither exists without the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import MembershipRole, system
from portal.members import actions as members
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.events import EVENTS, THIN
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery, Webhook
from tests.cast import Cast
from tests.tenants.making import make_tenant, tenant_change

AS_NAMED = {"tenant_id", "name", "slug"}


def everything_that_happens(cast: Cast, tenant: Tenant) -> None:
    """Do to a tenant each thing that a webhook is told of, but for its creation and its end."""
    tenants.change_tenant(system(), tenant, tenant_change(max_concurrent_calls=7, sip_password="hush hush"))
    tenants.suspend_tenant(system(), tenant, Suspension(reason="An invoice is overdue."))
    tenants.resume_tenant(system(), tenant)
    tenants.deactivate_tenant(system(), tenant)
    tenants.restore_tenant(system(), tenant)
    members.add_member(system(), tenant, cast.dev, MembershipRole.VIEWER)
    members.remove_member(system(), tenant, cast.dev)


def test_every_change_is_told_in_order(cast: Cast, hooked: Tenant, told: Callable) -> None:
    before = now()
    everything_that_happens(cast, hooked)
    rows = told(hooked)
    assert [row.event for row in rows] == [
        "tenant.updated", "tenant.suspended", "tenant.resumed", "tenant.deactivated", "tenant.restored",
        "member.added", "member.removed",
    ]  # fmt: skip
    numbers = [row.sequence for row in rows]
    assert numbers == list(range(numbers[0], numbers[0] + len(rows)))
    for row in rows:
        assert (row.state, row.attempts, row.lease) == ("pending", 0, None)
        assert before <= row.occurred_at == row.due_at <= now()


def test_what_is_told_is_as_the_documentation_shows_it(cast: Cast, hooked: Tenant, told: Callable) -> None:
    everything_that_happens(cast, hooked)
    for row in told(hooked):
        assert row.data.keys() == EVENTS[EventType(row.event)].example.keys(), row.event
    assert EVENTS.keys() == set(EventType)


def test_a_change_is_told_with_before_and_after_and_no_secret(cast: Cast, hooked: Tenant, told: Callable) -> None:
    everything_that_happens(cast, hooked)
    first = told(hooked)[0]
    assert first.data == {
        "tenant_id": str(hooked.id), "name": "Acme Corp", "slug": "acme",
        "changed": ["max_concurrent_calls", "sip_password"],
        "changes": {"max_concurrent_calls": {"before": None, "after": 7}},
    }  # fmt: skip


def test_under_hipaa_only_ids_and_names_of_fields_are_told(cast: Cast, hooked: Tenant, told: Callable) -> None:
    tenants.change_tenant(system(), hooked, tenant_change(billing_plan="enterprise"))
    tenants.change_tenant(system(), hooked, tenant_change(hipaa_enabled=True))
    everything_that_happens(cast, hooked)
    rows = told(hooked)[1:]
    assert all(row.data.keys() <= THIN for row in rows)
    assert rows[1].data == {
        "tenant_id": str(hooked.id), "changed": ["max_concurrent_calls", "sip_password"],
    }  # fmt: skip
    added = next(row for row in rows if row.event == "member.added")
    assert added.data["user_id"] == str(cast.dev.id)
    assert "dev" not in str(added.data.values())


def test_who_has_no_webhook_is_told_nothing(cast: Cast, told: Callable) -> None:
    everything_that_happens(cast, cast.acme)
    assert told(cast.acme) == []


def test_a_tenant_that_comes_with_a_webhook_is_told_of_its_beginning(cast: Cast, told: Callable) -> None:
    made = make_tenant("Initech", webhook_url="https://a.example/in", owner_id=str(cast.dev.id))
    created, added = told(made)
    assert (created.event, added.event) == ("tenant.created", "member.added")
    assert created.data.keys() == EVENTS[EventType.TENANT_CREATED].example.keys()
    assert added.data["role"] == "owner"


def test_the_end_of_a_suspension_is_told_too(cast: Cast, hooked: Tenant, told: Callable) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.tenants.actions.status.now", lambda: now().replace(year=2020))
        until = now().replace(year=2021)
        tenants.suspend_tenant(system(), hooked, Suspension(reason="For a while.", until=until))
    assert tenants.end_suspensions(system()) == 1
    assert [row.event for row in told(hooked)] == ["tenant.suspended", "tenant.resumed"]


def test_what_is_undone_is_not_told(cast: Cast, hooked: Tenant, told: Callable) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012 - the transaction ends at its end
        tenants.deactivate_tenant(system(), hooked)
        raise ZeroDivisionError
    assert told(hooked) == []
    tenants.deactivate_tenant(system(), hooked)
    (row,) = told(hooked)
    assert row.event == "tenant.deactivated"


@pytest.mark.parametrize("chosen", [[], ["member.added"], None])
def test_events_can_be_chosen(cast: Cast, hooked: Tenant, told: Callable, chosen: list[str] | None) -> None:
    webhook = Webhook(tenant_id=hooked.id, events=chosen)
    assert webhooks.announcing.chosen(webhook, EventType.MEMBER_ADDED) is (chosen != [])
    assert webhooks.announcing.chosen(webhook, EventType.TENANT_UPDATED) is (chosen is None)
    assert webhooks.announcing.chosen(webhook, EventType.PING)


def test_what_was_told_goes_with_the_tenant(app: Flask, cast: Cast, hooked: Tenant) -> None:
    everything_that_happens(cast, hooked)
    tenants.delete_tenant(system(), hooked, hooked.slug)
    assert db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.tenant_id.is_not(None))) == 0
