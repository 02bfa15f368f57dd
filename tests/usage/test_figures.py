"""What is read of a tenant's use: this month and last, each day, what was refused, what runs now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Forbidden
from portal.usage import queries
from portal.usage.models import Call, DailyFigures, Standing
from tests.cast import Cast

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def store(*rows: Any) -> None:
    with unit_of_work() as session:
        session.add_all(rows)


def has_used(cast: Cast, month: date, **used: Any) -> None:
    with unit_of_work() as session:
        session.execute(update(Standing).where(Standing.tenant_id == cast.acme.id).values(month=month, **used))


def day(cast: Cast, on: date, **figures: Any) -> DailyFigures:
    return DailyFigures(tenant_id=cast.acme.id, day=on, **figures)


def test_this_month_stands_beside_the_last(cast: Cast):
    has_used(cast, date(2026, 3, 1), calls=12, seconds=3629, cents=544, last_call_at=NOW)
    store(
        day(cast, date(2026, 1, 31), calls=100, seconds=100, cents=100),
        day(cast, date(2026, 2, 1), calls=3, seconds=60, cents=9),
        day(cast, date(2026, 2, 28), calls=4, seconds=90, cents=10),
        day(cast, date(2026, 3, 1), calls=12, seconds=3629, cents=544),
    )
    figures = queries.month(cast.actor(cast.vera), cast.acme)
    assert (figures.month, figures.calls, figures.seconds, figures.minutes) == (date(2026, 3, 1), 12, 3629, 60)
    assert (figures.cents, figures.last_call_at, figures.active_calls) == (544, NOW, 0)
    assert figures.last_month == queries.Used(date(2026, 2, 1), calls=7, seconds=150, cents=19)
    assert figures.last_month.minutes == 3
    for first in (date(2026, 2, 1), date(2026, 2, 20)):  # days that hold the whole last month, and days that do not
        days = queries.days(cast.actor(cast.vera), cast.acme, first, date(2026, 3, 10))
        assert queries.month(cast.actor(cast.vera), cast.acme, among=days) == figures


def test_a_standing_of_a_month_gone_by_counts_as_nothing_but_the_last_call_stays(cast: Cast):
    has_used(cast, date(2026, 2, 1), calls=12, seconds=60, cents=9, last_call_at=NOW - timedelta(days=20))
    figures = queries.month(cast.actor(cast.olive), cast.acme)
    assert (figures.calls, figures.seconds, figures.cents) == (0, 0, 0)
    assert figures.last_call_at == NOW - timedelta(days=20)


def call(cast: Cast, call_id: str, began: timedelta, **fields: Any) -> Call:
    return Call(tenant_id=cast.acme.id, call_id=call_id, started_at=NOW - began, **fields)


def test_a_call_runs_until_it_ends_or_for_four_hours(cast: Cast):
    store(
        call(cast, "just-begun", timedelta(seconds=1)),
        call(cast, "long", timedelta(hours=3, minutes=59)),
        call(cast, "forgotten", timedelta(hours=4)),
        call(cast, "over", timedelta(minutes=5), status="completed"),
    )
    assert queries.active_calls([cast.acme.id, cast.globex.id]) == {cast.acme.id: 2, cast.globex.id: 0}
    assert queries.active_calls([]) == {}
    assert queries.month(cast.actor(cast.sam), cast.acme).active_calls == 2


def test_running_calls_are_found_on_their_own_index(cast: Cast):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL scans a table as small as this one")
    statement = select(Call.call_id).where(Call.tenant_id == cast.acme.id, queries.running())
    compiled = statement.compile(db.engine, compile_kwargs={"render_postcompile": True})
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", ("0", "2026")).all()
    assert "ix_calls_active" in str(plan)


def test_a_day_without_figures_holds_zeros(cast: Cast):
    store(day(cast, date(2026, 3, 2), calls=5, completed=4, failed=1, seconds=300, cents=45, peak_concurrent=2))
    shown = queries.days(cast.actor(cast.max), cast.acme, date(2026, 3, 1), date(2026, 3, 3))
    assert [(each.day.day, each.calls, each.peak_concurrent) for each in shown] == [(1, 0, 0), (2, 5, 2), (3, 0, 0)]
    assert shown[0].refused == {}
    assert not db.session.new


def test_refusals_are_summed_by_reason_the_most_frequent_first(cast: Cast):
    store(
        day(cast, date(2026, 3, 3), refused={"monthly": 99}),
        day(cast, date(2026, 3, 4), refused={"concurrent": 2, "monthly": 1}),
        day(cast, date(2026, 3, 10), refused={"monthly": 4}),
    )
    days = queries.days(cast.actor(cast.sam), cast.acme, date(2026, 3, 4), date(2026, 3, 10))
    assert list(queries.refused(days).items()) == [("monthly", 5), ("concurrent", 2)]
    assert queries.refused(days[-1:]) == {"monthly": 4}


def test_a_stranger_reads_nothing(cast: Cast):
    stranger = cast.actor(cast.otto)
    for read in (
        lambda: queries.month(stranger, cast.acme),
        lambda: queries.days(stranger, cast.acme, date(2026, 3, 1), date(2026, 3, 2)),
    ):
        with pytest.raises(Forbidden):
            read()
