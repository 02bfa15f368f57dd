"""The database: one session, one way to write, and the rule that no commit goes unaudited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ClauseElement,
    DateTime,
    Delete,
    Dialect,
    Insert,
    Integer,
    MetaData,
    TextClause,
    TypeDecorator,
    Update,
    event,
    inspect,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, registry
from sqlalchemy.sql import visitors

from portal.foundation.compact import compact_json
from portal.foundation.connections import BUSY_TIMEOUT
from portal.foundation.errors import Conflict, Fault, Invalid
from portal.foundation.limits import check_sql

OPERATIONAL_TABLES = {
    "calls": "facts reported by the platform, counted in figures",
    "recordings": "facts reported by the platform with a call",
    "daily_figures": "counters, kept by the transaction of the call",
    "standings": "counters of the running month, kept by the transaction of the call",
    "monthly_figures": "sums of a month's days, kept by the transaction of the call",
    "removals": "what retention removed of calls, written by the transaction that removed it",
    "refusals": "calls that were not admitted, written by the transaction that refused them",
    "sessions": "signing in is audited; being active is not",
    "known_devices": "follows from signing in, which is audited",
    "sign_in_attempts": "counters of wrong passwords",
    "api_tokens": "signing in is audited; each refresh is not",
    "sign_in_links": "one-time links of the demonstration; their use is audited",
    "confirmation_links": "links that confirm an address; their use is audited",
    "reset_links": "links that set a new password; asking for one and its use are audited",
    "waiting_sign_ins": "sign-ins that wait for their second factor; how each ends is audited",
    "passkey_challenges": "what passkeys are asked to sign; what follows from the answer is audited",
    "mail_messages": "follow from changes that are audited; sending them is a fact",
    "mail_attempts": "facts: what a mail server answered",
    "jobs": "when daily work was done and is due; asking for it by hand is audited",
    "tenant_notices": "what a tenant's people were told once, so that they are not told again",
    "stored_answers": "what an idempotency key was answered",
    "tenant_search": "a shadow of names for searching",
    "deliveries": "follow from changes that are audited; each attempt is a fact",
    "delivery_attempts": "facts: what a receiver answered",
    "webhook_health": "counters: how a receiver answered",
    "webhook_streams": "counters: the numbers of a tenant's events",
    "installation": "what this database is, written when it is made",
}
"""The only tables whose rows may change without an audit record, each with the reason. A test reads this list."""


class Base(DeclarativeBase):
    """The base of every model; constraint names are predictable, so that migrations can name them."""

    registry = registry(
        type_annotation_map={int: BigInteger().with_variant(Integer, "sqlite")},
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: SQLite drops the zone, so it is put back on reading. A moment without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _ExactJson(JSON):
    """JSON whose changes are seen as JSON has them: to Python 1, 1.0 and true are equal, to a document they are not."""

    def compare_values(self, x: Any, y: Any) -> bool:
        """Say whether two documents are the same."""
        return bool(x == y) and (not isinstance(x, dict | list) or compact_json(x) == compact_json(y))


JsonColumn = _ExactJson(none_as_null=True)


def checks(**columns: Any) -> tuple[CheckConstraint, ...]:
    """Make the CHECKs of a table from its columns' limits: `checks(name=limits.Name)`."""
    return tuple(
        CheckConstraint(condition, name=column)
        for column, limit in columns.items()
        if (condition := check_sql(column, limit)) is not None
    )


class Unaudited(RuntimeError):
    """A commit would have changed audited rows without an audit record. Always a defect of ours."""


class OutsideUnitOfWork(RuntimeError):
    """Something wrote outside an action. Always a defect of ours."""


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Run one transaction: commit at the end, roll back at an error. Inside another one it joins that one.

    It begins anew, so that what was read before is read again behind the lock. Nothing is flushed half-way, so that
    an audit record still sees what changed. Broken unique constraints come out as `Invalid` at their field.
    """
    session = db.session()
    if session.info.get("unit_of_work"):
        yield session
        return
    session.rollback()
    session.expire_all()  # a rollback does it only where something was read since the last commit
    session.info.update(unit_of_work=True, changed_tables=set())
    try:
        session.connection(execution_options={"portal_write": True})
        with session.no_autoflush:
            yield session
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise _as_refusal(error) from error
    except OperationalError as error:
        session.rollback()
        if "locked" in str(error.orig) or "deadlock" in str(error.orig):
            raise Conflict("The database is busy with other changes. Try again in a moment.") from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("unit_of_work", None)


@contextmanager
def reading() -> Iterator[Session]:
    """Read what is so now, and hold no transaction afterwards: for loops, which a request's end never tidies up."""
    session = db.session()
    try:
        yield session
    finally:
        if not session.info.get("unit_of_work"):
            session.rollback()


