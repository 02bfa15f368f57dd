"""Calls, recordings, and the figures made from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, ForeignKey, Index, String, Uuid, literal, text, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, JsonColumn, UtcDateTime, checks
from portal.usage import limits


class Call(Base):
    """One admitted call. `price` is that day's price per minute in hundredths of a cent; `cents` is its cost.

    `recording_admitted` says whether it may be recorded, as the tenant's settings had it when the call began.
    """

    __tablename__ = "calls"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    direction: Mapped[limits.Direction] = mapped_column(String(10), default=limits.Direction.INBOUND)
    status: Mapped[limits.CallStatus] = mapped_column(String(10), default=limits.CallStatus.ACTIVE)
    agent_id: Mapped[str | None] = mapped_column(String(128))
    caller: Mapped[str | None] = mapped_column("from_number", String(64))
    callee: Mapped[str | None] = mapped_column("to_number", String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    duration_seconds: Mapped[int | None] = mapped_column(BigInteger)
    sentiment_score: Mapped[float | None]
    price: Mapped[int] = mapped_column(BigInteger, default=0)
    cents: Mapped[int] = mapped_column(BigInteger, default=0)
    recording_admitted: Mapped[bool] = mapped_column(
        Boolean(create_constraint=True, name="recording_admitted"), default=True, server_default=true()
    )

    __table_args__ = (
        *checks(
            call_id=limits.CallId,
            direction=limits.Direction,
            status=limits.CallStatus,
            duration_seconds=limits.Seconds,
            sentiment_score=limits.Sentiment,
            price=limits.HundredthsOfCent,
            cents=limits.HundredthsOfCent,
        ),
        Index(None, "call_id"),
        Index("ix_calls_tenant_started", "tenant_id", "started_at"),
        Index(None, "from_number", "started_at"),
        Index(None, "to_number", "started_at"),
        Index(
            "ix_calls_active",
            "tenant_id",
            "started_at",
            sqlite_where=text("status = 'active'"),
            postgresql_where=text("status = 'active'"),
        ),
    )


class Recording(Base):
    """A call's recording: how large it is. Where it lies is the platform's business."""

    __tablename__ = "recordings"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = checks(size_bytes=limits.Seconds)


class RefusedCall(Base):
    """A call that was not admitted, so that "why?" has an answer: one row a reason and day, however often it was asked.

    `limit_value` and `used` are those of the last time; `source` says where the value came from, `set_by` and
    `because` who set it and why where that was known: of an override, or of a suspension its reason.
    """

    __tablename__ = "refusals"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[limits.Refusal] = mapped_column(String(20), primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger, default=1)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    limit_value: Mapped[int | None] = mapped_column(BigInteger)
    used: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[limits.Source | None] = mapped_column(String(10))
    plan_key: Mapped[str] = mapped_column(String(100))
    set_by: Mapped[str | None] = mapped_column(String(255))
    because: Mapped[str | None] = mapped_column(String(500))
    direction: Mapped[limits.Direction] = mapped_column(String(10), default=limits.Direction.INBOUND)
    agent_id: Mapped[str | None] = mapped_column(String(128))
    caller: Mapped[str | None] = mapped_column("from_number", String(64))
    callee: Mapped[str | None] = mapped_column("to_number", String(64))

    __table_args__ = (
        *checks(
            call_id=limits.CallId,
            reason=limits.Refusal,
            times=limits.Count,
            limit_value=limits.Count,
            used=limits.Count,
            source=limits.Source,
            direction=limits.Direction,
        ),
        Index(None, "call_id"),
        Index(None, "tenant_id", "last_at"),
        Index(None, "from_number", "last_at"),
        Index(None, "to_number", "last_at"),
    )


class Removal(Base):
    """What was removed of a tenant's calls on a day, because it was older than it keeps: from before `before`."""

    __tablename__ = "removals"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[datetime] = mapped_column(UtcDateTime)
    calls: Mapped[int] = mapped_column(BigInteger)
    recordings: Mapped[int] = mapped_column(BigInteger)
    recording_bytes: Mapped[int] = mapped_column(BigInteger)
    refusals: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = checks(
        calls=limits.Count, recordings=limits.Count, recording_bytes=limits.Count, refusals=limits.Count
    )


