"""Admitting a call, or refusing it. Both are counted in the same transaction."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, insert

from portal.foundation.actions import action
from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid, Refusal
from portal.foundation.permissions import Actor, Permission
from portal.usage import judgement, queries
from portal.usage.actions.telling import tell_of_refusal, tell_of_use
from portal.usage.customer import Customer
from portal.usage.drafts import NewCall
from portal.usage.figures import Ledger, worth
from portal.usage.judgement import Verdict
from portal.usage.limits import CLOCKS_DIFFER, REFUSALS_KEPT_A_DAY, CallStatus, Direction, longest_call
from portal.usage.models import Call, Recording, RefusedCall
from portal.usage.queries import Asked
from portal.usage.retention import kept_since
from portal.usage.turn import in_turn


@dataclass(frozen=True)
class Admission:
    """What came of asking: the call, and whether it is new; or why not."""

    call: Call | None = None
    recording: Recording | None = None
    new: bool = False
    refusal: Refusal | None = None


@action(Permission.CALLS_REPORT, lock=in_turn)
def admit_call(_actor: Actor, tenant: Customer, draft: NewCall) -> Admission:
    """Admit a call, or refuse it. The same again is admitted already, whatever has become of the tenant since.

    A refusal is returned and not raised, because it is counted and kept. Raises Invalid where `started_at` lies ahead
    or before what is kept, Conflict where another call has this id.
    """
    at = now()
    started_at = draft.started_at or at
    asked = queries.asked(tenant.id, tenant.billing_plan, draft.call_id, started_at.date())
    if asked.known and (told := queries.told(tenant.id, draft.call_id)):
        check_same(told[0], draft)
        return Admission(*told)
    # Today's calls are never removed, so that live admissions need not ask what was.
    check_start(tenant, started_at, at, at if started_at > at - _A_DAY else kept_since([tenant], at)[tenant.id])
    with Ledger(tenant, at) as ledger:
        verdict = judgement.judge(tenant, ledger.used(month_of(started_at)), asked.running, at)
        if verdict is not None:
            _refuse(ledger, tenant, draft, verdict)
            return Admission(refusal=judgement.told(tenant, verdict, month_of(started_at), at))
        return Admission(_admit(ledger, tenant, draft, asked), new=True)


def _admit(ledger: Ledger, tenant: Customer, draft: NewCall, asked: Asked) -> Call:
    call = Call(
        tenant_id=tenant.id,
        call_id=draft.call_id,
        status=CallStatus.ACTIVE,
        price=asked.price,
        cents=0,
        recording_admitted=judgement.may_record(tenant, ledger.standing.recording_bytes, ledger.at),
        **{"direction": Direction.INBOUND, "started_at": ledger.at, **draft.told()},
    )
    db.session.execute(_NEW, {column: getattr(call, name) for column, name in _columns().items()})
    ledger.enter(call.started_at.date(), worth(call))
    ledger.began(call.started_at)
    if call.started_at > ledger.at - longest_call.length:
        ledger.peak(call.started_at.date(), asked.running + 1)
    tell_of_use(ledger, tenant)
    return call


_NEW = insert(cast("Table", Call.__table__))


@functools.cache
def _columns() -> dict[str, str]:
    return {attribute.columns[0].name: attribute.key for attribute in Call.__mapper__.column_attrs}


def _refuse(ledger: Ledger, tenant: Customer, draft: NewCall, verdict: Verdict) -> None:
    today = ledger.refuse(verdict.reason)
    _keep_refusal(ledger, tenant, draft, verdict, today)
    tell_of_refusal(tenant, draft, verdict, today)
    tell_of_use(ledger, tenant)  # the limit may have been lowered since the last call


def check_same(call: Call, draft: NewCall) -> None:
    """Raise Conflict where a call that is known was told of otherwise: a second call under its id would go
    uncounted. What is not told again is not missed."""
    differing = sorted(_TOLD_AS.get(name, name) for name, told in draft.told().items() if getattr(call, name) != told)
    if differing:
        words = ", ".join(differing)
        raise Conflict(f"There is another call with the id “{call.call_id}” already; it differs in: {words}.")


_TOLD_AS = {"caller": "from", "callee": "to"}


_A_DAY = timedelta(days=1)


def check_start(tenant: Customer, started_at: datetime, at: datetime, kept: datetime) -> None:
    """Raise Invalid where a call begins further ahead than clocks differ, or before `kept`, from when on the tenant's
    calls are all there; what began within a day is."""
    if started_at > at + CLOCKS_DIFFER:
        raise Invalid.at("started_at", "Started at lies ahead. A call is asked for when it starts.", "future")
    if started_at < min(kept, at - _A_DAY):
        message = f"Started at lies before what is kept: {tenant.name} keeps calls for {tenant.retention_days:,} days."
        raise Invalid.at("started_at", message, "too_old")


def _keep_refusal(ledger: Ledger, tenant: Customer, draft: NewCall, verdict: Verdict, today: int) -> None:
    key = (tenant.id, draft.call_id, ledger.at.date(), verdict.reason.value)
    row = db.session.get(RefusedCall, key)
    if row is None:
        if today > REFUSALS_KEPT_A_DAY:
            return  # whoever asks without end fills the counters only
        row = RefusedCall(tenant_id=key[0], call_id=key[1], day=key[2], reason=key[3], times=0, first_at=ledger.at)
        db.session.add(row)
    row.times += 1
    row.last_at = ledger.at
    row.limit_value, row.used = (verdict.limit.value, verdict.used) if verdict.limit else (None, None)
    row.source, row.plan_key = verdict.source, tenant.billing_plan
    row.set_by = verdict.limit.by if verdict.limit else None
    row.because = verdict.limit.reason if verdict.limit else _reason_of_block(tenant, verdict)
    row.direction, row.agent_id = draft.direction, draft.agent_id
    row.caller, row.callee = draft.caller, draft.to


def _reason_of_block(tenant: Customer, verdict: Verdict) -> str | None:
    return tenant.suspension_reason if verdict.reason == judgement.Reason.SUSPENDED else None
