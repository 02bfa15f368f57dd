"""Sending again what was sent before, and sending a test."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now, rfc3339
from portal.foundation.database import db
from portal.foundation.errors import Conflict, NotFound
from portal.foundation.ids import new_id
from portal.foundation.permissions import Actor, Permission, system
from portal.foundation.schedules import Schedule
from portal.tenants.models import Tenant
from portal.webhooks.actions.announcing import announce
from portal.webhooks.actions.holding import require_address, webhook_of
from portal.webhooks.actions.recording import record_answers
from portal.webhooks.actions.taking import parcel_of
from portal.webhooks.exchange import Answer
from portal.webhooks.limits import DeliveryState, EventType
from portal.webhooks.models import Delivery, Webhook
from portal.webhooks.parcels import Parcel, send

TEST_SECONDS = 10
"""How long a test waits for its answer at most: somebody sits before it."""
_ONCE = Schedule((), 0)


@action(Permission.TENANTS_EDIT)
def send_again(actor: Actor, tenant: Tenant, delivery_ids: Collection[UUID]) -> int:
    """Send deliveries of a tenant again, each under the id it has; one that waits for its next attempt goes at once.

    Gives how many; one that is being sent right now is passed over. Raises NotFound where none of them is the tenant's,
    Conflict where all are being sent or the tenant has no webhook.
    """
    chosen = Delivery.id.in_(list(delivery_ids))
    require_address(tenant)
    if not db.session.query(Delivery.id).where(chosen, Delivery.tenant_id == tenant.id).limit(1).all():
        raise NotFound("There is no such delivery.")
    number = _send_again(tenant, chosen)
    if not number:
        raise Conflict("This is being sent right now. Look again in a moment.")
    _record(actor, tenant, {"deliveries": [None, number]})
    return number


@action(Permission.TENANTS_EDIT)
def send_failed_again(actor: Actor, tenant: Tenant, since: datetime) -> int:
    """Send again all that failed of what happened since a moment; give how many. Raises Conflict without a webhook."""
    require_address(tenant)
    number = _send_again(tenant, Delivery.state == DeliveryState.FAILED, Delivery.occurred_at >= since)
    if number:
        _record(actor, tenant, {"deliveries": [None, number], "since": [None, rfc3339(since)]})
    return number


def send_test(actor: Actor, tenant: Tenant) -> tuple[Delivery, Answer]:
    """Send `ping` now, once, whether or not the webhook is held, and give what came of it. Raises Conflict without a
    webhook, CannotDecrypt where a key is missing."""
    delivery, parcel = _begin_test(actor, tenant)
    answer = send(parcel)
    record_answers(system(), [(parcel, answer)], _ONCE)
    return delivery, answer


@action(Permission.TENANTS_EDIT)
def _begin_test(actor: Actor, tenant: Tenant) -> tuple[Delivery, Parcel]:
    require_address(tenant)
    delivery = announce(tenant, EventType.PING)
    assert delivery is not None
    # Leased from its first moment, so that no worker sends it too, and due to nobody.
    delivery.due_at, delivery.lease = None, new_id()
    delivery.state, delivery.attempts, delivery.tries = DeliveryState.PENDING, 0, 0
    delivery.leased_until = now() + timedelta(seconds=TEST_SECONDS + 30)
    audit.record(actor, Event.WEBHOOK_TESTED, webhook_of(tenant), tenant=tenant, changes={})
    parcel = parcel_of(tenant, delivery, db.session.get(Webhook, tenant.id))
    return delivery, _within(parcel, TEST_SECONDS)


def _within(parcel: Parcel, seconds: float) -> Parcel:
    return replace(parcel, seconds=min(parcel.seconds, seconds))


def _send_again(tenant: Tenant, *which: ColumnElement[bool]) -> int:
    webhook = db.session.get(Webhook, tenant.id)
    held = webhook is not None and webhook.held
    nobodys = or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now())
    values = {"state": DeliveryState.PENDING, "tries": 0, "settled_at": None, "due_at": None if held else now()}
    written: Any = db.session.execute(
        update(Delivery)
        .where(Delivery.tenant_id == tenant.id, nobodys, *which)
        .values(lease=None, leased_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    return int(written.rowcount)


def _record(actor: Actor, tenant: Tenant, changes: dict[str, Any]) -> None:
    audit.record(actor, Event.WEBHOOK_RESENT, webhook_of(tenant), tenant=tenant, changes=changes)
