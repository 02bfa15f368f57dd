"""What the worker does about jobs: each of those that are due, within the application, once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from portal.config import Settings
from portal.foundation.clock import now
from portal.foundation.permissions import Actor, system
from portal.jobs import actions
from portal.jobs.actions import Ran
from portal.jobs.declared import declared
from portal.jobs.declaring import Declared
from portal.jobs.limits import Outcome
from portal.worker.leasing import LeasingRunner, Room

log = logging.getLogger(__name__)

WORKER = system(name="system")


@dataclass(frozen=True)
class Task:
    """A job that was taken."""

    id: UUID
    lease: UUID
    job: Declared
    failures: int
    app: Flask

    at_once = 1

    @property
    def group(self) -> str:
        """Each job is a group of its own."""
        return self.job.name

    @property
    def doubtful(self) -> bool:
        """Whether it failed last."""
        return False


class Jobs:
    """Runs the jobs that are due; it is the `Work` of a leasing runner. Unlike others it uses the database in its
    threads, in an application context of its own for each run."""

    name = "jobs"
    threads = 2

    def __init__(self, jobs: Sequence[Declared], *, lease_seconds: float = 60.0, actor: Actor = WORKER) -> None:
        self.jobs = {job.name: job for job in jobs}
        self.lease_seconds, self.actor = lease_seconds, actor

    def due(self, room: Room) -> bool:
        """Say whether anything is due that there is room for."""
        return actions.anything_to_run(self.jobs.keys() - set(room.full))

    def take(self, room: Room) -> Sequence[Task]:
        """Lease what is due."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        names = self.jobs.keys() - set(room.full)
        taken = actions.take_due(self.actor, room.rows, self.lease_seconds, names)
        return [Task(row, token, self.jobs[name], failures, app) for row, token, name, failures in taken]

    def perform(self, item: Task) -> Ran:
        """Run it; what goes wrong is said in words."""
        at, began = now(), time.monotonic()
        try:
            with item.app.app_context():
                outcome, words = Outcome.DONE, _words_of(item.job.run(self.actor))
        except Exception as error:
            log.exception("job failed", extra={"job": item.job.name})
            outcome, words = Outcome.FAILED, _what_went_wrong(error)
        return Ran(at, round((time.monotonic() - began) * 1000), outcome, words)

    def went_well(self, outcome: Ran) -> bool:
        """Say whether it was done."""
        return outcome.outcome is Outcome.DONE

    def record(self, done: Sequence[tuple[Task, Ran]]) -> None:
        """Write down what came of them, and when they are due next."""
        actions.record_runs(self.actor, [(each.id, each.lease, each.job, each.failures, ran) for each, ran in done])

    def renew(self, leases: Collection[UUID]) -> None:
        """Hold what is under way."""
        actions.keep_taken(self.actor, leases, self.lease_seconds)

    def give_back(self, items: Sequence[Task]) -> None:
        """Give back what was not begun."""
        actions.give_back_taken(self.actor, {each.id: each.lease for each in items})


class DailyWork(LeasingRunner[Task, Ran]):
    """The runner of jobs: it has their rows made before it begins."""

    def __init__(self, settings: Settings, jobs: Sequence[Declared] | None = None) -> None:
        self.jobs = declared(settings) if jobs is None else jobs
        super().__init__(Jobs(self.jobs))

    def run(self, stop: threading.Event, *, once: bool) -> None:
        """Work until `stop` is set, or with `once` until nothing is due."""
        actions.declare(WORKER, self.jobs)
        super().run(stop, once=once)


def _words_of(result: object) -> str | None:
    match result:
        case bool() | None:
            return None
        case int():
            return f"{result:,} done" if result else "Nothing to do"
        case _:
            return _cut(str(result))


def _what_went_wrong(error: Exception) -> str:
    """Say what went wrong, without what a statement to the database held."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first = str(cause).strip().partition("\n")[0]
    return _cut(f"{type(cause).__name__}: {first}" if first else type(cause).__name__) or type(cause).__name__


def _cut(words: str) -> str | None:
    plain = " ".join("".join(each if each.isprintable() else " " for each in words).split())
    return (plain if len(plain) <= 300 else f"{plain[:299]}…") or None
