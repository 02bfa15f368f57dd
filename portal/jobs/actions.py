"""What is done about jobs: making their rows, taking them, writing down what came of them, asking for one by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, NotFound
from portal.foundation.ids import new_id
from portal.foundation.leases import anything_due, give_back, lease, renew, settle
from portal.foundation.permissions import Actor, Permission
from portal.jobs.declaring import Declared
from portal.jobs.limits import Outcome
from portal.jobs.models import Job


@dataclass(frozen=True)
class Ran:
    """What came of a run: when it began, how long it took in milliseconds, and what to say of it."""

    began_at: datetime
    took_ms: int
    outcome: Outcome
    words: str | None


@action(Permission.JOBS_RUN)
def declare(actor: Actor, jobs: Sequence[Declared]) -> None:  # noqa: ARG001 - every action takes its actor
    """Have a row for each job, due at once where it is new, no later than its hour says; take out rows of jobs that
    there are no more."""
    at = now()
    kind = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"id": new_id(), "name": job.name, "failures": 0, "due_at": at} for job in jobs]
    db.session.execute(kind.insert(Job).values(rows).on_conflict_do_nothing(index_elements=["name"]))
    db.session.execute(delete(Job).where(Job.name.not_in([job.name for job in jobs])))
    held = {row.name: row.due_at for row in db.session.execute(select(Job.name, Job.due_at))}
    for job in jobs:
        latest, due = job.when.next(at), held[job.name]
        if due is None or due > latest:  # its hour was changed
            db.session.execute(update(Job).where(Job.name == job.name, Job.lease.is_(None)).values(due_at=latest))


@action(Permission.JOBS_RUN)
def run_job(actor: Actor, job: Declared) -> None:
    """Have a job run now, by the worker. Raises Conflict where it runs already."""
    row = db.session.scalar(select(Job).where(Job.name == job.name).with_for_update())
    if row is None:
        raise NotFound("No worker has begun yet. Start one: portal worker")
    if row.leased_until is not None and row.leased_until > now():
        raise Conflict(f"“{job.label}” runs at this moment.")
    row.due_at = now()
    audit.record(actor, Event.JOB_ASKED_FOR, row, changes={})


def anything_to_run(names: Collection[str]) -> bool:
    """Say whether a job is due; only reads."""
    return anything_due(Job, Job.name.in_(names))


@action(Permission.JOBS_RUN)
def take_due(actor: Actor, rows: int, seconds: float, names: Collection[str]) -> list[tuple[UUID, UUID, str, int]]:  # noqa: ARG001 - every action takes its actor
    """Lease up to `rows` due jobs for `seconds`: id, lease, name and failures of each."""
    taken = lease(Job, rows, seconds, Job.name.in_(names))
    return [(row.id, row.lease, row.name, row.failures) for row in taken if row.lease is not None]


@action(Permission.JOBS_RUN)
def record_runs(actor: Actor, done: Sequence[tuple[UUID, UUID, Declared, int, Ran]]) -> None:  # noqa: ARG001 - every action takes its actor
    """Settle jobs by what came of them: id, lease, job, failures before, and the run of each."""
    at = now()
    for job_id, token, job, failures, ran in done:
        in_a_row = failures + 1 if ran.outcome is Outcome.FAILED else 0
        settle(
            Job,
            job_id,
            token,
            due_at=job.due_after(at, in_a_row),
            failures=in_a_row,
            began_at=ran.began_at,
            took_ms=ran.took_ms,
            outcome=ran.outcome,
            words=ran.words,
        )


@action(Permission.JOBS_RUN)
def keep_taken(actor: Actor, leases: Collection[UUID], seconds: float) -> None:  # noqa: ARG001 - every action takes its actor
    """Hold leases for `seconds` from now on."""
    renew(Job, leases, seconds)


@action(Permission.JOBS_RUN)
def give_back_taken(actor: Actor, taken: Mapping[UUID, UUID]) -> None:  # noqa: ARG001 - every action takes its actor
    """Give leases back undone: by id."""
    give_back(Job, set(taken.values()), set(taken))
