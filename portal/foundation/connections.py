"""Connections to the database: how they are opened, kept and given back, on either kind."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool

from portal.foundation.compact import compact_json
from portal.foundation.turns import writers_turn

RESTS = 1.0
"""Seconds after which a connection to a server that rests is asked whether it lives still."""
BUSY_TIMEOUT = 10_000
"""Milliseconds that a connection to SQLite waits for another one's transaction."""


def engine_options(url: str) -> dict[str, Any]:
    """Give the engine's options for a database URL. SQLite's driver is pysqlite3, which brings its own SQLite."""
    options: dict[str, Any] = {"json_serializer": compact_json}
    if url.startswith("sqlite"):
        from pysqlite3 import dbapi2

        options["module"] = dbapi2
    return options


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if "sqlite" not in type(connection).__module__:
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT}",
        "cache_size=-32000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        write = connection.get_execution_options().get("portal_write")
        if write:
            writers_turn.take(connection.engine.url.database, connection.connection.info)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@event.listens_for(Pool, "checkin")
def _end_turn(_connection: Any, record: Any) -> None:
    writers_turn.give_back(record.info)
    record.info["rests_since"] = monotonic()


@event.listens_for(Pool, "checkout")
def _see_that_it_lives(connection: Any, record: Any, _given: Any) -> None:
    """Ask a connection to a server whether it lives still, where it has rested for a while: what is used all the time
    need not be asked each time. If it does not live, all that rested with it are made anew."""
    if "sqlite" in type(connection).__module__ or monotonic() - record.info.get("rests_since", inf) < RESTS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except connection.OperationalError as error:
        raise InvalidatePoolError from error


@event.listens_for(Pool, "close")
def _leave_turns(_connection: Any, record: Any) -> None:
    writers_turn.close(record.info)


class _HintedCompiler(SQLiteCompiler):
    """Writes hints of a statement (`with_hint`) behind their table: to SQLite, `INDEXED BY` is the one there is."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


@event.listens_for(Engine, "do_connect")
def _understand_hints(dialect: Any, *_how: Any) -> None:
    if dialect.name == "sqlite":
        dialect.statement_compiler = _HintedCompiler
