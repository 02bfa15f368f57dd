"""A record as a sentence that can be read aloud: who did what, through which door, when, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_timedelta
from markupsafe import Markup

from portal.audit_log.changes import pair
from portal.audit_log.parts import Parts, plain, say
from portal.audit_log.stories import STORIES, Recorded
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.permissions import Door

WHO = {
    "owner": "The owner",
    "manager": "A manager",
    "viewer": "A viewer",
    "admin": "The platform administrator",
    "support": "Support",
    "business": "A business user",
    "developer": "A developer",
}
"""What somebody is called, by what they were to the tenant or on the platform then."""

DOORS: Mapping[str, str] = {
    Door.WEB: "in the web",
    Door.API: "through the API",
    Door.COMMAND_LINE: "on the command line",
    Door.IMPORT: "by import",
    Door.SYSTEM: "by the system",
}


@dataclass(frozen=True)
class Sentence:
    """Who did what, through which door, when, and why; `name` is the username where there is one.

    `str()` gives it whole. In a page it stands without its moment, which is shown beside, and without the door where
    that is the page's own; names are in <bdi>.
    """

    who: str
    name: str | None
    did: Parts
    door: str | None
    at: datetime
    reason: str | None

    @property
    def said(self) -> str:
        """Who did what, and no more."""
        return f"{self.who} {plain(self.did)}"

    @property
    def ago(self) -> str:
        """How long ago it was."""
        passed = now() - self.at
        if abs(passed.total_seconds()) < 45:
            return "just now"
        words = format_timedelta(abs(passed), threshold=0.95, locale="en_US")
        return f"{words} ago" if passed.total_seconds() > 0 else f"in {words}"

    def __str__(self) -> str:
        whole = ", ".join(each for each in (self.said, self.door, self.ago) if each)
        return f"{whole}: “{self.reason}”" if self.reason else whole

    def __html__(self) -> str:
        did = Markup().join(
            Markup("<bdi>{}</bdi>").format(part.text) if part.chosen else part.text for part in self.did
        )
        door = Markup(", {}").format(self.door) if self.door and self.door != DOORS[Door.WEB] else ""
        reason = Markup(": “<bdi>{}</bdi>”").format(self.reason) if self.reason else ""
        return str(Markup("{} {}{}{}").format(self.who, did, door, reason))


def sentence_of(record: Recorded) -> Sentence:
    """Turn a record into its sentence, whatever it holds; an event of a later version is said by its name."""
    who = _who(record)
    tell = STORIES.get(record.event) or (lambda each: say(str(each.event).replace(".", " ").replace("_", " ")))
    return Sentence(
        who=who,
        name=record.actor_name if record.actor_id is not None else None,
        did=tell(record),
        door=DOORS.get(record.door) if who != "The system" else None,
        at=record.at,
        reason=record.note or _kept_reason(record),
    )


def _who(record: Recorded) -> str:
    if record.actor_id is not None:
        return WHO.get(record.actor_standing, "Somebody")
    if record.actor_standing not in WHO:
        return "Somebody not signed in"
    return "The operator" if record.door == Door.COMMAND_LINE else "The system"


def _kept_reason(record: Recorded) -> str | None:
    reason = pair(record.changes.get("suspension_reason"))[1] if record.event == Event.TENANT_SUSPENDED else None
    return reason if isinstance(reason, str) else None
