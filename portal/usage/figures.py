"""What calls add up to: the only place where costs are worked out and figures are counted."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Self, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, Table, bindparam, case, extract, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.foundation.clock import month_of
from portal.foundation.database import db
from portal.tenants.models import Tenant
from portal.usage.customer import STANDING, Customer
from portal.usage.limits import CallStatus, Refusal
from portal.usage.models import Call, DailyFigures, MonthlyFigures, Standing

COUNTED = ("calls", "completed", "failed", "no_answer", "seconds", "cents", "sentiments", "sentiment_sum")
"""The figures that follow from the calls alone."""
OF_A_MONTH = ("calls", "seconds", "cents")
"""Those of them that the running month's standing keeps."""


def cost(seconds: int, price: int) -> int:
    """Give a call's cost in cents: its seconds at a price per minute in hundredths of a cent, rounded half-up."""
    return (seconds * price + 3000) // 6000


def worth(call: Call) -> Counter[str]:
    """Give what a call, as it stands, adds to the figures of the day on which it started."""
    counted = Counter(calls=1)
    if call.status == CallStatus.ACTIVE:
        return counted
    counted[CallStatus(call.status).value] = 1
    counted["seconds"] = call.duration_seconds or 0
    counted["cents"] = call.cents
    if call.sentiment_score is not None:
        counted["sentiments"] = 1
        counted["sentiment_sum"] = round(call.sentiment_score * 1_000_000)
    return counted


class Ledger:
    """The figures of one tenant, open for a transaction that holds the tenant's turn: `with Ledger(tenant, at) as
    ledger: …`. What is entered is written when it is closed, days and standing in a statement each."""

    def __init__(self, tenant: Customer, at: datetime) -> None:
        self.tenant, self.tenant_id, self.at = tenant, tenant.id, at
        self.standing = tenant.standing
        self._stood = {name: getattr(self.standing, name) for name in STANDING}
        self._days: dict[date, Counter[str]] = defaultdict(Counter)
        running = month_of(at)
        if self.standing.month < running:
            self._turn_to(running)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if kind is None:
            self.close()

    def close(self) -> None:
        """Write down what was entered."""
        if self._days:
            rows = [
                {"tenant_id": self.tenant_id, "day": day, "refused": {}, **{name: added[name] for name in _ADDED}}
                for day, added in self._days.items()
            ]
            db.session.execute(_adding(db.session.get_bind().dialect.name), rows)
        stands = {name: getattr(self.standing, name) for name in STANDING}
        if changed := {name: value for name, value in stands.items() if value != self._stood[name]}:
            db.session.execute(_STANDS, {"of": self.tenant_id, **changed})
        for month in {day.replace(day=1) for day in self._days}:
            if month < self.standing.month:
                keep_month(self.tenant, month)

    def _turn_to(self, running: date) -> None:
        """Close the months that are over, and begin the running one; what was dated ahead stands in the days."""
        month = self.standing.month
        while month < running:
            keep_month(self.tenant, month)
            month = (month + timedelta(days=31)).replace(day=1)
        used = month_sums(self.tenant_id, running)
        self.standing.month, self.standing.told_percent = running, 0
        self.standing.refused = self.standing.peak_concurrent = 0
        self.standing.calls, self.standing.seconds, self.standing.cents = (used[name] for name in OF_A_MONTH)

    def used(self, month: date) -> Counter[str]:
        """Give the calls, seconds and cents of a month, which is named by its first day."""
        if month == self.standing.month:
            return Counter({name: getattr(self.standing, name) for name in OF_A_MONTH})
        return month_sums(self.tenant_id, month)

    def enter(self, on: date, counted: Counter[str]) -> None:
        """Add to the figures of a day, and to the running month's where it falls into that."""
        self._days[on].update(counted)
        if on.replace(day=1) == self.standing.month:
            for name in OF_A_MONTH:
                setattr(self.standing, name, getattr(self.standing, name) + counted[name])

    def peak(self, on: date, running: int) -> None:
        """Note how many calls ran at once when one began."""
        self._days[on]["peak_concurrent"] = max(self._days[on]["peak_concurrent"], running)
        if on.replace(day=1) == self.standing.month:
            self.standing.peak_concurrent = max(self.standing.peak_concurrent, running)

    def keep_recording(self, size_bytes: int) -> None:
        """Count what a recording takes; what is removed is counted below nothing."""
        self.standing.recording_bytes = max(0, self.standing.recording_bytes + size_bytes)

    def began(self, moment: datetime) -> None:
        """Note when a call began: the latest is kept."""
        if self.standing.last_call_at is None or moment > self.standing.last_call_at:
            self.standing.last_call_at = moment

    def refuse(self, reason: Refusal) -> int:
        """Count a refusal today; give how many there have been today with it."""
        figures = db.session.get(DailyFigures, (self.tenant_id, self.at.date()))
        if figures is None:
            figures = empty_day(self.tenant_id, self.at.date())
            db.session.add(figures)
        figures.refused = {**figures.refused, reason.value: figures.refused.get(reason.value, 0) + 1}
        self.standing.refused += 1
        return sum(figures.refused.values())


