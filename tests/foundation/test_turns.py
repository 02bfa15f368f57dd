"""Writers of a SQLite file queue up: nobody starves, nobody waits for themselves, nobody keeps the turn."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.foundation.database import db, unit_of_work
from portal.foundation.turns import WritersTurn
from portal.usage.models import Standing
from tests.cast import Cast


@pytest.fixture(autouse=True)
def only_sqlite(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has locks on rows, and queues for them")


def count_one(tenant_id: UUID) -> None:
    with unit_of_work() as session:
        session.execute(update(Standing).where(Standing.tenant_id == tenant_id).values(calls=Standing.calls + 1))


def test_many_writers_all_have_their_turn(app: Flask, cast: Cast):
    acme_id = cast.acme.id

    def write() -> None:
        with app.app_context():
            for _ in range(20):
                count_one(acme_id)
            db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert db.session.scalar(select(Standing.calls).where(Standing.tenant_id == cast.acme.id)) == 160


def test_the_turn_is_given_back_after_an_error(cast: Cast):
    with pytest.raises(ZeroDivisionError), unit_of_work():
        raise ZeroDivisionError
    count_one(cast.acme.id)


def test_whoever_has_it_does_not_wait_for_themselves(tmp_path):
    turn, first, second = WritersTurn(), {}, {}
    turn.take(str(tmp_path / "a"), first)
    turn.take(str(tmp_path / "a"), second)
    assert "holds_turn" not in second
    turn.close(first)
    turn.take(str(tmp_path / "a"), second)
    assert second["holds_turn"]
    turn.close(second)
    assert (first, second) == ({}, {})
