"""The last event of a tenant: it outlives the tenant, and no secret of the tenant outlives it.

A delivery is signed when it is sent, with the secret of its tenant; but a deleted tenant has neither secret nor data
key any more, and must not. So the last one is signed in advance, while the key is there: its body never changes, and
for every four minutes in which it may be sent there is a signature over that moment. Receivers accept a moment that is
up to five minutes old. What is kept can sign nothing else, and goes when it has been delivered or given up.
"""

from __future__ import annotations

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.tenants.models import Tenant
from portal.webhooks.actions.announcing import announce
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery, Webhook
from portal.webhooks.parcels import body_of
from portal.webhooks.signing import signature, valid_secrets

EVERY = 240
"""Seconds from one signed moment to the next."""
HOURS = 36
"""For how long there are signatures: the usual schedule's 28 hours, with room for delay."""


def say_farewell(tenant: Tenant) -> Delivery | None:
    """Announce `tenant.deleted` in a delivery that belongs to no tenant and needs none. Gives None where the tenant has
    no webhook, or it is switched off."""
    webhook = db.session.get(Webhook, tenant.id)
    if tenant.webhook_url is None or (webhook is not None and webhook.off_at is not None):
        return None
    at = now()
    secrets = valid_secrets(tenant.id, webhook.previous_secret_until if webhook else None, at)
    delivery = announce(tenant, EventType.TENANT_DELETED)
    if delivery is None or not secrets:
        return None
    body, first = body_of(delivery), int(at.timestamp())
    moments = range(first, first + HOURS * 3600, EVERY)
    delivery.tenant_id, delivery.due_at, delivery.data = None, at, {}
    delivery.farewell = {
        "url": tenant.webhook_url,
        "seconds": tenant.webhook_timeout_seconds,
        "body": body,
        "first": first,
        "every": EVERY,
        "signatures": [signature(secrets, delivery.id, moment, body) for moment in moments],
    }
    return delivery
