"""Leases: rows of work that workers take for a while, so that no two do the same and none is lost with a worker.

A worker takes what is due, does it outside the transaction, and settles it by the lease it holds. A worker that is
killed lets its leases run out, and others take the rows. One that only was slow and lost its lease settles nothing any
more: the lease's token is a fencing token, made new with each taking.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Uuid, and_, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import UtcDateTime, db
from portal.foundation.ids import new_id


class Leased:
    """The columns of rows that are work. `due_at` None means that nothing is to be done. The key is the column `id`."""

    id: Mapped[UUID]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[UUID | None] = mapped_column(Uuid)


Row = TypeVar("Row", bound=Leased)


def due_index(table: str, *columns: str) -> Index:
    """Make the index by which due rows are found, on `due_at` and further columns. It holds the rows that wait, and no
    others."""
    waits = text("due_at IS NOT NULL")
    return Index(f"ix_{table}_due_at", "due_at", *columns, sqlite_where=waits, postgresql_where=waits)


def free(model: type[Leased], at: datetime | None = None) -> ColumnElement[bool]:
    """Give the condition that a row is due at a moment (now) and that nobody holds it."""
    at = at or now()
    return and_(model.due_at <= at, or_(model.leased_until.is_(None), model.leased_until <= at))


def anything_due(model: type[Leased], *but: ColumnElement[bool]) -> bool:
    """Say whether any row is free to be taken. It only reads: a worker that finds nothing writes nothing."""
    return db.session.scalar(select(model.id).where(free(model), *but).limit(1)) is not None


def lease(
    model: type[Row],
    how_many: int,
    seconds: float,
    *but: ColumnElement[bool],
    per: ColumnElement[Any] | None = None,
    most: int = 1,
) -> Sequence[Row]:
    """Take up to `how_many` due rows for `seconds`, the longest due first, within the running transaction.

    `but` are further conditions. With `per`, no more than `most` rows of each group are taken at once. Rows that
    another worker is taking at this moment are passed over.
    """
    at = now()
    wanted = select(model.id).where(free(model, at), *but)
    if per is not None:
        place = func.row_number().over(partition_by=per, order_by=(model.due_at, model.id)).label("place")
        ranked = select(model.id, model.due_at, place).where(free(model, at), *but).subquery()
        first = select(ranked.c.id).where(ranked.c.place <= most).order_by(ranked.c.due_at, ranked.c.id)
        wanted = wanted.where(model.id.in_(first.limit(how_many)))
    # FOR UPDATE SKIP LOCKED is PostgreSQL's; SQLite has one writer at a time, and leaves it out.
    chosen = wanted.order_by(model.due_at, model.id).limit(how_many).with_for_update(skip_locked=True, of=model).cte()
    taken = (
        update(model)
        .where(model.id.in_(select(chosen.c.id)))
        .values(leased_until=at + timedelta(seconds=seconds), lease=new_id())
        .returning(model)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(db.session.scalars(taken), key=lambda row: (row.due_at or at, row.id))


def renew(model: type[Leased], leases: Collection[UUID], seconds: float) -> None:
    """Hold what is still held under these leases for `seconds` from now on."""
    if leases:
        until = now() + timedelta(seconds=seconds)
        db.session.execute(_among(model, leases).values(leased_until=until))


def settle(model: type[Leased], row_id: UUID, token: UUID | None, **values: Any) -> bool:
    """Write what came of a row and give its lease back; say whether the lease was still held. If not, another worker
    has the row, and nothing is written."""
    written: Any = db.session.execute(
        _among(model, [token] if token else [])
        .where(model.id == row_id)
        .values(lease=None, leased_until=None, **values)
    )
    return bool(written.rowcount)


def settle_all(model: type[Leased], outcomes: Mapping[tuple[UUID, UUID], Mapping[str, Any]]) -> set[UUID]:
    """Settle many rows at once, by (id, lease) and what is to be written, the same columns in each; give the ids of
    those whose lease was still held. The others are passed over."""
    table = model.__table__  # type: ignore[attr-defined]
    locked = select(table.c.id, table.c.lease).where(table.c.id.in_([row_id for row_id, _ in outcomes]))
    rows = db.session.execute(locked.order_by(table.c.id).with_for_update())
    kept = {(row.id, row.lease) for row in rows} & outcomes.keys()
    if kept:
        done = {"lease": None, "leased_until": None}
        written = [{"row": row_id, **done, **outcomes[row_id, token]} for row_id, token in kept]
        db.session.execute(update(table).where(table.c.id == bindparam("row", type_=table.c.id.type)), written)
    return {row_id for row_id, _ in kept}


def give_back(model: type[Leased], leases: Collection[UUID], ids: Collection[UUID]) -> None:
    """Give leases back undone, so that somebody else may take the rows at once."""
    if ids:
        db.session.execute(_among(model, leases).where(model.id.in_(ids)).values(lease=None, leased_until=None))


def _among(model: type[Leased], leases: Collection[UUID]) -> Any:
    return update(model).where(model.lease.in_(leases)).execution_options(synchronize_session=False)
