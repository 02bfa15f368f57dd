"""What calls and refusals are called on pages."""

from __future__ import annotations

from portal.usage.limits import CallStatus, Refusal, Source
from portal.usage.models import RefusedCall

OUTCOME_WORDS = {
    CallStatus.ACTIVE.value: "Running",
    CallStatus.COMPLETED.value: "Completed",
    CallStatus.FAILED.value: "Failed",
    CallStatus.NO_ANSWER.value: "No answer",
    "refused": "Refused",
}
TONES = {
    CallStatus.ACTIVE.value: "info",
    CallStatus.COMPLETED.value: "good",
    CallStatus.FAILED.value: "bad",
    CallStatus.NO_ANSWER.value: "neutral",
}
REFUSAL_WORDS = {
    Refusal.CONCURRENT: "Too many calls at once",
    Refusal.MONTHLY: "The month's calls were used up",
    Refusal.MINUTES: "The month's minutes were used up",
    Refusal.SUSPENDED: "The tenant was suspended",
    Refusal.INACTIVE: "The tenant was inactive",
    Refusal.TRIAL_ENDED: "The trial had ended",
}
FIGURE_WORDS = {"calls": "Calls", "minutes": "Minutes", "cost": "Cost", "peak": "Calls at once", "refused": "Refused"}
FIGURE_UNITS = {"calls": "calls", "minutes": "minutes", "cost": "dollars", "peak": "at once", "refused": "refused"}
_SOURCES = {
    Source.PLAN: "the plan’s value",
    Source.OWN: "the tenant’s own value",
    Source.OVERRIDE: "an administrator’s override",
}


def why(refusal: RefusedCall) -> str:
    """Say why a call was refused: the limit as it was then, where its value came from, who set it and why."""
    words = REFUSAL_WORDS[Refusal(refusal.reason)]
    if refusal.limit_value is None:
        return f"{words}{_because(refusal)}."
    source = f", {_SOURCES[Source(refusal.source)]}" if refusal.source else ""
    plan = f" of {refusal.plan_key}" if refusal.source == Source.PLAN else ""
    who = f", set by {refusal.set_by}" if refusal.set_by else ""
    return f"{words}: {refusal.used or 0:,} of {refusal.limit_value:,}{source}{plan}{who}{_because(refusal)}."


def _because(refusal: RefusedCall) -> str:
    return f" (“{refusal.because}”)" if refusal.because else ""


def length(seconds: int | None) -> str:
    """Write seconds as people say them: 42 s, 3:05, 1:02:09."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
