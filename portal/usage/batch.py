"""A batch of finished calls: lines of JSON, of any tenants, each judged by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal.foundation.errors import Fault, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.tenants import queries as tenants
from portal.usage import actions
from portal.usage.drafts import FinishedCall

MOST_LINES = 10_000
AT_ONCE = 1_000
"""Lines that are stored in one transaction: the live calls of their tenant wait that long."""


@dataclass
class Answer:
    """What came of a batch: how many lines of each outcome, and each refused line with its reason."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def note(self, line: int, word: str, fault: Fault | None = None) -> None:
        """Count a line; keep why it was refused."""
        self.counts[word] += 1
        if fault is not None:
            self.errors.append({"line": line, "field": fault.field, "reason": fault.kind, "msg": fault.message})


def store(actor: Actor, body: bytes, *, camel: bool) -> Answer:
    """Store the lines of a batch, each once. Raises Invalid where there are too many."""
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise Invalid(Fault(None, f"A batch has up to {MOST_LINES:,} lines; this has {len(lines):,}.", "too_long"))
    answer = Answer()
    calls: dict[UUID, list[tuple[int, FinishedCall]]] = defaultdict(list)
    for number, line in lines:
        try:
            call = FinishedCall.read_json(line, camel=camel)
            calls[call.tenant_id].append((number, call))
        except Invalid as refusal:
            answer.note(number, "refused", refusal.faults[0])
    _store(actor, calls, answer)
    answer.errors.sort(key=lambda error: error["line"])
    return answer


def _store(actor: Actor, calls: dict[UUID, list[tuple[int, FinishedCall]]], answer: Answer) -> None:
    found = tenants.tenants_by_ids(actor, list(calls))
    for tenant_id, of_tenant in calls.items():
        tenant = found.get(tenant_id)
        if tenant is None:
            _refuse(answer, of_tenant, "not_found", "There is no tenant with this id.")
        elif not actor.can(Permission.CALLS_REPORT, tenant):
            _refuse(answer, of_tenant, "forbidden", "Your role does not permit this.")
        else:
            for start in range(0, len(of_tenant), AT_ONCE):
                some = of_tenant[start : start + AT_ONCE]
                outcomes = actions.store_calls(actor, tenant, [call for _, call in some])
                for (number, _), outcome in zip(some, outcomes, strict=True):
                    answer.note(number, outcome.word, outcome.fault)


def _refuse(answer: Answer, lines: list[tuple[int, FinishedCall]], reason: str, message: str) -> None:
    for number, _ in lines:
        answer.note(number, "refused", Fault("tenant_id", message, reason))
