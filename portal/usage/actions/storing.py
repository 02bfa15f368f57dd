"""Storing finished calls, many at once. Facts are not refused by limits; each is stored once whatever is sent again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Fault, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.plans.queries import plan_by_key
from portal.usage.actions.admitting import check_start
from portal.usage.actions.ending import check_end, close, recorded
from portal.usage.actions.telling import tell_of_use
from portal.usage.customer import Customer
from portal.usage.drafts import FinishedCall
from portal.usage.figures import Ledger, worth
from portal.usage.judgement import may_record
from portal.usage.limits import CallStatus, Direction
from portal.usage.models import Call
from portal.usage.retention import kept_since
from portal.usage.turn import in_turn


@dataclass(frozen=True)
class Outcome:
    """What came of one line: `new`, `ended` (it was running), `repeated`, or refused with its `fault`."""

    word: str
    fault: Fault | None = None


@action(Permission.CALLS_REPORT, lock=in_turn)
def store_calls(_actor: Actor, tenant: Customer, lines: Sequence[FinishedCall]) -> list[Outcome]:
    """Store calls of one tenant that are over, and give what came of each line, in their order.

    What is stored already stays as it is; a call that was admitted and runs still is ended. Live admissions wait
    meanwhile: give a thousand lines or so at a time.
    """
    return _Entry(tenant, lines).outcomes


class _Entry:
    """The lines of one transaction, entered one after the other."""

    def __init__(self, tenant: Customer, lines: Sequence[FinishedCall]) -> None:
        self.tenant, self.at = tenant, now()
        self.plan = plan_by_key(tenant.billing_plan)
        ids = [line.call_id for line in lines]
        known = db.session.scalars(select(Call).where(Call.tenant_id == tenant.id, Call.call_id.in_(ids)))
        self.known = {call.call_id: call for call in known}
        self.counted: dict[date, Counter[str]] = defaultdict(Counter)
        self.latest: datetime | None = None
        self.kept = kept_since([tenant], self.at)[tenant.id]
        self.ledger, self.recorded_bytes = Ledger(tenant, self.at), 0
        self.records = may_record(tenant, self.ledger.standing.recording_bytes, self.at)
        self.outcomes = [self._enter(line) for line in lines]
        self._count()

    def _enter(self, line: FinishedCall) -> Outcome:
        call = self.known.get(line.call_id)
        if call is not None and call.status != CallStatus.ACTIVE:
            return Outcome("repeated")
        end = line.end()
        try:
            if call is None:
                check_start(self.tenant, line.started_at, self.at, self.kept)
            check_end(call.started_at if call else line.started_at, end, self.at)
        except Invalid as refusal:
            return Outcome("refused", refusal.faults[0])
        before = worth(call) if call is not None else Counter()
        word = "new" if call is None else "ended"
        call = call or self._new(line)
        close(call, end, self.at)
        if recording := recorded(call, end):
            db.session.add(recording)
            self.recorded_bytes += recording.size_bytes
        counted = self.counted[call.started_at.date()]
        counted.update(worth(call))
        counted.subtract(before)
        return Outcome(word)

    def _new(self, line: FinishedCall) -> Call:
        call = Call(
            tenant_id=self.tenant.id,
            call_id=line.call_id,
            price=self.plan.price_on(line.started_at.date()),
            recording_admitted=self.records,
            **{"direction": Direction.INBOUND, **line.told()},
        )
        db.session.add(call)
        self.known[line.call_id] = call
        self.latest = max(self.latest or call.started_at, call.started_at)
        return call

    def _count(self) -> None:
        with self.ledger as ledger:
            ledger.keep_recording(self.recorded_bytes)
            for day, counted in self.counted.items():
                ledger.enter(day, counted)
            if self.latest is not None:
                ledger.began(self.latest)
            if self.counted:
                tell_of_use(ledger, self.tenant)
