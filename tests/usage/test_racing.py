"""Callers race for the last place, from processes of their own: it is given once, and all is counted."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Refusal
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.usage import actions, queries
from portal.usage.drafts import NewCall
from portal.usage.models import Call, DailyFigures, RefusedCall, Standing
from portal.usage.turn import hold_calls
from tests.cast import Cast
from tests.tenants.making import tenant_change
from tests.usage.asking import all_at_once

PROCESSES, EACH = 5, 4


@pytest.fixture
def acme(cast: Cast) -> Tenant:
    return cast.acme


def race(database_url: str, instance: Path, tenant: Tenant, asked: list[list[str]]) -> Counter[str]:
    db.session.rollback()
    outcomes = Counter(all_at_once(database_url, instance, tenant, asked))
    db.session.rollback()
    db.session.expire_all()
    return outcomes


def different() -> list[list[str]]:
    return [[f"p{process}-{number}" for number in range(EACH)] for process in range(PROCESSES)]


def figures(tenant: Tenant) -> DailyFigures:
    return db.session.get_one(DailyFigures, (tenant.id, now().date()))


@pytest.mark.parametrize(
    ("limit", "reason"), [("max_concurrent_calls", "concurrent"), ("monthly_call_limit", "monthly")]
)
def test_the_last_places_are_given_once(acme: Tenant, database_url: str, instance: Path, limit: str, reason: str):
    tenants.change_tenant(system(), acme, tenant_change(**{limit: 7}))
    outcomes = race(database_url, instance, acme, different())
    assert outcomes == {"admitted": 7, reason: 13}
    assert queries.active_calls([acme.id])[acme.id] == 7
    day = figures(acme)
    assert (day.calls, day.refused, day.peak_concurrent) == (7, {reason: 13}, 7)
    assert db.session.get_one(Standing, acme.id).calls == 7
    assert sum(row.times for row in db.session.query(RefusedCall)) == 13


def test_the_same_call_asked_by_everybody_is_admitted_once(acme: Tenant, database_url: str, instance: Path):
    outcomes = race(database_url, instance, acme, [["c-1"] * EACH] * PROCESSES)
    assert outcomes == {"admitted": 1, "same": 19}
    assert figures(acme).calls == 1


def needs_postgresql() -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer, which is turn enough")


def admit(tenant: Tenant, call_id: str = "c-1") -> bool:
    return actions.admit_call(system(), tenant, NewCall(call_id=call_id)).new


def admit_without_waiting(tenant: Tenant) -> bool:
    with unit_of_work() as session:
        session.execute(select(func.set_config("lock_timeout", "1ms", True)))
        return admit(tenant)


def test_calls_do_not_wait_for_whoever_edits_the_tenant(cast: Cast):
    needs_postgresql()
    with db.engine.connect() as editor, editor.begin():
        editor.execute(update(Tenant.__table__).where(Tenant.__table__.c.id == cast.acme.id).values(max_users=3))
        assert admit_without_waiting(cast.acme)


def test_tenants_do_not_wait_for_each_others_calls(cast: Cast):
    needs_postgresql()
    with db.engine.connect() as other, other.begin():
        standings = Standing.__table__
        other.execute(update(standings).where(standings.c.tenant_id == cast.acme.id).values(calls=1))
        assert admit_without_waiting(cast.globex)


def test_whoever_waited_is_judged_by_the_limit_as_it_is_then(cast: Cast, app: Flask):
    needs_postgresql()
    came: list[Any] = []
    with unit_of_work():
        hold_calls(cast.acme.id)
        thread = in_a_thread(app, lambda: admit(db.session.get_one(Tenant, cast.acme.id)), came)
        wait_until_somebody_waits()
        with db.engine.connect() as editor, editor.begin():
            limits = Tenant.__table__
            editor.execute(update(limits).where(limits.c.id == cast.acme.id).values(monthly_call_limit=0))
    thread.join(30)
    assert came == [False]


def test_a_tenant_is_not_deleted_under_a_call_that_is_being_admitted(cast: Cast, app: Flask):
    needs_postgresql()
    came: list[Any] = []
    acme_id = cast.acme.id
    with unit_of_work() as session:
        hold_calls(acme_id)
        session.add(Call(tenant_id=acme_id, call_id="c-1", started_at=now()))
        session.flush()
        thread = in_a_thread(
            app, lambda: tenants.delete_tenant(system(), db.session.get_one(Tenant, acme_id), "acme"), came
        )
        wait_until_somebody_waits()
    thread.join(30)
    assert came == ["1 call is active. End what is running first."]


def in_a_thread(app: Flask, act: Any, came: list[Any]) -> threading.Thread:
    def run() -> None:
        with app.app_context():
            try:
                came.append(act())
            except Refusal as refusal:
                came.append(refusal.message)
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_until_somebody_waits() -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(waiting):
            pass
