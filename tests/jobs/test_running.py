"""Each job runs at its hour, once however many workers there are; one that fails says so and is tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, NotFound
from portal.foundation.permissions import Actor, system
from portal.jobs import actions
from portal.jobs.declared import declared
from portal.jobs.declaring import BACK_OFF, Daily, Declared, Every
from portal.jobs.limits import Outcome
from portal.jobs.models import Job
from portal.jobs.running import DailyWork
from portal.worker.running import work
from tests.jobs.conftest import Run, row_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


SOMETIMES = Every(10)


def a_job(does: Callable[[Actor], object], when: Every | Daily = SOMETIMES, name: str = "a_job") -> Declared:
    """Declare one."""
    return Declared(name, "Does something.", when, does)


@pytest.mark.parametrize(("when", "after", "due"), [
    (Every(5), NOON, NOON + timedelta(minutes=5)),
    (Daily(13), NOON, NOON.replace(hour=13)),
    (Daily(12), NOON, NOON + timedelta(days=1)),
    (Daily(2), NOON, NOON.replace(day=23, hour=2)),
])  # fmt: skip
def test_when_a_job_is_due_next(when: Every | Daily, after: datetime, due: datetime) -> None:
    assert when.next(after) == due


def test_it_runs_and_says_what_it_did(run: Run) -> None:
    run(a_job(lambda _: 1234))
    row = row_of("a_job")
    assert (row.outcome, row.words, row.failures) == (Outcome.DONE, "1,234 done", 0)
    assert row.took_ms is not None
    assert row.due_at > now() + timedelta(minutes=9)


def test_it_does_not_run_before_it_is_due_again(run: Run) -> None:
    calls: list[int] = []
    job = a_job(lambda _: calls.append(1))
    run(job)
    run(job)
    assert len(calls) == 1
    with time_machine.travel(now() + timedelta(minutes=11)):
        run(job)
    assert len(calls) == 2


def test_it_runs_once_however_many_workers_there_are(app: Flask, settings: Settings) -> None:
    calls: list[int] = []
    both = threading.Barrier(2, timeout=30)

    def meet(_: Actor) -> None:
        calls.append(1)

    def worker() -> None:
        both.wait()
        with app.app_context():
            DailyWork(settings, [a_job(meet, name=name) for name in ("one", "two", "three")]).run(
                threading.Event(), once=True
            )

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 3


def test_one_that_fails_says_so_and_is_tried_again_ever_later(run: Run) -> None:
    def breaks(_: Actor) -> None:
        raise ConnectionError("The ledger\ncannot be reached")

    job = a_job(breaks, Daily(12))
    at = NOON + timedelta(seconds=1)
    for number, wait in enumerate((*BACK_OFF, BACK_OFF[-1]), start=1):
        with time_machine.travel(at, tick=False):
            run(job)
            row = row_of("a_job")
        assert (row.outcome, row.words, row.failures) == (
            Outcome.FAILED, "ConnectionError: The ledger", number)  # fmt: skip
        assert row.due_at == at + timedelta(seconds=wait)
        at = row.due_at + timedelta(seconds=1)
    with time_machine.travel(at, tick=False):
        run(a_job(lambda _: "All is well again", Daily(12)))
        row = row_of("a_job")
    assert (row.outcome, row.words, row.failures) == (Outcome.DONE, "All is well again", 0)
    assert row.due_at == NOON + timedelta(days=1)


def test_what_a_statement_held_is_not_shown(run: Run) -> None:
    def breaks(_: Actor) -> None:
        db.session.execute(select(Job).where(Job.name == "a secret", db.text("no_such_column = 1")))

    run(a_job(breaks))
    assert row_of("a_job").outcome == Outcome.FAILED
    assert "a secret" not in row_of("a_job").words


def test_the_others_run_whatever_one_does(run: Run) -> None:
    calls: list[int] = []

    def breaks(_: Actor) -> None:
        raise RuntimeError

    run(a_job(breaks, name="first"), a_job(lambda _: calls.append(1), name="second"))
    assert calls == [1]
    assert row_of("first").words == "RuntimeError"


def test_a_job_that_there_is_no_more_goes_and_one_with_another_hour_is_due_by_it(run: Run) -> None:
    with time_machine.travel(NOON, tick=False):
        run(a_job(lambda _: None, Daily(11), name="kept"), a_job(lambda _: None, name="gone"))
        run(a_job(lambda _: None, Every(5), name="kept"))
        assert row_of("kept").due_at == NOON + timedelta(minutes=5)
    assert db.session.scalars(select(Job.name)).all() == ["kept"]


def test_a_killed_worker_s_job_is_run_by_another(app: Flask, settings: Settings, run: Run) -> None:
    calls: list[int] = []
    job = a_job(lambda _: calls.append(1))
    actions.declare(system(), [job])
    assert len(actions.take_due(system(), 2, 60, ["a_job"])) == 1
    run(job)
    assert not calls
    with time_machine.travel(now() + timedelta(seconds=61)):
        run(job)
    assert calls == [1]


def test_run_now_is_audited_and_done_by_the_worker(run: Run) -> None:
    calls: list[int] = []
    job = a_job(lambda _: calls.append(1), Daily(2))
    run(job)
    actions.run_job(system(name="ada"), job)
    run(job)
    assert len(calls) == 2
    (record,) = db.session.scalars(select(AuditRecord).where(AuditRecord.event == Event.JOB_ASKED_FOR))
    assert (record.actor_name, record.subject_label) == ("ada", "a job")


def test_run_now_where_it_runs_already_or_no_worker_ever_began(app: Flask) -> None:
    job = a_job(lambda _: None)
    with pytest.raises(NotFound, match="worker"):
        actions.run_job(system(), job)
    actions.declare(system(), [job])
    actions.take_due(system(), 1, 60, ["a_job"])
    with pytest.raises(Conflict, match="runs at this moment"):
        actions.run_job(system(), job)


def test_every_declared_job_runs(app: Flask, settings: Settings, run: Run) -> None:
    run()
    rows = {row.name: row for row in db.session.scalars(select(Job))}
    assert rows.keys() == {job.name for job in declared(settings)}
    assert {row.outcome for row in rows.values()} == {Outcome.DONE}, [(row.name, row.words) for row in rows.values()]


def test_a_signal_between_jobs_ends_the_worker(app: Flask, settings: Settings) -> None:
    stop = threading.Event()
    stop.set()
    DailyWork(settings, [a_job(lambda _: None)]).run(stop, once=False)
    work(app, [], once=True)
