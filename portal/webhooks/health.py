"""When a webhook that only fails is switched off."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.webhooks.models import WebhookHealth

SWITCHED_OFF_AFTER = timedelta(days=5)
"""How long a receiver may only fail."""
FAILED_HOURS = 5
"""In how many different hours, at least, it has to have failed: one failure and five silent days are not enough."""


def count_success(health: WebhookHealth, at: datetime) -> None:
    """Any success heals."""
    health.last_success_at = at
    health.failing_since, health.failed_hours, health.counted_at = None, 0, None


def count_failure(health: WebhookHealth, at: datetime) -> bool:
    """Count a failure, once an hour; say whether the webhook has failed for so long that it is to be switched off."""
    health.last_failure_at = at
    health.failing_since = health.failing_since or at
    if health.counted_at is None or at - health.counted_at >= timedelta(hours=1):
        health.failed_hours, health.counted_at = (health.failed_hours or 0) + 1, at
    return at - health.failing_since >= SWITCHED_OFF_AFTER and health.failed_hours >= FAILED_HOURS
