"""Calls as JSON documents."""

from __future__ import annotations

from typing import Any

from portal.foundation.clock import rfc3339
from portal.usage.models import Call, Recording


def call_document(call: Call, recording: Recording | None = None) -> dict[str, Any]:
    """Give a call in the v1 dialect."""
    return {
        "tenant_id": str(call.tenant_id),
        "call_id": call.call_id,
        "status": call.status,
        "direction": call.direction,
        "agent_id": call.agent_id,
        "from": call.caller,
        "to": call.callee,
        "started_at": rfc3339(call.started_at),
        "ended_at": rfc3339(call.ended_at) if call.ended_at else None,
        "duration_seconds": call.duration_seconds,
        "sentiment_score": call.sentiment_score,
        "recording_admitted": call.recording_admitted,
        "recording_bytes": recording.size_bytes if recording else None,
        "cents": call.cents,
    }