_ADDED = (*COUNTED, "peak_concurrent")
_STANDS = update(cast("Table", Standing.__table__)).where(Standing.__table__.c.tenant_id == bindparam("of"))


@functools.cache
def _adding(dialect: str) -> Insert:
    """Write the statement that adds to the figures of a day, whether it has any yet or not."""
    new = {"postgresql": postgresql, "sqlite": sqlite}[dialect].insert(DailyFigures.__table__)
    stored, added = DailyFigures.__table__.c, new.excluded
    sums = {name: stored[name] + added[name] for name in COUNTED}
    higher = case((added.peak_concurrent > stored.peak_concurrent, added.peak_concurrent), else_=stored.peak_concurrent)
    return new.on_conflict_do_update(index_elements=["tenant_id", "day"], set_={**sums, "peak_concurrent": higher})


def keep_month(tenant: Customer | Tenant, month: date) -> None:
    """Write down what the days of a month that is over add up to, the first time with the plan and limit of now, which
    say how full the month was; nothing where it has no days."""
    db.session.flush()  # a day, or the month's own row, may be new in this transaction
    stored = select(DailyFigures).where(*days_of(tenant.id, month)).execution_options(populate_existing=True)
    days = db.session.scalars(stored).all()
    if not days:
        return
    kept = db.session.get(MonthlyFigures, (tenant.id, month))
    if kept is None:
        kept = MonthlyFigures(tenant_id=tenant.id, month=month)
        kept.plan_key, kept.call_limit = tenant.billing_plan, tenant.limit("monthly_call_limit")
        db.session.add(kept)
    for name in OF_A_MONTH:
        setattr(kept, name, sum(getattr(day, name) for day in days))
    kept.refused = sum(sum(day.refused.values()) for day in days)
    kept.peak_concurrent = max(day.peak_concurrent for day in days)


def days_of(tenant_id: UUID, month: date) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that figures are those of a tenant's days of a month."""
    following = (month + timedelta(days=31)).replace(day=1)
    return DailyFigures.tenant_id == tenant_id, DailyFigures.day >= month, DailyFigures.day < following


def month_sums(tenant_id: UUID, month: date) -> Counter[str]:
    """Add up a tenant's days of a month."""
    columns = (func.coalesce(func.sum(getattr(DailyFigures, name)), 0) for name in OF_A_MONTH)
    row = db.session.execute(select(*columns).where(*days_of(tenant_id, month))).one()
    return Counter({name: int(number) for name, number in zip(OF_A_MONTH, row, strict=True)})


def sums_by_month(tenant_ids: Collection[UUID]) -> dict[tuple[UUID, date], Counter[str]]:
    """Add up the days of some tenants by month: (tenant, first of the month) → sums."""
    year, month = extract("year", DailyFigures.day), extract("month", DailyFigures.day)
    sums = (func.sum(getattr(DailyFigures, name)) for name in OF_A_MONTH)
    rows = select(DailyFigures.tenant_id, year, month, *sums).where(DailyFigures.tenant_id.in_(tenant_ids))
    return {
        (tenant_id, date(int(in_year), int(in_month), 1)): Counter(dict(zip(OF_A_MONTH, map(int, found), strict=True)))
        for tenant_id, in_year, in_month, *found in db.session.execute(
            rows.group_by(DailyFigures.tenant_id, year, month)
        )
    }


def empty_day(tenant_id: UUID, day: date) -> DailyFigures:
    """Make the figures of a day on which nothing happened."""
    return DailyFigures(tenant_id=tenant_id, day=day, refused={}, peak_concurrent=0, **dict.fromkeys(COUNTED, 0))
