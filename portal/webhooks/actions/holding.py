"""Holding a webhook's deliveries back, and letting them go: paused by a person, switched off after failures."""

from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy import Update, update

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.mail.actions import tell_owner
from portal.mail.limits import Kind
from portal.tenants.models import Tenant
from portal.webhooks.limits import DeliveryState, EventType
from portal.webhooks.models import Delivery, Webhook, WebhookHealth

log = logging.getLogger(__name__)


@action(Permission.TENANTS_EDIT)
def pause_webhook(actor: Actor, tenant: Tenant) -> None:
    """Send nothing until it is resumed; what happens meanwhile is kept and sent then. Raises Conflict where it is
    already, or there is no webhook."""
    require_address(tenant)
    webhook = webhook_of(tenant)
    if webhook.paused_at is not None:
        raise Conflict("The webhook is paused already.")
    webhook.paused_at = now()
    audit.record(actor, Event.WEBHOOK_PAUSED, webhook, tenant=tenant, changes={})
    _hold(tenant.id)


@action(Permission.TENANTS_EDIT)
def resume_webhook(actor: Actor, tenant: Tenant) -> None:
    """Send again, first what was kept. Raises Conflict where it is not paused."""
    webhook = webhook_of(tenant)
    if webhook.paused_at is None:
        raise Conflict("The webhook is not paused.")
    webhook.paused_at = None
    audit.record(actor, Event.WEBHOOK_RESUMED, webhook, tenant=tenant, changes={})
    if not webhook.held:
        _let_go(tenant.id)


@action(Permission.TENANTS_EDIT)
def switch_on_webhook(actor: Actor, tenant: Tenant) -> None:
    """Send again to a webhook that was switched off, first what was kept. Raises Conflict where it is on."""
    webhook = webhook_of(tenant)
    if webhook.off_at is None:
        raise Conflict("The webhook is not switched off.")
    webhook.off_at, webhook.off_reason = None, None
    audit.record(actor, Event.WEBHOOK_SWITCHED_ON, webhook, tenant=tenant, changes={})
    health = db.session.get(WebhookHealth, tenant.id)
    if health is not None:
        health.failing_since, health.failed_hours, health.counted_at = None, 0, None
        health.last_success_at = None  # it has to prove itself again
    if not webhook.held:
        _let_go(tenant.id)


@action(Permission.TENANTS_EDIT)
def choose_events(actor: Actor, tenant: Tenant, events: list[EventType] | None) -> None:
    """Tell the webhook of these events only, of all with None. Raises Invalid for a test, which is no choice."""
    if events is not None and EventType.PING in events:
        raise Invalid.at("events", "A test is sent whenever it is asked for; it cannot be chosen.")
    webhook = webhook_of(tenant)
    wanted = None if events is None else [each.value for each in EventType if each in events]
    if wanted != webhook.events:
        webhook.events = wanted
        audit.record(actor, Event.WEBHOOK_EVENTS_CHOSEN, webhook, tenant=tenant)


@action(Permission.TENANTS_ADMINISTER)
def switch_off_webhook(actor: Actor, tenant: Tenant, reason: str) -> None:
    """Send nothing any more, because of how the receiver answers; the owner is told. Off already, it stays as it is."""
    webhook = webhook_of(tenant)
    if webhook.off_at is not None:
        return
    webhook.off_at, webhook.off_reason = now(), reason
    audit.record(actor, Event.WEBHOOK_SWITCHED_OFF, webhook, tenant=tenant, changes={}, note=reason)
    _hold(tenant.id)
    tell_owner(tenant, Kind.WEBHOOK_SWITCHED_OFF, reason=reason)


def switch_off_by_id(actor: Actor, tenant_id: UUID, reason: str) -> None:
    """Switch a tenant's webhook off, unless the tenant has been deleted meanwhile."""
    tenant = db.session.get(Tenant, tenant_id)
    if tenant is not None:
        switch_off_webhook(actor, tenant, reason)


def webhook_of(tenant: Tenant) -> Webhook:
    """Give what was decided about a tenant's webhook, made where nothing was. The tenant's row is locked already."""
    webhook = db.session.get(Webhook, tenant.id)
    if webhook is None:
        webhook = Webhook(tenant_id=tenant.id)
        db.session.add(webhook)
    return webhook


def require_address(tenant: Tenant) -> None:
    """Raise Conflict where a tenant has no webhook."""
    if tenant.webhook_url is None:
        raise Conflict("There is no webhook address. Set one first.")


def _hold(tenant_id: UUID) -> None:
    db.session.execute(_waiting(tenant_id).values(due_at=None))


def _let_go(tenant_id: UUID) -> None:
    db.session.execute(_waiting(tenant_id).where(Delivery.due_at.is_(None)).values(due_at=now()))


def _waiting(tenant_id: UUID) -> Update:
    waiting = update(Delivery).where(Delivery.tenant_id == tenant_id, Delivery.state == DeliveryState.PENDING)
    return waiting.execution_options(synchronize_session=False)
