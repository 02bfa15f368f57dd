"""Giving a webhook another secret, with a time in which the old one signs too."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

from sqlalchemy import select

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.limits import bounds
from portal.foundation.permissions import Actor, Permission
from portal.foundation.vault import vault
from portal.tenants.models import Tenant
from portal.webhooks.actions.holding import webhook_of
from portal.webhooks.limits import OverlapDays
from portal.webhooks.models import Webhook
from portal.webhooks.signing import PREVIOUS, SECRET

SECRET_BYTES = 32
"""How long a secret made here is; Standard Webhooks asks for 24 to 64 bytes."""
AT_ONCE = 500


def new_secret() -> str:
    """Make a secret as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@action(Permission.TENANTS_EDIT)
def rotate_secret(actor: Actor, tenant: Tenant, overlap_days: int, *, confirmed: bool = False) -> str:
    """Make a new secret and give it, to be shown this once; the old one signs too for `overlap_days`, 0 to 7.

    Raises Invalid where the days are others, and Conflict without a webhook, or while an older secret signs still,
    unless it is `confirmed` that this older one stops at once.
    """
    allowed = bounds(OverlapDays)
    if not (allowed.low or 0) <= overlap_days <= (allowed.high or 0):
        raise Invalid.at("overlap_days", f"The old secret may sign for {allowed.words} days.", "range")
    old = vault.reveal(tenant.id, SECRET)
    if tenant.webhook_url is None or old is None:
        raise Conflict("There is no webhook whose secret could be replaced. Set its address first.")
    webhook, at = webhook_of(tenant), now()
    if not confirmed and webhook.previous_secret_until is not None and webhook.previous_secret_until > at:
        raise Conflict(
            "The secret before this one is still in use. If you replace it again now, that older one stops at once."
        )
    _keep_previous(actor, tenant, webhook, old if overlap_days else None, overlap_days)
    made = new_secret()
    vault.put(tenant.id, SECRET, made, actor.username)
    changes = audit.changed_fields(webhook) | {SECRET: audit.SECRET}
    tenant.updated_at = at  # a new version of the settings
    audit.record(actor, Event.WEBHOOK_SECRET_ROTATED, webhook, tenant=tenant, changes=changes)
    return made


@action(Permission.TENANTS_EDIT)
def revoke_previous_secret(actor: Actor, tenant: Tenant) -> None:
    """Let the secret before stop signing at once. Raises Conflict where none does."""
    webhook = webhook_of(tenant)
    if webhook.previous_secret_until is None or webhook.previous_secret_until <= now():
        raise Conflict("No older secret is in use.")
    _keep_previous(actor, tenant, webhook, None, 0)
    audit.record(actor, Event.WEBHOOK_SECRET_REVOKED, webhook, tenant=tenant)


@action(Permission.TENANTS_ADMINISTER)
def forget_old_secrets(actor: Actor) -> int:
    """Remove secrets whose time beside their successors is over, up to 500 at once; give how many. Daily work."""
    over = select(Webhook).where(Webhook.previous_secret_until <= now()).limit(AT_ONCE)
    rows = db.session.scalars(over.with_for_update(skip_locked=True)).all()
    ids = [row.tenant_id for row in rows]
    tenants = {row.id: row for row in db.session.scalars(select(Tenant).where(Tenant.id.in_(ids)))}
    for row in rows:
        tenant = tenants[row.tenant_id]
        _keep_previous(actor, tenant, row, None, 0)
        audit.record(actor, Event.WEBHOOK_SECRET_REVOKED, row, tenant=tenant, note="its time was over")
    return len(rows)


def _keep_previous(actor: Actor, tenant: Tenant, webhook: Webhook, secret: str | None, days: int) -> None:
    if secret is None:
        vault.forget(tenant.id, PREVIOUS)
        webhook.previous_secret_until = None
    else:
        vault.put(tenant.id, PREVIOUS, secret, actor.username)
        webhook.previous_secret_until = now() + timedelta(days=days)
