"""Work is taken by one worker at a time, and none of it is lost with a worker."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.leases import anything_due, give_back, lease, renew, settle, settle_all
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery
from tests.cast import Cast


def put(number: int, tenant_id: UUID | None = None, due_in: float = 0) -> list[UUID]:
    """Put rows of work into the database, the first due longest."""
    at = now() + timedelta(seconds=due_in)
    with unit_of_work() as session:
        rows = [
            Delivery(
                id=uuid4(), tenant_id=tenant_id, event=EventType.PING, data={}, occurred_at=at, sequence=place,
                due_at=at - timedelta(milliseconds=number - place),
            )
            for place in range(number)
        ]  # fmt: skip
        session.add_all(rows)
    return [row.id for row in rows]


def take(how_many: int = 10, seconds: float = 60, **options: object) -> Sequence[Delivery]:
    with unit_of_work():
        return lease(Delivery, how_many, seconds, **options)


def settled(row: Delivery, **values: object) -> bool:
    with unit_of_work():
        return settle(Delivery, row.id, row.lease, **values)


def test_what_is_due_longest_is_taken_first_and_once(app: Flask) -> None:
    ids = put(5)
    put(1, due_in=60)
    first, second = take(3), take(3)
    assert [row.id for row in [*first, *second]] == ids
    assert take() == []
    assert len({row.lease for row in first}) == 1
    assert first[0].lease != second[0].lease


def test_a_lease_runs_out_and_another_worker_takes_the_row(app: Flask) -> None:
    put(1)
    (killed,) = take(seconds=30)
    stale = killed.lease
    with time_machine.travel(now() + timedelta(seconds=29)):
        assert take() == []
    with time_machine.travel(now() + timedelta(seconds=31)):
        (again,) = take()
        assert again.id == killed.id
        assert again.lease != stale


def test_who_lost_the_lease_settles_nothing(app: Flask) -> None:
    put(1)
    (slow,) = take(seconds=30)
    stale = slow.lease
    with time_machine.travel(now() + timedelta(seconds=31)):
        (quick,) = take()
        with unit_of_work():
            assert settle(Delivery, slow.id, stale, attempts=9) is False
        assert settled(quick, attempts=1, due_at=None)
        with unit_of_work():
            assert settle(Delivery, slow.id, stale, attempts=9) is False
            assert settle(Delivery, slow.id, None, attempts=9) is False
    assert db.session.scalar(select(Delivery.attempts)) == 1


def test_of_many_settled_at_once_those_whose_lease_was_lost_are_passed_over(app: Flask) -> None:
    put(3)
    mine = {(row.id, row.lease): {"attempts": row.sequence + 1, "due_at": None} for row in take(2)}
    (theirs,) = take(1)
    with unit_of_work():
        kept = settle_all(Delivery, mine | {(theirs.id, uuid4()): {"attempts": 9, "due_at": None}})
    assert kept == {row_id for row_id, _ in mine}
    query = select(Delivery.attempts, Delivery.lease).order_by(Delivery.sequence)
    assert db.session.execute(query).all() == [(1, None), (2, None), (0, theirs.lease)]


def test_a_lease_that_is_renewed_goes_on(app: Flask) -> None:
    put(1)
    (row,) = take(seconds=30)
    with time_machine.travel(now() + timedelta(seconds=20)), unit_of_work():
        renew(Delivery, [row.lease], 30)
    with time_machine.travel(now() + timedelta(seconds=45)):
        assert take() == []
    with time_machine.travel(now() + timedelta(seconds=51)):
        assert len(take()) == 1


def test_what_is_given_back_is_taken_at_once(app: Flask) -> None:
    put(2)
    one, _other = take()
    with unit_of_work():
        give_back(Delivery, [one.lease], [one.id])
    assert [row.id for row in take()] == [one.id]


def test_a_row_that_is_settled_without_being_due_again_is_done(app: Flask) -> None:
    put(1)
    (row,) = take()
    assert settled(row, due_at=None)
    assert not anything_due(Delivery)
    assert take() == []


def test_one_group_does_not_take_all_the_room(app: Flask, cast: Cast) -> None:
    acme, globex = put(6, cast.acme.id), put(2, cast.globex.id)
    taken = take(10, per=Delivery.tenant_id, most=2)
    assert {row.id for row in taken} == {*acme[:2], *globex}


@pytest.mark.parametrize("but", ["due", "not due"])
def test_looking_for_work_writes_nothing(app: Flask, but: str) -> None:
    put(1, due_in=0 if but == "due" else 60)
    assert anything_due(Delivery) is (but == "due")
    assert anything_due(Delivery, Delivery.tenant_id.is_not(None)) is False
    db.session.rollback()


def test_two_workers_at_once_never_take_the_same(app: Flask) -> None:
    ids = put(200)
    taken: list[UUID] = []
    begin = threading.Barrier(4)

    def worker() -> None:
        with app.app_context():
            begin.wait()
            while rows := take(7):
                taken.extend(row.id for row in rows)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids)


def test_what_another_worker_is_taking_is_passed_over_without_waiting(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    ids = put(2)
    with unit_of_work():
        assert [row.id for row in lease(Delivery, 1, 60)] == ids[:1]
        others: list[UUID] = []

        def other() -> None:
            with app.app_context(), nullcontext():
                others.extend(row.id for row in take())

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert others == ids[1:]
