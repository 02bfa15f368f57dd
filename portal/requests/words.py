"""Requests as people read them."""

from __future__ import annotations

from portal.requests.limits import PLAN, State
from portal.requests.models import Request
from portal.tenants.words import called

STATE_WORDS = {
    State.OPEN: "Open",
    State.GRANTED: "Granted",
    State.DECLINED: "Declined",
    State.WITHDRAWN: "Withdrawn",
}
TONES = {State.OPEN: "info", State.GRANTED: "good", State.DECLINED: "bad", State.WITHDRAWN: "neutral"}
"""Each state → the tint of its tag."""


def wanted(request: Request, labels: dict[str, str]) -> str:
    """Say what is asked for: "Concurrent calls: 50", "Plan: Enterprise". `labels` has the plans' by key."""
    if request.subject == PLAN:
        key = request.wanted_plan or ""
        return f"Plan: {labels.get(key, key)}"
    return f"{called(request.subject)}: {request.wanted_value or 0:,}"
