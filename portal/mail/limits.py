"""What a message may be."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, Len

from portal.foundation.limits import CleanText, Count


class Kind(StrEnum):
    """Everything people are told by mail. Each has its words in `templates/mail/<kind>.txt`."""

    CONFIRM_ADDRESS = "confirm_address"
    TENANT_SUSPENDED = "tenant_suspended"
    TENANT_RESUMED = "tenant_resumed"
    TENANT_DEACTIVATED = "tenant_deactivated"
    TENANT_RESTORED = "tenant_restored"
    TENANT_DELETED = "tenant_deleted"
    WEBHOOK_SWITCHED_OFF = "webhook_switched_off"
    MEMBER_ADDED = "member_added"
    TRIAL_ENDING = "trial_ending"
    TRIAL_ENDED = "trial_ended"
    OVERRIDE_ENDED = "override_ended"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind of mail
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of mail
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    REQUEST_GRANTED = "request_granted"
    REQUEST_DECLINED = "request_declined"
    LIMIT_THRESHOLD = "limit_threshold"
    CALLS_REFUSED = "calls_refused"


class State(StrEnum):
    """How far a message has come. `dropped`: by the time it was to be sent, there was nothing to tell any more."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


Address = Annotated[str, Len(3, 254)]
Attempts = Count
Code = Annotated[int, Interval(ge=200, le=599)]
"""What a mail server answers."""
Milliseconds = Count
Words = Annotated[str, CleanText, Len(1, 300)]

WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds that a message waits before each further attempt; after the last one it is given up."""
JITTER_PERCENT = 10
"""By how much such a wait may be longer, at random."""
