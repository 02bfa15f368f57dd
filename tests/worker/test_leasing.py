"""A runner of leased rows: what hangs delays nothing else, and nothing is done twice or lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.leases import anything_due, give_back, lease, renew, settle
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery
from portal.worker.leasing import LeasingRunner, Room
from portal.worker.running import work
from tests.cast import Cast

SOON = 10.0
"""Seconds within which something has to happen; it takes a fraction of it."""


@dataclass(frozen=True)
class Errand:
    """A row that was taken."""

    id: UUID
    lease: UUID
    group: Hashable
    number: int
    at_once: int = 2
    doubtful: bool = False


class Errands:
    """Rows of work whose doing is a function of their number; an odd number fails."""

    name, threads, lease_seconds = "errands", 4, 30.0

    def __init__(self, run: Callable[[int], None]) -> None:
        self.run, self.performed = run, list[int]()

    def due(self, room: Room) -> bool:
        return anything_due(Delivery, Delivery.tenant_id.not_in(list(room.full)))

    def take(self, room: Room) -> Sequence[Errand]:
        with unit_of_work():
            rows = lease(Delivery, room.rows, self.lease_seconds, Delivery.tenant_id.not_in(list(room.full)),
                         per=Delivery.tenant_id, most=3)  # fmt: skip
        return [Errand(row.id, row.lease, row.tenant_id, row.sequence) for row in rows]

    def perform(self, item: Errand) -> bool:
        self.performed.append(item.number)
        self.run(item.number)
        return item.number % 2 == 0

    def went_well(self, outcome: bool) -> bool:
        return outcome

    def record(self, done: Sequence[tuple[Errand, bool]]) -> None:
        with unit_of_work():
            for item, well in done:
                settle(Delivery, item.id, item.lease, due_at=None, attempts=1 if well else 2)

    def renew(self, leases: Collection[UUID]) -> None:
        with unit_of_work():
            renew(Delivery, leases, self.lease_seconds)

    def give_back(self, items: Sequence[Errand]) -> None:
        with unit_of_work():
            give_back(Delivery, {item.lease for item in items}, {item.id for item in items})


def put(tenant_id: UUID, numbers: Sequence[int]) -> None:
    with unit_of_work() as session:
        session.add_all(
            Delivery(id=uuid4(), tenant_id=tenant_id, event=EventType.PING, data={}, occurred_at=now(), sequence=number,
                     due_at=now())
            for number in numbers
        )  # fmt: skip


def done() -> dict[int, int]:
    db.session.rollback()
    rows = db.session.execute(select(Delivery.sequence, Delivery.attempts).where(Delivery.due_at.is_(None)))
    return {row.sequence: row.attempts for row in rows}


@pytest.fixture
def background(app: Flask) -> Iterator[Callable[[Errands], threading.Event]]:
    """Runs errands in a thread until the test ends, or the event that is given is set."""
    started: list[tuple[threading.Thread, threading.Event]] = []

    def start(errands: Errands) -> threading.Event:
        stop = threading.Event()

        def run() -> None:
            with app.app_context():
                LeasingRunner(errands).run(stop, once=False)

        thread = threading.Thread(target=run)
        started.append((thread, stop))
        thread.start()
        return stop

    yield start
    for thread, stop in started:
        stop.set()
        thread.join(SOON)
        assert not thread.is_alive()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_once_does_what_is_due_and_ends(app: Flask, cast: Cast) -> None:
    put(cast.acme.id, range(0, 20, 2))
    put(cast.globex.id, [1])
    errands = Errands(lambda _number: None)
    work(app, [LeasingRunner(errands)], once=True)
    assert done() == {**dict.fromkeys(range(0, 20, 2), 1), 1: 2}
    assert sorted(errands.performed) == sorted([*range(0, 20, 2), 1])


def test_what_hangs_holds_its_own_group_only(app: Flask, cast: Cast, background: Callable) -> None:
    released = threading.Event()
    put(cast.acme.id, range(100, 120, 2))
    background(Errands(lambda number: released.wait() if number >= 100 else None))
    until(
        lambda: db.session.rollback() or bool(db.session.scalar(select(Delivery.lease).where(Delivery.sequence == 100)))
    )
    put(cast.globex.id, range(0, 20, 2))
    until(lambda: done().keys() == set(range(0, 20, 2)))
    released.set()
    until(lambda: len(done()) == 20)


def test_after_a_failure_what_waits_behind_it_is_given_back(app: Flask, cast: Cast) -> None:
    put(cast.acme.id, [1, 3, 5, 7])
    errands = Errands(lambda _number: None)
    work(app, [LeasingRunner(errands)], once=True)
    assert done() == dict.fromkeys([1, 3, 5, 7], 2)


def test_stopping_finishes_what_is_under_way_and_gives_the_rest_back(
    app: Flask, cast: Cast, background: Callable
) -> None:
    released = threading.Event()
    put(cast.acme.id, [0, 2, 4])
    errands = Errands(lambda _number: released.wait() and None)
    stop = background(errands)
    until(lambda: len(errands.performed) == 2)
    stop.set()
    until(lambda: db.session.rollback() or leased() == 2)
    released.set()
    until(lambda: len(done()) == 2)
    assert leased() == 0
    assert len(errands.performed) == 2


def leased() -> int:
    return db.session.scalar(select(func.count()).where(Delivery.lease.is_not(None))) or 0


def test_a_defect_in_one_row_stops_nothing_else(app: Flask, cast: Cast, background: Callable) -> None:
    put(cast.acme.id, [0])
    put(cast.globex.id, [2, 4])
    background(Errands(lambda number: 1 / number if number == 0 else None))
    until(lambda: done().keys() == {2, 4})
    assert leased() == 1


def test_outcomes_wait_for_a_database_that_is_away(app: Flask, cast: Cast, background: Callable) -> None:
    put(cast.acme.id, [0, 2])

    class Away(Errands):
        failures = 2

        def record(self, done: Sequence[tuple[Errand, bool]]) -> None:
            self.failures -= 1
            if self.failures >= 0:
                raise ConnectionError("the database is away")
            super().record(done)

    errands = Away(lambda _number: None)
    background(errands)
    until(lambda: done().keys() == {0, 2})
    assert sorted(errands.performed) == [0, 2]