SOME_REFUSED = "CAST(refused AS TEXT) <> '{}'"
"""That calls were refused on a day, in the words of the index of such days."""


class DailyFigures(Base):
    """A tenant's day: what came of its calls. `refused` counts refusals by reason. Days turn at midnight UTC.

    `sentiments` counts the calls that have a score; `sentiment_sum` adds these scores, in millionths.
    """

    __tablename__ = "daily_figures"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger, default=0)
    completed: Mapped[int] = mapped_column(BigInteger, default=0)
    failed: Mapped[int] = mapped_column(BigInteger, default=0)
    no_answer: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    refused: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    cents: Mapped[int] = mapped_column(BigInteger, default=0)
    peak_concurrent: Mapped[int] = mapped_column(default=0)
    sentiments: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    sentiment_sum: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    __table_args__ = (
        *checks(
            calls=limits.Count,
            completed=limits.Count,
            failed=limits.Count,
            no_answer=limits.Count,
            sentiments=limits.Count,
            seconds=limits.Count,
            cents=limits.Count,
            peak_concurrent=limits.Count,
        ),
        Index(None, "day"),
        Index(
            "ix_daily_figures_refused",
            "day",
            "tenant_id",
            sqlite_where=text(SOME_REFUSED),
            postgresql_where=text(SOME_REFUSED),
        ),
    )


class Standing(Base):
    """A tenant's running month in one narrow row, so that all of them are summed and sorted quickly.

    A row whose `month` is not the running month counts as nothing used: sorting by (month, calls) still puts the
    tenants in the order of what they used this month. `told_percent` is the highest share of the month's calls that the
    tenant was told of in that month. `recording_bytes` is what all its recordings take, of whatever month.
    """

    __tablename__ = "standings"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(Date)
    calls: Mapped[int] = mapped_column(BigInteger, default=0)
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    cents: Mapped[int] = mapped_column(BigInteger, default=0)
    refused: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    peak_concurrent: Mapped[int] = mapped_column(default=0, server_default="0")
    last_call_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recording_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    told_percent: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        *checks(
            calls=limits.Count,
            seconds=limits.Count,
            cents=limits.Count,
            refused=limits.Count,
            peak_concurrent=limits.Count,
            recording_bytes=limits.Count,
            told_percent=limits.Percent,
        ),
        *(Index(None, "month", name, "tenant_id") for name in ("calls", "cents")),
        {"sqlite_with_rowid": False},  # its rows lie in the order of their key, by which everybody asks for them
    )


def stands_in(figures: Any, month: date) -> ColumnElement[bool]:
    """Give the condition that standings, or monthly figures, are those of a month. The month stands in the SQL itself:
    SQLite would look at each row anew whether a value that comes beside it is a number."""
    return cast(ColumnElement[bool], figures.month == literal(month, Date, literal_execute=True))


class MonthlyFigures(Base):
    """A tenant's month that is over: the sums of its days, so that all tenants' months can be sorted on an index.

    The running month stands in `standings`. What is told of an earlier month afterwards is added here too. `plan_key`
    and `call_limit` are the tenant's plan and the month's limit in force as the month was closed; months that were
    closed before this was kept know neither.
    """

    __tablename__ = "monthly_figures"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[int] = mapped_column(BigInteger)
    peak_concurrent: Mapped[int]
    plan_key: Mapped[str | None] = mapped_column(String(100))
    call_limit: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        *checks(
            calls=limits.Count,
            seconds=limits.Count,
            cents=limits.Count,
            refused=limits.Count,
            peak_concurrent=limits.Count,
            call_limit=limits.Count,
        ),
        *(
            Index(None, "month", name, "tenant_id")
            for name in ("calls", "seconds", "cents", "refused", "peak_concurrent")
        ),
        Index("ix_monthly_figures_summed", "month", "tenant_id", "calls", "seconds", "cents", "refused"),
    )