_UNIQUE_VIOLATION = "23505"  # PostgreSQL's SQLSTATE
_FIELDS = {"username_key": "username", "email_key": "email"}
"""Columns that hold a field in the form in which it is compared."""


def _as_refusal(error: IntegrityError) -> Exception:
    """Read which column another row has taken already, in either database's words; anything else, such as a key of
    several columns, stays the error it is."""
    text = str(error.orig)
    found = re.search(r"UNIQUE constraint failed: \w+\.(\w+)$", text)
    if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
        found = re.search(r"\((\w+)\)=\(", text)
    if found is None:
        return error
    column = found.group(1)
    field = _FIELDS.get(column, column)
    if field not in {"id", "key", "name", "slug", "external_id", "username", "email"}:
        return error
    return Invalid(Fault(field, "This is already taken.", "taken"))


@event.listens_for(Session, "after_flush")
def _note_changed_tables(session: Session, _context: Any) -> None:
    changed = {type(row).__table__.name for row in session.new}
    changed |= {type(row).__table__.name for row in session.deleted}
    changed |= {type(row).__table__.name for row in session.dirty if session.is_modified(row)}
    _note(session, changed)


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if isinstance(state.statement, TextClause):
        if state.session.info.get("unit_of_work"):
            raise Unaudited("Raw SQL in an action cannot be followed; use statements on tables.")
        return
    if not (state.is_select and not state.session.info.get("unit_of_work")):
        changes = _changes(cast(ClauseElement, state.statement))
        if ("audit_records", False) in changes:
            raise Unaudited("Audit records are neither changed nor deleted.")
        _note(state.session, {table for table, _ in changes})


_FOLLOWED: WeakKeyDictionary[ClauseElement, frozenset[tuple[str, bool]]] = WeakKeyDictionary()


def _changes(statement: ClauseElement) -> frozenset[tuple[str, bool]]:
    """Give the tables that a statement changes, each with whether it only inserts. To walk through a large statement
    takes longer than to run it: one that is made once and run for every call is walked through once."""
    changes = _FOLLOWED.get(statement)
    if changes is None:
        # PostgreSQL changes rows within a query too: WITH changed AS (UPDATE …) SELECT …
        parts = [part for part in visitors.iterate(statement) if isinstance(part, Insert | Update | Delete)]
        changes = frozenset((part.table.name, isinstance(part, Insert)) for part in parts)  # type: ignore[union-attr]
        _FOLLOWED[statement] = changes
    return changes


def _note(session: Session, tables: Set[str]) -> None:
    if not tables:
        return
    if not session.info.get("unit_of_work"):
        raise OutsideUnitOfWork(f"{', '.join(sorted(tables))} changed outside an action.")
    session.info["changed_tables"] |= tables


@event.listens_for(Session, "before_commit")
def _no_commit_goes_unaudited(session: Session) -> None:
    if not session.info.get("unit_of_work"):
        return
    session.flush()
    changed: set[str] = session.info["changed_tables"]
    unaudited = changed - OPERATIONAL_TABLES.keys() - {"audit_records"}
    if unaudited and "audit_records" not in changed:
        raise Unaudited(f"{', '.join(sorted(unaudited))} changed without an audit record.")


def empty_write_ahead_log() -> None:
    """On SQLite, bring what was written into the file and empty the log beside it, so that what was deleted is in
    neither. While others read or write, the log's next round does it; nobody waits here."""
    session = db.session()
    if session.get_bind().dialect.name != "sqlite" or session.info.get("unit_of_work"):
        return
    session.rollback()  # this session's own reading would stand against it
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA busy_timeout=0")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")


def is_new(row: Base) -> bool:
    """Say whether a row has not been stored yet."""
    state = inspect(row)
    return bool(state.transient or state.pending)
