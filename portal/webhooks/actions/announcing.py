"""Telling a tenant's webhook what happens: a row in the outbox, in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.models import User
from portal.foundation import audit
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.tenants.models import Tenant
from portal.webhooks.events import thinned
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery, Webhook, WebhookStream

_NAMED = ("name", "slug")


def announce(tenant: Tenant, event: EventType, **facts: Any) -> Delivery | None:
    """Write an event into the outbox, within the running transaction: so neither exists without what it tells of.

    `facts` become the event's `data`, beside the tenant's id and, for events of the tenant itself, its name and slug;
    under HIPAA only ids and names of fields stay. Gives None, and writes nothing, where the tenant has no webhook or
    did not choose the event. The tenant's row has to be in the database already.
    """
    if tenant.webhook_url is None:
        return None
    webhook = db.session.get(Webhook, tenant.id)
    if not chosen(webhook, event):
        return None
    at = now()
    held = webhook is not None and webhook.held
    delivery = Delivery(
        id=new_id(),
        tenant_id=tenant.id,
        event=event,
        data=told(tenant, event, facts),
        occurred_at=at,
        sequence=_next_in_line(tenant.id),
        due_at=None if held else at,
    )
    db.session.add(delivery)
    return delivery


def announce_update(tenant: Tenant, changes: Mapping[str, Any]) -> Delivery | None:
    """Announce `tenant.updated` with what an audit record says of it: field → [before, after], or that it changed."""
    pairs = {name: change for name, change in changes.items() if change != audit.SECRET}
    return announce(
        tenant,
        EventType.TENANT_UPDATED,
        changed=sorted(changes),
        changes={name: {"before": before, "after": after} for name, (before, after) in pairs.items()},
    )


def announce_member(tenant: Tenant, event: EventType, user: User, **facts: Any) -> Delivery | None:
    """Announce `member.added` or `member.removed` of somebody."""
    return announce(tenant, event, user_id=user.id, username=user.username, **facts)


def chosen(webhook: Webhook | None, event: EventType) -> bool:
    """Say whether a webhook wants an event; a test is always wanted."""
    return event == EventType.PING or webhook is None or webhook.events is None or event.value in webhook.events


def told(tenant: Tenant, event: EventType, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the `data` of an event: thin where the tenant is under HIPAA."""
    named = _NAMED if event.startswith("tenant.") else ()
    data = {"tenant_id": str(tenant.id), **{name: getattr(tenant, name) for name in named}}
    data |= {name: audit.plain(value) for name, value in facts.items()}
    return thinned(data) if tenant.hipaa_enabled else data


def _next_in_line(tenant_id: UUID) -> int:
    """Give the tenant's next number, and hold the line until the transaction ends: whoever gets a higher one commits
    later."""
    kind = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    first = kind.insert(WebhookStream).values(tenant_id=tenant_id, last_sequence=1)
    following = first.on_conflict_do_update(
        index_elements=["tenant_id"], set_={"last_sequence": WebhookStream.last_sequence + 1}
    )
    return db.session.execute(following.returning(WebhookStream.last_sequence)).scalar_one()
