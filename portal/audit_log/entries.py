"""One entry of the trail, as much of it as the one who reads may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from portal.audit_log.changes import Change, lines
from portal.audit_log.sentences import Sentence, sentence_of

_BEGINNINGS = (".created", ".signed_up", ".added")


@dataclass(frozen=True)
class Entry:
    """An audit record read for somebody. `address` is None for those who may not see where others work from."""

    id: UUID
    at: datetime
    event: str
    door: str
    actor_id: UUID | None
    actor_name: str
    actor_standing: str
    address: str | None
    tenant_id: UUID | None
    tenant_name: str | None
    tenant_slug: str | None
    subject_type: str
    subject_id: str | None
    subject_label: str
    changes: dict[str, Any]
    note: str | None

    @cached_property
    def sentence(self) -> Sentence:
        """Who did what, when, and why."""
        return sentence_of(self)

    @cached_property
    def details(self) -> tuple[Change, ...]:
        """What changed, a line a field."""
        return lines(self.changes)

    @property
    def begins(self) -> bool:
        """Whether something came to be, so that there is no before to show."""
        return self.event.endswith(_BEGINNINGS)
