"""Ending a call: what it lasted and cost goes into the figures of the day on which it started."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import ceil

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid, NotFound
from portal.foundation.permissions import Actor, Permission
from portal.usage import queries
from portal.usage.customer import Customer
from portal.usage.drafts import CallEnd
from portal.usage.figures import Ledger, cost, worth
from portal.usage.limits import CALL_ID_PATTERN, CLOCKS_DIFFER, CallStatus, EndStatus
from portal.usage.models import Call, Recording
from portal.usage.turn import in_turn


@action(Permission.CALLS_REPORT, lock=in_turn)
def end_call(_actor: Actor, tenant: Customer, call_id: str, draft: CallEnd) -> tuple[Call, Recording | None]:
    """End a call; give it with its recording where it has one.

    Ending it again changes nothing but what had been left out, such as a score that came later. Raises NotFound
    where it never began, Conflict where it has ended otherwise, Invalid where the moments do not fit.
    """
    told = queries.told(tenant.id, call_id) if re.match(CALL_ID_PATTERN, call_id) else None
    if told is None:
        raise NotFound("There is no call with this id. Ask for it before it starts.")
    call, recording = told
    if call.status == CallStatus.ACTIVE:
        at = now()
        check_end(call.started_at, draft, at)
        before = worth(call)
        close(call, draft, at)
    else:
        _check_same_end(call, recording, draft)
        before = worth(call)
        if call.sentiment_score is None:
            call.sentiment_score = draft.sentiment_score
    changed = worth(call)
    changed.subtract(before)
    with Ledger(tenant, now()) as ledger:
        if recording is None and (recording := recorded(call, draft)):
            db.session.add(recording)
            ledger.keep_recording(recording.size_bytes)
        if any(changed.values()):
            ledger.enter(call.started_at.date(), changed)
    return call, recording


def close(call: Call, end: CallEnd, at: datetime) -> None:
    """Write into a call how it ended. What is not told follows from the rest; a call nobody answered lasted nothing."""
    duration, ended_at = end.duration_seconds, end.ended_at
    if ended_at is None:
        # The end may be told late: the duration says more than the clock does.
        ended_at = max(at, call.started_at) if duration is None else call.started_at + timedelta(seconds=duration)
    if duration is None:
        unanswered = end.status == EndStatus.NO_ANSWER
        duration = 0 if unanswered else int((ended_at - call.started_at).total_seconds())
    call.status = CallStatus(end.status.value)
    call.ended_at, call.duration_seconds = ended_at, duration
    call.sentiment_score = end.sentiment_score
    call.cents = cost(duration, call.price)


def recorded(call: Call, end: CallEnd) -> Recording | None:
    """Give the recording of a call; None where there is none, or none was admitted with the call."""
    if not end.recording_bytes or not call.recording_admitted or call.ended_at is None:
        return None
    return Recording(
        tenant_id=call.tenant_id, call_id=call.call_id, size_bytes=end.recording_bytes, created_at=call.ended_at
    )


def check_end(started_at: datetime, end: CallEnd, at: datetime) -> None:
    """Raise Invalid where a call ends before its start or further ahead than clocks differ, or lasts longer than from
    start to end. It may last less: it rings first."""
    if end.ended_at is None:
        if end.duration_seconds is None and at - started_at > _LONGEST:
            raise Invalid.at(
                "duration_seconds", "Duration seconds is needed for a call that began so long ago.", "needed"
            )
        return
    if end.ended_at < started_at:
        raise Invalid.at("ended_at", "Ended at lies before the call's start.", "before_start")
    if end.ended_at > at + CLOCKS_DIFFER:
        raise Invalid.at("ended_at", "Ended at lies ahead. A call is ended when it has ended.", "future")
    elapsed = ceil((end.ended_at - started_at).total_seconds())
    if end.duration_seconds is None and elapsed > _LONGEST.total_seconds():
        raise Invalid.at("ended_at", "Ended at lies more than 31 days behind the call's start.", "too_long")
    if end.duration_seconds is not None and end.duration_seconds > elapsed:
        message = f"Duration seconds is up to {elapsed:,}: so long it was from the call's start to its end."
        raise Invalid.at("duration_seconds", message, "too_long")


_LONGEST = timedelta(days=31)


def _check_same_end(call: Call, recording: Recording | None, end: CallEnd) -> None:
    told = {name: value for name, value in end.given().items() if value is not None}
    held = {
        "status": EndStatus(str(call.status)),
        "ended_at": call.ended_at,
        "duration_seconds": call.duration_seconds,
        "sentiment_score": told.get("sentiment_score") if call.sentiment_score is None else call.sentiment_score,
        "recording_bytes": told.get("recording_bytes") if recording is None else recording.size_bytes,
    }
    differing = sorted(name for name, value in told.items() if held[name] != value)
    if differing:
        raise Conflict(f"This call has ended otherwise already; it differs in: {', '.join(differing)}.")
