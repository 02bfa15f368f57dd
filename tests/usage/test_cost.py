"""What a call costs the portal: so many statements and no more, and nobody else's time beyond its own transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.tenants.models import Tenant
from portal.usage import actions
from portal.usage.drafts import NewCall
from tests.cast import Cast
from tests.usage.conftest import Platform
from tests.usage.test_racing import admit, in_a_thread

Statements = Callable[[], AbstractContextManager[list[str]]]


def behind_the_turn(number: int) -> int:
    """Say how many statements that is: on PostgreSQL to wait for the turn is one more, SQLite's one writer has it."""
    return number + (db.engine.dialect.name == "postgresql")


@pytest.fixture
def busy(platform: Platform) -> Platform:
    """Acme, with a call today already: its first one makes the day's figures."""
    platform.start("before")
    platform.fresh()  # the test's own look at its id is not counted
    return platform


def test_an_admission_reads_twice_and_writes_three_rows(busy: Platform, statements: Statements):
    tenant = busy.fresh()
    with statements() as ran:
        assert actions.admit_call(system(), tenant, NewCall(call_id="c-1")).new
    assert len(ran) == behind_the_turn(5), ran


def test_the_same_again_writes_nothing(busy: Platform, statements: Statements):
    tenant = busy.fresh()
    with statements() as ran:
        assert not actions.admit_call(system(), tenant, NewCall(call_id="before")).new
    assert len(ran) == behind_the_turn(3), ran
    assert not [statement for statement in ran if statement.startswith(("INSERT", "UPDATE"))]


DOORS = 2
"""Who is behind the token, with what it is a member of; and the tenant."""


@pytest.mark.parametrize(
    ("ask", "status", "number"),
    [
        (lambda platform: platform.start("c-1"), 201, 5),
        (lambda platform: platform.end("before", duration_seconds=60), 200, 5),
        (lambda platform: platform.end("before", duration_seconds=60, recording_bytes=5), 200, 6),
        (lambda platform: platform.start("c-1", started_at="2001-01-01T00:00:00Z"), 422, 3),
    ],
    ids=["an admission", "an ending", "an ending with a recording", "one that lies before what is kept"],
)
def test_a_request_adds_who_asks_and_for_whom(
    busy: Platform, statements: Statements, ask: Callable[[Platform], Any], status: int, number: int
):
    with statements() as ran:
        assert ask(busy).status == status
    assert len(ran) == behind_the_turn(number) + DOORS, ran


def test_a_call_that_is_refused_again_and_again_costs_hardly_more(busy: Platform, statements: Statements):
    busy.allow(max_concurrent_calls=1)
    busy.start("c-1")
    with statements() as ran:
        assert busy.start("c-1").status == 429
    assert len(ran) == behind_the_turn(7) + DOORS, ran


def test_an_admission_holds_up_another_tenant_no_longer_than_its_own_transaction(cast: Cast, app: Flask):
    came: list[Any] = []
    globex_id = cast.globex.id
    with unit_of_work():
        assert admit(cast.acme)
        thread = in_a_thread(app, lambda: admit(db.session.get_one(Tenant, globex_id)), came)
        if db.engine.dialect.name == "postgresql":
            thread.join(30)  # another's turn is another row: nothing is waited for
            assert came == [True]
        else:
            assert came == []  # one writer: it waits for the transaction's end
    thread.join(30)
    assert came == [True]
