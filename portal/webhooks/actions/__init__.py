"""What is done about webhooks."""

from __future__ import annotations

from portal.webhooks.actions.announcing import announce, announce_member, announce_update
from portal.webhooks.actions.holding import (
    choose_events,
    pause_webhook,
    resume_webhook,
    switch_off_webhook,
    switch_on_webhook,
)
from portal.webhooks.actions.parting import say_farewell
from portal.webhooks.actions.resending import send_again, send_failed_again, send_test
from portal.webhooks.actions.rotating import forget_old_secrets, revoke_previous_secret, rotate_secret
from portal.webhooks.actions.tidying import forget_old_deliveries

__all__ = [
    "announce",
    "announce_member",
    "announce_update",
    "choose_events",
    "forget_old_deliveries",
    "forget_old_secrets",
    "pause_webhook",
    "resume_webhook",
    "revoke_previous_secret",
    "rotate_secret",
    "say_farewell",
    "send_again",
    "send_failed_again",
    "send_test",
    "switch_off_webhook",
    "switch_on_webhook",
]
