"""Records as they would be stored, for the sentences made from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.ids import new_id
from portal.foundation.permissions import Door


def record(event: str = Event.TENANT_UPDATED, changes: dict[str, Any] | None = None, **fields: Any) -> AuditRecord:
    """Give a record of olive, the owner of Acme, five minutes ago in the web, but for what is said otherwise."""
    usual: dict[str, Any] = {
        "id": new_id(),
        "at": now() - timedelta(minutes=5),
        "door": Door.WEB,
        "actor_id": new_id(),
        "actor_name": "olive",
        "actor_standing": "owner",
        "address": "192.0.2.1",
        "tenant_id": new_id(),
        "tenant_name": "Acme Corp",
        "tenant_slug": "acme",
        "subject_type": "tenants",
        "subject_id": str(new_id()),
        "subject_label": "Acme Corp",
        "note": None,
    }
    return AuditRecord(event=event, changes=changes or {}, **{**usual, **fields})
