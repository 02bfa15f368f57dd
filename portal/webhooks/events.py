"""What each event tells, with an example; and what of it is left out where a tenant's data is protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.webhooks.limits import EventType

_TENANT = {"tenant_id": "0199c2a4-6f1e-7cc2-9d0e-3b1f6a2d4c58", "name": "Acme Corp", "slug": "acme"}
_USER = {"user_id": "0199c2a4-9b07-7f31-8f6a-5d2c7e9b1a40", "username": "olive"}


@dataclass(frozen=True)
class EventKind:
    """An event as the documentation has it: what it means in a sentence, and the `data` of an example."""

    words: str
    example: Mapping[str, Any]


EVENTS: Mapping[EventType, EventKind] = {
    EventType.TENANT_CREATED: EventKind(
        "The tenant was created.", _TENANT | {"status": "active", "kind": "standard", "plan": "starter"}
    ),
    EventType.TENANT_UPDATED: EventKind(
        "Settings of the tenant were changed, its plan among them. Of a secret it says only that it changed.",
        _TENANT
        | {
            "changed": ["max_concurrent_calls", "webhook_secret"],
            "changes": {"max_concurrent_calls": {"before": None, "after": 25}},
        },
    ),
    EventType.TENANT_SUSPENDED: EventKind(
        "A platform administrator stopped services of the tenant. Without “until” it lasts until it is lifted.",
        _TENANT | {"reason": "An invoice is overdue.", "services": ["calls", "sip"], "until": "2026-12-01T00:00:00Z"},
    ),
    EventType.TENANT_RESUMED: EventKind("The suspension was lifted, or its end has come.", _TENANT),
    EventType.TENANT_DEACTIVATED: EventKind("The tenant was made inactive. Nothing is lost.", _TENANT),
    EventType.TENANT_RESTORED: EventKind("The tenant was made active again.", _TENANT | {"status": "active"}),
    EventType.TENANT_DELETED: EventKind(
        "The tenant was deleted for good. This is the last event; what waited to be sent went with the tenant.", _TENANT
    ),
    EventType.MEMBER_ADDED: EventKind(
        "Somebody became a member of the tenant, or has another role there: then “previous_role” is not null.",
        {"tenant_id": _TENANT["tenant_id"], **_USER, "role": "manager", "previous_role": None},
    ),
    EventType.MEMBER_REMOVED: EventKind(
        "Somebody is no longer a member of the tenant.",
        {"tenant_id": _TENANT["tenant_id"], **_USER, "role": "viewer"},
    ),
    EventType.LIMIT_THRESHOLD: EventKind(
        "Use has reached 50, 80, 90 or 100 per cent of the monthly limit of calls. Once each a month.",
        {
            "tenant_id": _TENANT["tenant_id"],
            "limit": "monthly_call_limit",
            "percent": 80,
            "used": 800,
            "allowed": 1000,
            "month": "2026-11",
        },
    ),
    EventType.CALL_REFUSED: EventKind(
        "A call was not admitted: at a limit, or because the tenant's calls are stopped. Told for the first of "
        "each day (UTC); all of them stand on the page of calls.",
        {
            "tenant_id": _TENANT["tenant_id"],
            "call_id": "CA-5f0c2e",
            "direction": "inbound",
            "reason": "concurrent",
        },
    ),
    EventType.PING: EventKind(
        "A test, sent when somebody asks for one. It changes nothing.", {"tenant_id": _TENANT["tenant_id"]}
    ),
}
"""Every event; a test goes over the enum, and compares what is announced with the examples."""

THIN = frozenset(
    {"tenant_id", "user_id", "call_id", "changed", "limit", "percent", "month", "role", "previous_role", "status"}
)
"""What is left of `data` under HIPAA: ids, names of fields, and words that say nothing about anybody."""


def thinned(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave of an event's data what may be told under HIPAA."""
    return {name: value for name, value in data.items() if name in THIN}
