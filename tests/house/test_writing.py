"""No change without an action, no commit without an audit record, no record changed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, delete, insert, literal, select, text, update

from portal.foundation import audit
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import OPERATIONAL_TABLES, OutsideUnitOfWork, Unaudited, db, unit_of_work
from portal.foundation.permissions import system
from portal.tenants.models import Tenant
from portal.usage.models import Standing
from tests.cast import Cast

AUDITED = {
    "authenticators",
    "data_keys",
    "memberships",
    "minute_prices",
    "old_slugs",
    "passkeys",
    "personal_secrets",
    "plans",
    "recovery_codes",
    "requests",
    "resources",
    "scopes",
    "tenant_secrets",
    "tenants",
    "users",
    "webhooks",
}
"""The tables that never change without a record. A new table is put here, or on the list of operational ones."""


def changing_nothing(table: Table) -> Any:
    """An UPDATE that finds no row: asking for it is enough to be judged."""
    column = next(iter(table.columns))
    return update(table).where(literal(False)).values({column.name: column})


def test_every_table_is_audited_or_on_the_list_of_operational_ones() -> None:
    assert set(db.metadata.tables) == AUDITED | OPERATIONAL_TABLES.keys() | {"audit_records"}
    assert not AUDITED & OPERATIONAL_TABLES.keys()
    assert all(len(reason) > 10 for reason in OPERATIONAL_TABLES.values())


@pytest.mark.parametrize("name", sorted(AUDITED))
def test_an_audited_table_does_not_change_without_a_record(app: Flask, name: str) -> None:
    with pytest.raises(Unaudited, match=name), unit_of_work() as session:
        session.execute(changing_nothing(db.metadata.tables[name]))


@pytest.mark.parametrize("name", sorted(OPERATIONAL_TABLES))
def test_an_operational_table_may(app: Flask, name: str) -> None:
    with unit_of_work() as session:
        session.execute(changing_nothing(db.metadata.tables[name]))


def test_a_row_that_is_changed_needs_its_record_too(cast: Cast) -> None:
    with pytest.raises(Unaudited, match="tenants"), unit_of_work():
        db.session.get_one(Tenant, cast.acme.id).name = "Elsewhere"
    assert db.session.scalar(select(Tenant.name).where(Tenant.id == cast.acme.id)) == "Acme Corp"


def test_with_a_record_it_is_saved(cast: Cast) -> None:
    with unit_of_work():
        tenant = db.session.get_one(Tenant, cast.acme.id)
        tenant.name = "Elsewhere"
        audit.record(system(), Event.TENANT_UPDATED, tenant)
    assert db.session.scalar(select(Tenant.name).where(Tenant.id == cast.acme.id)) == "Elsewhere"


def test_raw_sql_in_a_unit_of_work_cannot_be_followed_and_is_refused(app: Flask) -> None:
    with pytest.raises(Unaudited, match="Raw SQL"), unit_of_work() as session:
        session.execute(text("UPDATE plans SET label = 'x'"))


@pytest.mark.parametrize("name", ["tenants", "standings"])
def test_nothing_is_written_outside_an_action_by_a_statement(app: Flask, name: str) -> None:
    with pytest.raises(OutsideUnitOfWork, match=name):
        db.session.execute(changing_nothing(db.metadata.tables[name]))
    db.session.rollback()


def test_nothing_is_written_outside_an_action_by_a_row(cast: Cast) -> None:
    db.session.get_one(Tenant, cast.acme.id).name = "Elsewhere"
    with pytest.raises(OutsideUnitOfWork, match="tenants"):
        db.session.commit()
    db.session.rollback()
    db.session.delete(db.session.get_one(Standing, cast.acme.id))
    with pytest.raises(OutsideUnitOfWork, match="standings"):
        db.session.flush()
    db.session.rollback()


def test_a_commit_within_a_unit_of_work_is_judged_as_its_end_is(cast: Cast) -> None:
    with pytest.raises(Unaudited), unit_of_work() as session:  # noqa: PT012 - the unit of work judges at its end
        session.get_one(Tenant, cast.acme.id).name = "Elsewhere"
        session.commit()
    db.session.rollback()


@pytest.mark.parametrize("statement", [
    update(AuditRecord).values(note="x"), delete(AuditRecord),
    update(AuditRecord.__table__).values(note="x"), delete(AuditRecord.__table__)],
    ids=["update", "delete", "update of the table", "delete from the table"])  # fmt: skip
def test_audit_records_are_not_changed_by_a_statement(cast: Cast, statement: Any) -> None:
    with pytest.raises(Unaudited, match="neither changed nor deleted"), unit_of_work() as session:
        session.execute(statement)
    assert db.session.scalar(select(AuditRecord.note).where(AuditRecord.note == "x").limit(1)) is None


def test_audit_records_are_not_changed_as_rows(cast: Cast) -> None:
    with pytest.raises(Unaudited, match="neither changed nor deleted"), unit_of_work() as session:
        session.scalars(select(AuditRecord).limit(1)).one().note = "x"
    with pytest.raises(Unaudited, match="neither changed nor deleted"), unit_of_work() as session:
        session.delete(session.scalars(select(AuditRecord).limit(1)).one())


def test_a_statement_within_a_statement_is_followed_too(cast: Cast) -> None:
    hidden = update(Tenant.__table__).values(name="Elsewhere").returning(Tenant.__table__.c.name).cte()
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no change within a query")
    with pytest.raises(Unaudited), unit_of_work() as session:
        session.execute(select(hidden))
    assert db.session.scalar(select(Tenant.name).where(Tenant.id == cast.acme.id)) == "Acme Corp"


def test_many_rows_at_once_are_followed_too(app: Flask) -> None:
    with pytest.raises(Unaudited, match="scopes"), unit_of_work() as session:
        session.execute(insert(db.metadata.tables["scopes"]), [{}, {}])
