"""What webhooks send, for those who receive it: every event with an example, and how a signature is checked."""

from __future__ import annotations

import inspect
import json

from werkzeug.wrappers import Response

from portal.web.access import public
from portal.web.pages import page
from portal.webhooks import sample_receiver
from portal.webhooks.events import EVENTS, THIN, EventKind
from portal.webhooks.limits import EventType
from portal.webhooks.pages.blueprints import blueprint

HAPPENED = "2026-11-20T09:30:00Z"


@blueprint.get("/api/docs/events")
@public
def events() -> Response:
    """Show every event with an example, and how a signature is checked."""
    return page(
        "webhooks/events.html",
        events=[(event, kind.words, _example(event, kind)) for event, kind in EVENTS.items()],
        thin=sorted(THIN),
        sample=inspect.getsource(sample_receiver),
    )


def _example(event: EventType, kind: EventKind) -> str:
    body = {"type": event.value, "timestamp": HAPPENED, "data": kind.example, "sequence": 42, "occurred_at": HAPPENED}
    return json.dumps(body, ensure_ascii=False, indent=2)
