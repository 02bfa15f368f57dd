"""What somebody asks to be done about a webhook."""

from __future__ import annotations

from datetime import datetime

from portal.foundation.drafts import Draft
from portal.webhooks.limits import EventType, OverlapDays


class SecretReplacement(Draft):
    """Another secret: for how many days the old one signs too; whether an older one that still signs may stop now."""

    overlap_days: OverlapDays
    confirmed: bool = False


class EventChoice(Draft):
    """Which events are told: all of them, or those that are named."""

    all_events: bool
    events: list[EventType]


class Resending(Draft):
    """What failed since a moment is sent again."""

    since: datetime
