"""The ways to say no. A door turns each into its status: a page, a fragment or a problem document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing wrong with what was asked: the field's name (None: the whole), a sentence, and a short machine word."""

    field: str | None
    message: str
    kind: str = "value_error"


class Refusal(Exception):
    """The base of every no. `type` names it for programs, `message` says it to people."""

    type = "refused"
    extra: Mapping[str, Any] = {}
    """What else programs are told, by name."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refusal):
    """What was asked for cannot be (422). Carries one `Fault` or more."""

    type = "invalid-input"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults

    @classmethod
    def at(cls, name: str, message: str, kind: str = "value_error") -> Invalid:
        """Give a refusal of one field."""
        return cls(Fault(name, message, kind))


class NotSignedIn(Refusal):
    """Nobody, or nobody any more, stands behind this request (401)."""

    type = "not-signed-in"


class Forbidden(Refusal):
    """The person may see this but not do it (403)."""

    type = "forbidden"


class NotFound(Refusal):
    """There is no such thing for this person (404): what is not yours is not found."""

    type = "not-found"


class Gone(Refusal):
    """It was here once and cannot be used any more (410)."""

    type = "gone"


class Moved(Refusal):
    """It has another name now. `view_args` are the parts of the address that changed."""

    type = "moved"

    def __init__(self, **view_args: Any) -> None:
        super().__init__("This has moved.")
        self.view_args = view_args


class Conflict(Refusal):
    """Something else stands against it now (409)."""

    type = "conflict"


class Stale(Conflict):
    """Somebody else changed it in between (409 in a form, 412 in the API). `changed` names the fields that differ."""

    type = "changed-in-between"

    def __init__(self, message: str, changed: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.changed = tuple(changed)


@dataclass
class TooMany(Refusal):
    """Asked too often, or over a limit (429). `retry_after` is in seconds."""

    message: str
    retry_after: int | None = None
    type: str = "too-many-requests"
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.message)
