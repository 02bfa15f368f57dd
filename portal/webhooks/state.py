"""How a tenant's webhook stands, in one word: what people see of it, and what the search finds it by."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select

from portal.tenants.models import Tenant
from portal.webhooks.models import Webhook, WebhookHealth


class WebhookState(StrEnum):
    """How a webhook stands. What keeps it from sending is said first: off, then paused; a webhook that is on and whose
    receiver only fails is `failing`."""

    FAILING = "failing"
    OFF = "off"
    PAUSED = "paused"
    ON = "on"


def state_of(tenant: Tenant, webhook: Webhook | None, health: WebhookHealth | None) -> WebhookState | None:
    """Say how a tenant's webhook stands; None where there is no address."""
    if tenant.webhook_url is None:
        return None
    if webhook is not None and webhook.off_at is not None:
        return WebhookState.OFF
    if webhook is not None and webhook.paused_at is not None:
        return WebhookState.PAUSED
    return WebhookState.FAILING if health is not None and health.failing_since is not None else WebhookState.ON


def in_state(state: WebhookState) -> ColumnElement[bool]:
    """Give the condition that a tenant's webhook stands so. Every tenant with an address meets exactly one."""
    off = Tenant.id.in_(select(Webhook.tenant_id).where(Webhook.off_at.is_not(None)))
    paused = Tenant.id.in_(select(Webhook.tenant_id).where(Webhook.paused_at.is_not(None)))
    failing = Tenant.id.in_(select(WebhookHealth.tenant_id).where(WebhookHealth.failing_since.is_not(None)))
    there = Tenant.webhook_url.is_not(None)
    match state:
        case WebhookState.OFF:
            return and_(there, off)
        case WebhookState.PAUSED:
            return and_(there, paused, ~off)
        case WebhookState.FAILING:
            return and_(there, failing, ~off, ~paused)
        case _:
            return and_(there, ~off, ~paused, ~failing)
