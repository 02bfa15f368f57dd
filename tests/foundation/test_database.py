"""The database's promises: durable, one writer at a time that waits its turn, moments in UTC, refusals in words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from portal.foundation import audit, connections
from portal.foundation.audit import Event
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.ids import new_id
from portal.foundation.permissions import MembershipRole, system
from portal.members.models import Membership
from portal.tenants import actions as tenants
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.models import Scope, Tenant
from portal.usage.models import Standing
from tests.cast import Cast

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": 10000,
}


@pytest.fixture
def on_sqlite(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("about SQLite")


@pytest.mark.parametrize("name", PRAGMAS)
def test_every_connection_has_its_pragmas(on_sqlite: None, name: str) -> None:
    with db.engine.connect() as first, db.engine.connect() as second:
        found = [each.execute(text(f"PRAGMA {name}")).scalar_one() for each in (first, second)]
    assert found == [PRAGMAS[name]] * 2


def test_sqlite_is_one_without_the_bug_that_corrupts_files(on_sqlite: None) -> None:
    with db.engine.connect() as connection:
        version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


def test_a_write_takes_the_writers_place_at_its_beginning_and_a_read_does_not(on_sqlite: None) -> None:
    begun: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        db.session.execute(select(Tenant.id))
        with unit_of_work():
            pass
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert begun == ["BEGIN", "BEGIN IMMEDIATE"]


def test_writers_that_read_first_wait_for_each_other_and_lose_no_change(app: Flask, cast: Cast) -> None:
    rounds, failures = 50, []

    def count() -> None:
        try:
            with app.app_context():
                for _ in range(rounds):
                    with unit_of_work() as session:
                        standing = session.get_one(Standing, cast.acme.id, with_for_update=True)
                        standing.calls += 1
                db.session.remove()
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=count) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    db.session.rollback()
    assert not failures
    assert db.session.scalar(select(Standing.calls).where(Standing.tenant_id == cast.acme.id)) == 2 * rounds


def test_a_moment_comes_back_in_utc_to_the_microsecond(cast: Cast) -> None:
    elsewhere = datetime(2026, 3, 29, 2, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with unit_of_work() as session:
        session.get_one(Standing, cast.acme.id).last_call_at = elsewhere
    db.session.expire_all()
    read = db.session.get_one(Standing, cast.acme.id).last_call_at
    assert (read, read.tzinfo) == (elsewhere, UTC)


def test_a_moment_without_its_zone_is_refused(cast: Cast) -> None:
    with pytest.raises(StatementError, match="needs its zone"), unit_of_work() as session:
        session.get_one(Standing, cast.acme.id).last_call_at = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point


def _another(**fields: Any) -> None:
    """Store a tenant past the action's own questions, as one that races with it would."""
    db.session.expunge_all()
    with unit_of_work() as session:
        scope = Scope(id=new_id())
        session.add(scope)
        session.flush()
        values = {"id": new_id(), "name": "Race", "slug": "race", "scope_id": scope.id, "billing_plan": "starter"}
        tenant = Tenant(**{**values, **fields})
        session.add(tenant)
        audit.record(system(), Event.TENANT_CREATED, tenant)


@pytest.mark.parametrize("field", ["slug", "external_id", "id"])
def test_what_a_race_has_taken_is_said_at_its_field(cast: Cast, field: str) -> None:
    tenants.change_tenant(system(), cast.acme, TenantChange.read({"external_id": "cus_1"}))
    taken = getattr(cast.acme, field)
    with pytest.raises(Invalid) as refusal:
        _another(**{field: taken})
    (fault,) = refusal.value.faults
    assert (fault.field, fault.kind) == (field, "taken")


@pytest.mark.parametrize("field", ["username", "email"])
def test_a_name_that_a_race_has_taken_is_said_at_its_field_whatever_the_case(cast: Cast, field: str) -> None:
    with pytest.raises(Invalid) as refusal, unit_of_work() as session:  # noqa: PT012 - the unit of work judges at its end
        session.get_one(type(cast.vera), cast.vera.id)
        table = type(cast.vera).__table__
        audit.record(system(), Event.USER_CREATED, cast.vera)
        key = getattr(cast.olive, f"{field}_key")
        session.execute(update(table).where(table.c.id == cast.vera.id).values({f"{field}_key": key}))
    assert [fault.field for fault in refusal.value.faults] == [field]


def test_a_key_of_several_columns_is_no_field_that_somebody_typed(cast: Cast) -> None:
    with pytest.raises(IntegrityError), unit_of_work() as session:  # noqa: PT012 - the unit of work judges at its end
        audit.record(system(), Event.MEMBER_ADDED, cast.acme)
        values = {"scope_id": cast.acme.scope_id, "user_id": cast.vera.id, "role": MembershipRole.VIEWER}
        session.execute(insert(Membership), [values])


def test_a_broken_check_stays_the_error_it_is(cast: Cast) -> None:
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.get_one(Standing, cast.acme.id).calls = -1


def test_a_database_that_stays_busy_is_a_conflict_in_words(on_sqlite: None, cast: Cast, impatient: None) -> None:
    other = db.engine.connect().execution_options(portal_write=True)
    with other, other.begin(), pytest.raises(Conflict, match="busy"), unit_of_work() as session:
        session.execute(select(Tenant.id))


@pytest.fixture
def impatient(app: Flask) -> Iterator[None]:
    """Connections wait 50 ms: waiting the whole ten seconds would teach nothing more."""

    def hurry(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    event.listen(db.engine, "checkout", hurry)
    yield
    event.remove(db.engine, "checkout", hurry)
    db.engine.dispose()


def test_an_inner_unit_of_work_joins_the_outer_one(cast: Cast) -> None:
    with pytest.raises(RuntimeError), unit_of_work():  # noqa: PT012 - the unit of work judges at its end
        tenants.create_tenant(system(), NewTenant.read({"name": "Within"}))
        raise RuntimeError
    assert db.session.scalar(select(Tenant.id).where(Tenant.name == "Within")) is None


def test_what_was_read_before_is_read_again_within_a_unit_of_work(app: Flask, cast: Cast) -> None:
    before = db.session.scalar(select(Standing.calls).where(Standing.tenant_id == cast.acme.id))

    def elsewhere() -> None:
        with app.app_context(), unit_of_work() as session:
            session.execute(update(Standing).where(Standing.tenant_id == cast.acme.id).values(calls=7))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    with unit_of_work() as session:
        assert (before, session.scalar(select(Standing.calls).where(Standing.tenant_id == cast.acme.id))) == (0, 7)


def test_what_an_earlier_unit_of_work_left_in_memory_is_read_again_too(app: Flask, cast: Cast) -> None:
    with unit_of_work() as session:
        standing = session.get_one(Standing, cast.acme.id)
        standing.calls = 1

    def elsewhere() -> None:
        with app.app_context(), unit_of_work() as session:
            session.execute(update(Standing).where(Standing.tenant_id == cast.acme.id).values(calls=7))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    with unit_of_work() as session:
        assert session.get_one(Standing, cast.acme.id).calls == 7


def test_a_connection_that_rested_while_its_server_went_is_replaced(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server that could go")
    before = db.session.scalar(select(func.pg_backend_pid()))
    db.session.rollback()
    others = "FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with psycopg.connect(database_url, autocommit=True) as operator:
        operator.execute(f"SELECT pg_terminate_backend(pid, 10000) {others}", (operator.info.dbname,))
    monkeypatch.setattr(connections, "RESTS", 0)
    assert db.session.scalar(select(func.pg_backend_pid())) != before
