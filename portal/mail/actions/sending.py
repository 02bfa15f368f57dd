"""What the worker writes down about mail: what it takes, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.foundation.leases import anything_due, give_back, lease, renew, settle
from portal.foundation.permissions import Actor, Permission
from portal.foundation.schedules import Schedule
from portal.mail.limits import JITTER_PERCENT, WAITS, Kind, State
from portal.mail.models import MailAttempt, Message
from portal.mail.outcomes import Fate, Outcome

log = logging.getLogger(__name__)

SCHEDULE = Schedule(WAITS, JITTER_PERCENT)

MakeToken = Callable[[Actor, UUID | None, str], str | None]
"""Makes the token of a one-time link for a user and an address; None where nobody needs one any more."""


@dataclass(frozen=True)
class Taken:
    """A message that was taken to be sent. The token of its one-time link is kept nowhere else."""

    id: UUID
    lease: UUID
    kind: Kind
    to_address: str
    to_name: str | None
    facts: Mapping[str, Any]
    written_at: datetime
    attempts: int
    token: str | None

    at_once = 1

    @property
    def group(self) -> UUID:
        """No message waits for another one."""
        return self.id

    @property
    def doubtful(self) -> bool:
        """Whether it failed before: such ones leave half of the threads to the others."""
        return self.attempts > 0


def anything_to_send(*, even_again: bool) -> bool:
    """Say whether a message is due; only reads."""
    return anything_due(Message, *([] if even_again else [Message.attempts == 0]))


@action(Permission.JOBS_RUN)
def take_due(
    actor: Actor, rows: int, doubtful: int, seconds: float, tokens: Mapping[Kind, MakeToken]
) -> Sequence[Taken]:
    """Lease up to `rows` due messages for `seconds`, at most `doubtful` of them such as failed before. `tokens` make
    one-time links for the kinds that hold one; a message whose link nobody needs any more is dropped."""
    taken = list(lease(Message, rows, seconds, Message.attempts == 0))
    room = min(rows - len(taken), doubtful)
    taken += lease(Message, room, seconds, Message.attempts > 0) if room > 0 else ()
    ready = [each for message in taken if (each := _ready(actor, message, tokens)) is not None]
    for message in taken:
        db.session.expunge(message)
    return ready


def _ready(actor: Actor, message: Message, tokens: Mapping[Kind, MakeToken]) -> Taken | None:
    assert message.lease is not None
    kind, token = Kind(message.kind), None
    if kind in tokens:
        token = tokens[kind](actor, message.user_id, message.to_address)
        if token is None:
            settle(Message, message.id, message.lease, due_at=None, state=State.DROPPED, settled_at=now())
            return None
    return Taken(
        id=message.id,
        lease=message.lease,
        kind=kind,
        to_address=message.to_address,
        to_name=message.to_name,
        facts=message.facts,
        written_at=message.written_at,
        attempts=message.attempts,
        token=token,
    )


@action(Permission.JOBS_RUN)
def record_outcomes(actor: Actor, done: Sequence[tuple[Taken, Outcome]]) -> None:  # noqa: ARG001 - every action takes its actor
    """Settle messages by what came of them, with an attempt each. One whose lease was lost is passed over."""
    at = now()
    kept = [
        (taken, outcome) for taken, outcome in done if settle(Message, taken.id, taken.lease, **_so(taken, outcome, at))
    ]
    if kept:
        db.session.execute(insert(MailAttempt), [_attempt(taken, outcome, at) for taken, outcome in kept])
    for taken, outcome in kept:
        if outcome.error:
            log.warning("mail not sent", extra={"id": str(taken.id), "kind": taken.kind.value, "why": outcome.error})


@action(Permission.JOBS_RUN)
def keep_taken(actor: Actor, leases: Collection[UUID], seconds: float) -> None:  # noqa: ARG001 - every action takes its actor
    """Hold leases for `seconds` from now on."""
    renew(Message, leases, seconds)


@action(Permission.JOBS_RUN)
def give_back_taken(actor: Actor, taken: Sequence[Taken]) -> None:  # noqa: ARG001 - every action takes its actor
    """Give leases back undone."""
    give_back(Message, {each.lease for each in taken}, {each.id for each in taken})


def _so(taken: Taken, outcome: Outcome, at: datetime) -> dict[str, Any]:
    attempts = taken.attempts + 1
    if outcome.fate is Fate.AGAIN and (wait := SCHEDULE.next_wait(attempts)) is not None:
        return {"attempts": attempts, "due_at": at + timedelta(seconds=wait)}
    state = State.SENT if outcome.fate is Fate.TAKEN else State.FAILED
    return {"attempts": attempts, "due_at": None, "state": state, "settled_at": at}


def _attempt(taken: Taken, outcome: Outcome, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "message_id": taken.id,
        "number": taken.attempts + 1,
        "at": at - timedelta(milliseconds=outcome.took_ms),
        "took_ms": outcome.took_ms,
        "code": outcome.code,
        "error": outcome.error,
    }
