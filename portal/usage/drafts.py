"""What the platform says of calls. The names are v1's; aliases are v2's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import create_model

from portal.foundation.drafts import Draft
from portal.foundation.limits import Count, Moment
from portal.usage import limits
from portal.usage.limits import Direction, EndStatus

_FROM: dict[str, Any] = {"from": (limits.PhoneNumber | None, None)}
_WithFrom: Any = create_model("_WithFrom", __base__=Draft, **_FROM)
"""A draft with the field `from`, a word that Python keeps for itself: read it as `caller`."""


class NewCall(_WithFrom):
    """What is asked before a call starts. Without `started_at` it starts now."""

    call_id: limits.CallId
    direction: Direction = Direction.INBOUND
    agent_id: limits.AgentId | None = None
    to: limits.PhoneNumber | None = None
    started_at: Moment | None = None

    @property
    def caller(self) -> str | None:
        """Who calls: the field `from`."""
        number: str | None = getattr(self, "from")
        return number

    def told(self) -> dict[str, Any]:
        """Give what was said of the call, by the names that `Call` has for it; nothing of what was not."""
        given = {_COLUMNS.get(name, name): value for name, value in self.given().items() if name in _OF_THE_START}
        return {name: value for name, value in given.items() if value is not None}


_OF_THE_START = ("direction", "agent_id", "from", "to", "started_at")
_COLUMNS = {"from": "caller", "to": "callee"}


class CallEnd(Draft):
    """How a call ended. Without `ended_at` it ended its duration after its start, or now where none is given."""

    status: EndStatus
    ended_at: Moment | None = None
    duration_seconds: limits.Duration | None = None
    sentiment_score: limits.Sentiment | None = None
    recording_bytes: Count | None = None


class FinishedCall(NewCall):
    """A line of a batch: a call that is over, of any tenant."""

    tenant_id: UUID
    started_at: Moment
    status: EndStatus
    duration_seconds: limits.Duration
    ended_at: Moment | None = None
    sentiment_score: limits.Sentiment | None = None
    recording_bytes: Count | None = None

    def end(self) -> CallEnd:
        """Give how it ended."""
        return CallEnd.model_construct(**{name: getattr(self, name) for name in CallEnd.model_fields})
