"""Leaving the database as it was found: empty, but for the plan catalogue."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from portal.foundation.database import db

CATALOGUE = ("plans", "minute_prices")


@contextmanager
def sweeping() -> Iterator[None]:
    """Sweep away what comes to be within; the statements are plain ones, because they run after every test."""
    before = _catalogue()
    yield
    db.session.remove()
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        run = connection.connection.cursor().execute  # past SQLAlchemy, which takes longer than they do
        for statement in _statements():
            run(statement)
        _restore(connection, before)


@functools.cache
def _statements() -> tuple[str, ...]:
    # Users and tenants refer to each other, so that what refers goes first.
    references = ("UPDATE users SET owner_id = NULL", "UPDATE tenants SET parent_id = NULL, owner_id = NULL")
    tables = [table.name for table in reversed(db.metadata.sorted_tables) if table.name not in CATALOGUE]
    statements = (*references, *(f"DELETE FROM {name}" for name in tables))
    return statements if db.engine.dialect.name == "sqlite" else ("; ".join(statements),)


@functools.cache
def _catalogue() -> dict[str, list[dict[str, object]]]:
    with db.engine.begin() as connection:
        return {name: [dict(row) for row in connection.execute(db.metadata.tables[name].select()).mappings()]
                for name in CATALOGUE}  # fmt: skip


def _restore(connection: Connection, before: dict[str, list[dict[str, object]]]) -> None:
    tables = db.metadata.tables
    found = {name: [dict(row) for row in connection.execute(tables[name].select()).mappings()] for name in CATALOGUE}
    if found != before:
        for name in reversed(CATALOGUE):
            connection.execute(tables[name].delete())
        for name, rows in before.items():
            connection.execute(tables[name].insert(), rows)
