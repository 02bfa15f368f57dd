"""The migrated database is the one that the models describe, down to each CHECK."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import Boolean, CheckConstraint, Engine, create_engine, inspect, text

from portal.foundation.connections import engine_options
from portal.foundation.database import db
from portal.migrations.state import FOLDER, head, revision, upgrade_database

SEARCH = "tenant_search"
"""Its index is made by the migration alone: full text is another thing on each database."""


@pytest.fixture
def described(app: Flask, new_database: Callable[[], str]) -> Any:
    """A database made from the models."""
    address = new_database()
    engine = create_engine(address, **engine_options(address))
    db.metadata.create_all(engine)
    yield engine
    engine.dispose()


def kind(column: dict[str, Any]) -> str:
    """A column's type, without what is only spelled differently."""
    written = str(column["type"]).upper()
    return {"BIGINT": "INTEGER", "DATETIME": "TIMESTAMP", "CHAR(32)": "UUID"}.get(written, written)


def plain(sql: str) -> str:
    """A condition without quotes, brackets, casts and spaces, which both databases set as they like."""
    sql = re.sub(r"::[a-z ]+(\[\])?", "", sql)
    return re.sub(r'[\s()"]', "", sql).lower()


def columns_of(engine: Engine, table: str) -> dict[str, tuple[str, bool]]:
    return {each["name"]: (kind(each), each["nullable"]) for each in inspect(engine).get_columns(table)}


def checks_of(engine: Engine, table: str) -> dict[str, str]:
    return {str(each["name"]): plain(each["sqltext"]) for each in inspect(engine).get_check_constraints(table)}


def uniques_of(engine: Engine, table: str) -> set[Any]:
    return {(each["name"], tuple(each["column_names"])) for each in inspect(engine).get_unique_constraints(table)}


def keys_of(engine: Engine, table: str) -> set[Any]:
    return {
        (tuple(each["constrained_columns"]), each["referred_table"], tuple(each["referred_columns"]),
         each["options"].get("ondelete"))
        for each in inspect(engine).get_foreign_keys(table)
    }  # fmt: skip


def primary_key_of(engine: Engine, table: str) -> tuple[str, ...]:
    return tuple(inspect(engine).get_pk_constraint(table)["constrained_columns"])


def indexes_of(engine: Engine, table: str) -> set[Any]:
    return {
        (each["name"], tuple(each["column_names"]), bool(each["unique"]),
         plain(str(each["dialect_options"].get(f"{engine.dialect.name}_where", ""))))
        for each in inspect(engine).get_indexes(table)
        if not each.get("duplicates_constraint") and table != SEARCH
    }  # fmt: skip


FACES: dict[str, Callable[[Engine, str], Any]] = {
    "columns": columns_of,
    "checks": checks_of,
    "unique constraints": uniques_of,
    "foreign keys": keys_of,
    "primary key": primary_key_of,
    "indexes": indexes_of,
}


def tables_of(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if not name.startswith("tenant_search_fts")}


def test_there_are_the_same_tables(described: Engine) -> None:
    assert tables_of(db.engine) - {"alembic_version"} == tables_of(described) == set(db.metadata.tables)


@pytest.mark.parametrize("face", FACES)
def test_every_table_is_the_same(described: Engine, face: str) -> None:
    read = FACES[face]
    for table in sorted(db.metadata.tables):
        assert read(db.engine, table) == read(described, table), f"{face} of {table}"


def test_every_check_of_the_models_is_found_in_the_database(app: Flask) -> None:
    for table in db.metadata.tables.values():
        flags = {f"ck_{table.name}_{each.name}" for each in table.columns if isinstance(each.type, Boolean)}
        named = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        if db.engine.dialect.name == "postgresql":
            named -= flags  # its booleans hold nothing else by themselves
        assert named <= checks_of(db.engine, table.name).keys(), table.name


def test_the_migrations_go_down_to_nothing_and_up_again(
    app: Flask, another_portal: Callable[..., Flask], new_database: Callable[[], str]
) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with another_portal(database_url=new_database()).app_context():
        assert revision() is None
        assert upgrade_database() is True
        assert (revision(), upgrade_database()) == (head(), False)
        db.session.rollback()
        plans = _count("plans")
        command.downgrade(config, "base")
        assert tables_of(db.engine) == {"alembic_version"}
        command.upgrade(config, "head")
        assert tables_of(db.engine) - {"alembic_version"} == set(db.metadata.tables)
        assert _count("plans") == plans == 5


def _count(table: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
