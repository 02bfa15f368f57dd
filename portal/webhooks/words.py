"""What webhooks and deliveries are called on pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from portal.foundation.clock import now
from portal.web.words import ago
from portal.webhooks.exchange import Answer
from portal.webhooks.models import Delivery
from portal.webhooks.parcels import body_of
from portal.webhooks.state import WebhookState

STATE_WORDS: Mapping[WebhookState, str] = {
    WebhookState.FAILING: "Failing",
    WebhookState.OFF: "Switched off",
    WebhookState.PAUSED: "Paused",
    WebhookState.ON: "On",
}
STATE_TONES: Mapping[WebhookState, str] = {
    WebhookState.FAILING: "warn",
    WebhookState.OFF: "bad",
    WebhookState.PAUSED: "info",
    WebhookState.ON: "good",
}


def came_of_test(answer: Answer) -> tuple[str, str]:
    """Say what came of a test, with its tone."""
    if answer.taken:
        return f"The test has arrived: the receiver answered {answer.status} in {duration(answer.took_ms)}.", "good"
    return f"The test has not arrived. {answer.error}", "bad"


def duration(milliseconds: int) -> str:
    """Write a duration as people say it: 42 ms, 3.1 s."""
    return f"{milliseconds:,} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def next_try(at: datetime) -> str:
    """Say when a delivery is tried next: one whose moment has come waits for a worker only."""
    seconds = (at - now()).total_seconds()
    return ago(at) if seconds >= 45 else "in a moment" if seconds > 0 else "as soon as a worker is free"


def pretty(sent: Delivery) -> str:
    """Write a delivery's body for reading; it is sent without the spaces."""
    return json.dumps(json.loads(body_of(sent)), ensure_ascii=False, indent=2)


def deliveries(number: int) -> str:
    """Write how many deliveries."""
    return "1 delivery" if number == 1 else f"{number:,} deliveries"
