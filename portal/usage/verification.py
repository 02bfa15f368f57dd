"""Replaying calls: do the figures say what the calls add up to?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.usage.figures import COUNTED, OF_A_MONTH, cost, sums_by_month, worth
from portal.usage.models import Call, DailyFigures, MonthlyFigures, Standing
from portal.usage.retention import kept_since

AT_ONCE = 100
"""Tenants whose calls are replayed together."""


@dataclass
class Replay:
    """What was replayed: how many tenants, days and calls, and what did not fit, each a sentence."""

    tenants: int = 0
    days: int = 0
    calls: int = 0
    faults: int = 0


def differences(actor: Actor, replay: Replay) -> Iterator[str]:
    """Replay the calls of every tenant, on the days that are kept, and say in a sentence each figure that is not what
    they add up to, each call whose cost is not its seconds at its price, each month that is not the sum of its days.

    The peak is not replayed: it is of the moments of asking. All is read as of one moment, while the portal runs.
    """
    actor.require(Permission.TENANTS_ADMINISTER)
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    at = now()
    ids = db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all()
    for start in range(0, len(ids), AT_ONCE):
        tenants = db.session.scalars(select(Tenant).where(Tenant.id.in_(ids[start : start + AT_ONCE]))).all()
        for fault in _replayed(tenants, at, replay):
            replay.faults += 1
            yield fault
        db.session.expunge_all()
    db.session.rollback()


def _replayed(tenants: Sequence[Tenant], at: datetime, replay: Replay) -> Iterator[str]:
    by_id = {tenant.id: tenant for tenant in tenants}
    kept = kept_since(tenants, at)
    added: dict[tuple[object, date], Counter[str]] = {}
    calls = select(Call).where(Call.tenant_id.in_(by_id), Call.started_at >= min(kept.values()))
    for call in db.session.scalars(calls.execution_options(yield_per=2_000)):
        if call.started_at < kept[call.tenant_id]:
            continue
        replay.calls += 1
        seconds = call.duration_seconds or 0
        if call.cents != cost(seconds, call.price):
            name = by_id[call.tenant_id].slug
            yield f"{name}: call {call.call_id} cost {call.cents}, not {cost(seconds, call.price)} cents."
        added.setdefault((call.tenant_id, call.started_at.date()), Counter()).update(worth(call))
        db.session.expunge(call)
    yield from _compared(by_id, kept, added, at, replay)


def _compared(by_id: dict, kept: dict, added: dict, at: datetime, replay: Replay) -> Iterator[str]:
    first = min(*(moment.date() for moment in kept.values()), at.date())
    days = select(DailyFigures).where(DailyFigures.tenant_id.in_(by_id), DailyFigures.day >= first)
    for figures in db.session.scalars(days.order_by(DailyFigures.tenant_id, DailyFigures.day)):
        if datetime.combine(figures.day, time(), UTC) >= kept[figures.tenant_id]:
            replay.days += 1
            stored = Counter({name: getattr(figures, name) for name in COUNTED})
            replayed = added.pop((figures.tenant_id, figures.day), Counter())
            yield from _unequal(f"{by_id[figures.tenant_id].slug}: {figures.day}", COUNTED, stored, replayed)
    for (tenant_id, day), replayed in added.items():
        yield from _unequal(f"{by_id[tenant_id].slug}: {day}", COUNTED, Counter(), replayed)
    yield from _months(by_id, replay)


def _months(by_id: dict, replay: Replay) -> Iterator[str]:
    """Say where a month, the running one or one that is over, is not the sum of its days, or is missing."""
    running = {row.tenant_id: row for row in db.session.scalars(select(Standing).where(Standing.tenant_id.in_(by_id)))}
    replay.tenants += len(running)
    rows = db.session.scalars(select(MonthlyFigures).where(MonthlyFigures.tenant_id.in_(by_id)))
    stored = {(row.tenant_id, row.month): row for row in (*rows, *running.values())}
    sums = sums_by_month(by_id)
    for tenant_id, month in sorted(stored.keys() | sums.keys()):
        if tenant_id in running and month > running[tenant_id].month:
            continue  # dated ahead: it is counted when its month begins
        row = stored.get((tenant_id, month))
        written = Counter({name: getattr(row, name) for name in OF_A_MONTH} if row else {})
        where = f"{by_id[tenant_id].slug}: the month of {month:%B %Y}"
        yield from _unequal(where, OF_A_MONTH, written, sums.get((tenant_id, month), Counter()), "its days give")


def _unequal(
    where: str, names: Sequence[str], stored: Counter[str], added: Counter[str], by: str = "the calls give"
) -> Iterator[str]:
    for name in names:
        if stored[name] != added[name]:
            yield f"{where}: {name.replace('_', ' ')} stand at {stored[name]:,}, {by} {added[name]:,}."
