"""What the webhooks' stories share: a tenant with a webhook, a receiver, a worker, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from portal.config import Settings
from portal.foundation.addresses import outside
from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.limits import EventType
from portal.webhooks.models import Attempt, Delivery
from portal.webhooks.sending import Deliveries
from portal.worker.leasing import LeasingRunner
from portal.worker.running import work
from tests.cast import Cast
from tests.tenants.making import tenant_change
from tests.webhooks.receiver import Receiver

URL = "https://hooks.acme.example/in"


def set_webhook(tenant: Tenant, url: str, **fields: object) -> Tenant:
    """Give a tenant a webhook; what telling it of that wrote is done already."""
    tenants.change_tenant(system(), tenant, tenant_change(webhook_url=url, **fields))
    with unit_of_work() as session:
        session.execute(delete(Delivery).where(Delivery.tenant_id == tenant.id))
    return tenant


def announce(tenant: Tenant, times: int = 1) -> list[str]:
    """Tell a tenant something; give the ids."""
    with unit_of_work():
        rows = [webhooks.announce(tenant, EventType.CALL_REFUSED, call_id=f"call-{number}") for number in range(times)]
    return [str(row.id) for row in rows if row]


@pytest.fixture
def hooked(cast: Cast) -> Tenant:
    """Acme, with a webhook that leads nowhere."""
    return set_webhook(cast.acme, URL)


@pytest.fixture
def loopback(app: Flask) -> Iterator[None]:
    """Webhooks may be sent to this machine, as in development."""
    before = (outside.allowed_hosts, outside.ports)
    outside.use(["localhost", "127.0.0.1"], [443])
    yield
    outside.use(*before)


@pytest.fixture
def receiver(loopback: None) -> Iterator[Receiver]:
    """Something that listens and says thanks."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def received(cast: Cast, receiver: Receiver) -> Tenant:
    """Acme, with a webhook that leads to the receiver."""
    return set_webhook(cast.acme, receiver.url, webhook_timeout_seconds=5)


@pytest.fixture
def drain(app: Flask, settings: Settings) -> Callable[[], None]:
    """Have a worker send all that is due: `drain()`; `drain(later=3600)` has it come an hour later."""

    def run(later: float = 0) -> None:
        with ExitStack() as stack:
            if later:
                stack.enter_context(time_machine.travel(now() + timedelta(seconds=later)))
            work(app, [LeasingRunner(Deliveries(settings))], once=True)
        db.session.rollback()

    return run


@pytest.fixture
def told() -> Callable[[Tenant], Sequence[Delivery]]:
    """Give what a tenant was told or is to be told, in order."""

    def of(tenant: Tenant) -> Sequence[Delivery]:
        db.session.rollback()
        db.session.expire_all()
        return db.session.scalars(select(Delivery).filter_by(tenant_id=tenant.id).order_by(Delivery.sequence)).all()

    return of


@pytest.fixture
def attempts() -> Callable[[Any], Sequence[Attempt]]:
    """Give the attempts at a delivery, in order."""

    def of(delivery_id: Any) -> Sequence[Attempt]:
        db.session.rollback()
        return db.session.scalars(select(Attempt).filter_by(delivery_id=delivery_id).order_by(Attempt.number)).all()

    return of


@contextmanager
def at(moment: Any) -> Iterator[None]:
    """Be at another time."""
    with time_machine.travel(moment):
        yield
