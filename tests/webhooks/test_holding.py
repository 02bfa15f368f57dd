"""Pausing, resuming, switching off and on, sending again, testing: nothing that happened is lost by it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.foundation.audit import AuditRecord
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden, Invalid, NotFound
from portal.mail.limits import Kind
from portal.mail.models import Message
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery, Webhook, WebhookHealth
from portal.webhooks.sending import Deliveries
from portal.worker.leasing import LeasingRunner
from tests.cast import Cast
from tests.webhooks.conftest import announce, set_webhook
from tests.webhooks.receiver import Receiver, in_turn, saying


def events_of(tenant: Tenant) -> list[str]:
    """What people and the system decided about webhooks, oldest first."""
    db.session.rollback()
    query = select(AuditRecord.event).where(AuditRecord.tenant_id == tenant.id, AuditRecord.event.like("webhook.%"))
    return [event.split(".")[1] for event in db.session.scalars(query.order_by(AuditRecord.id))]


def webhook(tenant: Tenant) -> Webhook:
    db.session.rollback()
    return db.session.get_one(Webhook, tenant.id, populate_existing=True)


def test_what_happens_while_paused_is_sent_on_resuming(
    cast: Cast, received: Tenant, receiver: Receiver, drain: Callable
) -> None:
    olive = cast.actor(cast.olive)
    before = announce(received)
    webhooks.pause_webhook(olive, received)
    during = announce(received, 3)
    drain()
    assert receiver.requests == []
    webhooks.resume_webhook(olive, received)
    drain()
    assert sorted(receiver.ids()) == sorted(before + during)
    assert events_of(received) == ["paused", "resumed"]


def test_what_fails_on_its_way_when_it_is_paused_waits_too(
    app: Flask, settings: Settings, cast: Cast, received: Tenant, receiver: Receiver, told: Callable
) -> None:
    asked, paused = Event(), Event()

    def slowly(connection: socket.socket, number: int) -> None:
        asked.set()
        paused.wait(30)
        saying(500)(connection, number)

    receiver.answer = slowly
    announce(received)

    def work() -> None:
        with app.app_context():
            LeasingRunner(Deliveries(settings)).run(Event(), once=True)

    worker = threading.Thread(target=work)
    worker.start()
    assert asked.wait(30)
    webhooks.pause_webhook(cast.actor(cast.olive), received)
    paused.set()
    worker.join(30)
    (row,) = told(received)
    assert (row.state, row.due_at, row.attempts, row.lease) == ("pending", None, 1, None)


def test_pausing_twice_and_resuming_what_runs_are_refused(cast: Cast, received: Tenant) -> None:
    olive = cast.actor(cast.olive)
    with pytest.raises(Conflict, match="not paused"):
        webhooks.resume_webhook(olive, received)
    webhooks.pause_webhook(olive, received)
    with pytest.raises(Conflict, match="paused already"):
        webhooks.pause_webhook(olive, received)
    with pytest.raises(Conflict, match="not switched off"):
        webhooks.switch_on_webhook(olive, received)


@pytest.mark.parametrize("act", [
    lambda actor, tenant: webhooks.pause_webhook(actor, tenant),
    lambda actor, tenant: webhooks.send_test(actor, tenant),
    lambda actor, tenant: webhooks.send_again(actor, tenant, []),
    lambda actor, tenant: webhooks.rotate_secret(actor, tenant, 0),
    lambda actor, tenant: webhooks.choose_events(actor, tenant, []),
])  # fmt: skip
@pytest.mark.parametrize("name", ["sam", "vera", "otto"])
def test_who_may_not_change_the_tenant_does_none_of_it(cast: Cast, received: Tenant, act: Callable, name: str) -> None:
    with pytest.raises(Forbidden):
        act(cast.actor(getattr(cast, name)), received)


def owners_told() -> list[tuple[str, str]]:
    """What owners were told: to whom, and why."""
    db.session.rollback()
    messages = db.session.scalars(select(Message).where(Message.kind == Kind.WEBHOOK_SWITCHED_OFF))
    return [(message.to_address, message.facts["reason"]) for message in messages]


def test_410_switches_off_at_once_and_the_owner_is_told(
    cast: Cast, received: Tenant, receiver: Receiver, drain: Callable, told: Callable
) -> None:
    receiver.answer = saying(410)
    announce(received, 3)
    drain()
    assert len(receiver.requests) == 1
    assert [row.state for row in told(received)].count("failed") == 1
    assert webhook(received).off_reason == "The receiver answered 410: it wants nothing any more."
    assert owners_told() == [("olive@example.com", "The receiver answered 410: it wants nothing any more.")]
    receiver.answer = saying(200)
    later = announce(received)
    drain(later=3600)
    assert len(receiver.requests) == 1
    webhooks.switch_on_webhook(cast.actor(cast.olive), received)
    drain(later=3600)
    assert set(later) <= set(receiver.ids())
    assert len(receiver.requests) == 4
    assert events_of(received) == ["switched_off", "switched_on"]


def fail_at(drain: Callable, tenant: Tenant, hours: list[float]) -> None:
    """Have an event of each of these hours from now fail."""
    for hour in hours:
        with time_machine.travel(now() + timedelta(hours=hour)):
            announce(tenant)
            drain()


def test_five_days_of_nothing_but_failures_switch_off(received: Tenant, receiver: Receiver, drain: Callable) -> None:
    receiver.answer = saying(500)
    fail_at(drain, received, [0, 24, 48, 96])
    assert events_of(received) == []
    fail_at(drain, received, [121])
    assert events_of(received) == ["switched_off"]
    assert owners_told() == [("olive@example.com", "The receiver has only failed for five days.")]


def test_two_failures_five_days_apart_do_not(received: Tenant, receiver: Receiver, drain: Callable) -> None:
    receiver.answer = saying(500)
    fail_at(drain, received, [0, 130])
    assert events_of(received) == []


def test_any_success_heals(received: Tenant, receiver: Receiver, drain: Callable) -> None:
    receiver.answer = saying(500)
    fail_at(drain, received, [0, 24, 48, 96])
    assert db.session.get_one(WebhookHealth, received.id).failed_hours == 4
    receiver.answer = saying(200)
    drain(later=100 * 3600)
    receiver.answer = saying(500)
    fail_at(drain, received, [121, 130])
    assert events_of(received) == []


def test_sending_again_keeps_the_id_and_signs_anew(
    cast: Cast, received: Tenant, receiver: Receiver, drain: Callable, told: Callable, attempts: Callable
) -> None:
    (sent,) = announce(received)
    drain()
    with time_machine.travel(now() + timedelta(minutes=10)):
        assert webhooks.send_again(cast.actor(cast.olive), received, [UUID(sent)]) == 1
        drain()
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == sent
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 600
    assert first.body == second.body
    assert [each.number for each in attempts(UUID(sent))] == [1, 2]
    assert [row.state for row in told(received)] == ["succeeded"]
    assert events_of(received) == ["resent"]


def test_another_tenant_s_delivery_is_not_found(cast: Cast, received: Tenant) -> None:
    set_webhook(cast.globex, "https://a.example/in")
    (theirs,) = announce(cast.globex)
    for each in (UUID(theirs), uuid4()):
        with pytest.raises(NotFound):
            webhooks.send_again(cast.actor(cast.olive), received, [each])
    assert db.session.get_one(Delivery, UUID(theirs)).tries == 0


def test_all_that_failed_since_a_time_is_sent_again(
    cast: Cast, received: Tenant, receiver: Receiver, drain: Callable, told: Callable
) -> None:
    receiver.answer = in_turn(saying(410), saying(200))
    (long_ago,) = announce(received)
    drain()
    olive = cast.actor(cast.olive)
    webhooks.switch_on_webhook(olive, received)
    assert webhooks.send_failed_again(olive, received, now() + timedelta(hours=1)) == 0
    assert webhooks.send_failed_again(olive, received, now() - timedelta(hours=1)) == 1
    drain()
    assert receiver.ids() == [long_ago, long_ago]
    assert [row.state for row in told(received)] == ["succeeded"]


def test_a_test_is_answered_at_once_even_while_paused(
    cast: Cast, received: Tenant, receiver: Receiver, drain: Callable, attempts: Callable, told: Callable
) -> None:
    olive = cast.actor(cast.olive)
    webhooks.pause_webhook(olive, received)
    delivery, answer = webhooks.send_test(olive, received)
    assert (answer.status, answer.body, answer.error) == (200, "thanks", None)
    assert receiver.ids() == [str(delivery.id)]
    assert [each.status for each in attempts(delivery.id)] == [200]
    receiver.answer = saying(500)
    _failed, answer = webhooks.send_test(olive, received)
    assert answer.error == "The receiver answered 500."
    drain(later=3600)
    assert len(receiver.requests) == 2
    assert [row.state for row in told(received)] == ["succeeded", "failed"]
    assert events_of(received) == ["paused", "tested", "tested"]


def test_without_an_address_there_is_nothing_to_test_or_send(cast: Cast) -> None:
    olive = cast.actor(cast.olive)
    for act in (
        lambda: webhooks.send_test(olive, cast.acme),
        lambda: webhooks.send_failed_again(olive, cast.acme, now()),
    ):
        with pytest.raises(Conflict, match="no webhook address"):
            act()


def test_events_are_chosen(cast: Cast, received: Tenant, told: Callable) -> None:
    olive = cast.actor(cast.olive)
    webhooks.choose_events(olive, received, [EventType.MEMBER_REMOVED, EventType.MEMBER_ADDED])
    assert announce(received) == []
    assert webhook(received).events == ["member.added", "member.removed"]
    webhooks.choose_events(olive, received, [EventType.MEMBER_ADDED, EventType.MEMBER_REMOVED])
    webhooks.choose_events(olive, received, None)
    assert len(announce(received)) == 1
    with pytest.raises(Invalid):
        webhooks.choose_events(olive, received, [EventType.PING])
    assert events_of(received) == ["events_chosen", "events_chosen"]


def test_what_is_long_past_is_removed(received: Tenant, drain: Callable, told: Callable) -> None:
    from portal.foundation.permissions import system

    with time_machine.travel(now() - timedelta(days=91)):
        announce(received, 2)
        drain()
    kept = announce(received)
    assert webhooks.forget_old_deliveries(system()) == 2
    assert [str(row.id) for row in told(received)] == kept
