"""What a webhook's fields may hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, Len

from portal.foundation.limits import CleanText, Count


class EventType(StrEnum):
    """Everything a webhook is told, by the name it has in the body."""

    TENANT_CREATED = "tenant.created"
    TENANT_UPDATED = "tenant.updated"
    TENANT_SUSPENDED = "tenant.suspended"
    TENANT_RESUMED = "tenant.resumed"
    TENANT_DEACTIVATED = "tenant.deactivated"
    TENANT_RESTORED = "tenant.restored"
    TENANT_DELETED = "tenant.deleted"
    MEMBER_ADDED = "member.added"
    MEMBER_REMOVED = "member.removed"
    LIMIT_THRESHOLD = "limit.threshold"
    CALL_REFUSED = "call.refused"
    PING = "ping"


class DeliveryState(StrEnum):
    """How far a delivery has come. `dropped`: the address was taken away before it could be sent."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DROPPED = "dropped"


OverlapDays = Annotated[int, Interval(ge=0, le=7)]
"""How many days a secret that was replaced still signs beside the new one."""
Reason = Annotated[str, CleanText, Len(1, 300)]
Attempts = Count
Status = Annotated[int, Interval(ge=100, le=999)]
Milliseconds = Count

ANSWER_BYTES = 64 * 1024
"""How much of an answer is read and kept."""
