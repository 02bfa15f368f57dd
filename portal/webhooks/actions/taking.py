"""Taking deliveries to be sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.leases import anything_due, give_back, lease, renew, settle
from portal.foundation.permissions import Actor, Permission
from portal.foundation.vault import DataKey, TenantSecret
from portal.tenants.models import Tenant
from portal.webhooks.limits import DeliveryState
from portal.webhooks.models import Delivery, Webhook, WebhookHealth
from portal.webhooks.parcels import Parcel, body_of
from portal.webhooks.signing import PREVIOUS, SECRET, valid_secrets

AHEAD = 50
"""How many deliveries to a receiver that answers well are taken at once."""

_group = func.coalesce(Delivery.tenant_id, Delivery.id)


def _proven() -> ColumnElement[bool]:
    """The condition that a receiver answered well the last time."""
    health = WebhookHealth.tenant_id == Delivery.tenant_id
    return exists().where(health, WebhookHealth.last_success_at.is_not(None), WebhookHealth.failing_since.is_(None))


def anything_to_send(full: Collection[Any], *, even_doubtful: bool) -> bool:
    """Say whether a delivery is due to somebody who is not among the `full`; only reads."""
    return anything_due(Delivery, _group.not_in(list(full)), *([] if even_doubtful else [_proven()]))


@action(Permission.TENANTS_ADMINISTER)
def take_due(actor: Actor, rows: int, doubtful: int, full: Collection[Any], seconds: float) -> list[Parcel]:  # noqa: ARG001 - every action takes its actor
    """Lease up to `rows` due deliveries for `seconds`, and make them ready; no more than `doubtful` of them, and one
    each, go to receivers that failed last or have not answered yet. Raises CannotDecrypt where a key is missing."""
    others = _group.not_in(list(full))
    well = lease(Delivery, rows, seconds, others, _proven(), per=_group, most=AHEAD)
    room = min(rows - len(well), doubtful)
    ill = lease(Delivery, room, seconds, others, ~_proven(), per=_group, most=1) if room > 0 else []
    taken = [*well, *ill]
    context = _Context({each.tenant_id for each in taken if each.tenant_id is not None}) if taken else None
    not_proven = {each.id for each in ill}
    ready = [parcel for each in taken if context and (parcel := context.parcel(each, each.id in not_proven))]
    db.session.expunge_all()
    return ready


@action(Permission.TENANTS_ADMINISTER)
def keep_taken(actor: Actor, leases: Collection[UUID], seconds: float) -> None:  # noqa: ARG001 - every action takes its actor
    """Hold leases for `seconds` from now on."""
    renew(Delivery, leases, seconds)


@action(Permission.TENANTS_ADMINISTER)
def give_back_taken(actor: Actor, parcels: Sequence[Parcel]) -> None:  # noqa: ARG001 - every action takes its actor
    """Give leases back undone."""
    give_back(Delivery, {each.lease for each in parcels}, {each.id for each in parcels})


def parcel_of(tenant: Tenant, delivery: Delivery, webhook: Webhook | None, *, doubtful: bool = True) -> Parcel:
    """Make a delivery ready. The tenant has an address, and the delivery is leased."""
    assert tenant.webhook_url is not None
    assert delivery.lease is not None
    until = webhook.previous_secret_until if webhook is not None else None
    return Parcel(
        id=delivery.id,
        lease=delivery.lease,
        tenant_id=tenant.id,
        url=tenant.webhook_url,
        seconds=tenant.webhook_timeout_seconds,
        body=body_of(delivery),
        tries=delivery.tries,
        attempts=delivery.attempts,
        doubtful=doubtful,
        secrets=valid_secrets(tenant.id, until, now()),
    )


class _Context:
    """What making deliveries ready takes, read once for all of them."""

    def __init__(self, tenant_ids: Collection[UUID]) -> None:
        ids = list(tenant_ids)
        self.tenants = {row.id: row for row in db.session.scalars(select(Tenant).where(Tenant.id.in_(ids)))}
        self.webhooks = {
            row.tenant_id: row for row in db.session.scalars(select(Webhook).where(Webhook.tenant_id.in_(ids)))
        }
        # Read into the session, where the vault finds them one by one.
        named = TenantSecret.field.in_([SECRET, PREVIOUS])
        self.secrets = db.session.scalars(select(TenantSecret).where(TenantSecret.tenant_id.in_(ids), named)).all()
        self.keys = db.session.scalars(select(DataKey).where(DataKey.tenant_id.in_(ids))).all()

    def parcel(self, delivery: Delivery, doubtful: bool) -> Parcel | None:
        """Make a delivery ready; one that cannot be sent now is settled instead."""
        if delivery.farewell is not None:
            return _farewell(delivery)
        tenant = self.tenants[delivery.tenant_id]  # type: ignore[index]
        webhook = self.webhooks.get(tenant.id)
        if tenant.webhook_url is None:
            dropped = {"state": DeliveryState.DROPPED, "settled_at": now()}
            settle(Delivery, delivery.id, delivery.lease, due_at=None, **dropped)
        elif webhook is not None and webhook.held:
            settle(Delivery, delivery.id, delivery.lease, due_at=None)
        else:
            return parcel_of(tenant, delivery, webhook, doubtful=doubtful)
        return None


def _farewell(delivery: Delivery) -> Parcel:
    assert delivery.farewell is not None
    assert delivery.lease is not None
    return Parcel(
        id=delivery.id,
        lease=delivery.lease,
        tenant_id=None,
        url=delivery.farewell["url"],
        seconds=delivery.farewell["seconds"],
        body=delivery.farewell["body"],
        tries=delivery.tries,
        attempts=delivery.attempts,
        doubtful=True,
        farewell=delivery.farewell,
    )
