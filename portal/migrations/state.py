"""Where the database stands against the migrations, without loading Alembic: asked at every start and by /readyz."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import column, func, inspect, select, table

from portal.foundation.database import db

FOLDER = Path(__file__).parent
_MIGRATING = 7_240_119


@functools.cache
def head() -> str:
    """Give the newest migration's revision: the one that no other comes after."""
    texts = [path.read_text() for path in (FOLDER / "versions").glob("*.py")]
    revisions = {found.group(1) for text in texts if (found := re.search(r'^revision = "(\w+)"', text, re.MULTILINE))}
    before = {found.group(1) for text in texts if (found := re.search(r'^down_revision = "(\w+)"', text, re.MULTILINE))}
    (newest,) = revisions - before
    return newest


def revision() -> str | None:
    """Give the revision the database is at; None where it is empty."""
    if not inspect(db.engine).has_table("alembic_version"):
        return None
    return db.session.scalar(select(column("version_num")).select_from(table("alembic_version")))


def upgrade_database() -> bool:
    """Bring the database to the newest migration; say whether there was anything to do."""
    at = revision()
    db.session.rollback()
    if at == head():
        return False
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with _one_at_a_time():
        command.upgrade(config, "head")
    return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let only one process migrate. SQLite has one writer anyway; PostgreSQL waits for a lock and finds it done."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    with db.engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(_MIGRATING)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_MIGRATING)))
