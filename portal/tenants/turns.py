"""Taking turns: a few decisions read what others are about to write, so one transaction makes them at a time.

On PostgreSQL by an advisory lock that the transaction's end gives back; SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import func, select

from portal.foundation.database import db


class Turn(IntEnum):
    """What is decided one after the other. The numbers are the portal's own among the database's advisory locks."""

    SLUGS = 7_240_117
    TREE = 7_240_119


def take(turn: Turn) -> None:
    """Wait until no other transaction decides the same."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(turn.value)))
