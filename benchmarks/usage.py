"""How fast calls are admitted, loaded and read: `python -m benchmarks.usage [calls]`. SQLite and PostgreSQL.

Admissions: two processes ask for calls of 1,000 tenants, then of one; beside them as many processes put the bare row
into `calls`, each in a transaction of its own, with nothing judged or counted. A month of calls is loaded by batches,
and statistics are read with few calls behind them and with all of them.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

from flask import Flask
from sqlalchemy import Table, insert

from benchmarks.visiting import PHRASE, median_ms, see, signed_in
from portal import create_app
from portal.config import Settings
from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import Door, Role, system
from portal.migrations.state import upgrade_database
from portal.tenants import actions as tenants
from portal.tenants.drafts import NewTenant
from portal.tenants.models import Tenant
from portal.usage import actions, batch, reports
from portal.usage.drafts import NewCall
from portal.usage.models import Call
from tests.postgres import OPTIONS, Cluster

TENANTS, PROCESSES, SECONDS, ROUNDS, READ = 1_000, 2, 2, 3, 60
BARE = insert(cast("Table", Call.__table__))  # made once, as what an admission runs is
ACTOR = system(Door.API)


def main() -> None:
    """Measure on both databases."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    OPTIONS.update(fsync="on", synchronous_commit="on", full_page_writes="on")  # a crash may lose nothing here
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(Cluster())
        cluster.create_database("portal")
        for name, address in (
            ("SQLite", f"sqlite:///{folder / 'portal.sqlite'}"),
            ("PostgreSQL", cluster.url("portal")),
        ):
            print(f"\n{name}, {PROCESSES} processes")
            settings = Settings(
                database_url=address,
                instance=folder,
                base_url="http://localhost",
                secret_key=PHRASE,
                demonstration=True,
                rate_limits=False,
            )
            measure(create_app(settings), calls)


def measure(app: Flask, calls: int) -> None:
    """Measure on one database."""
    with app.app_context():
        upgrade_database()
        ids = [_tenant(number) for number in range(TENANTS)]
        db.session.remove()
        db.engine.dispose()  # what forks shares no connection
    kinds = {"bare": (ids, _insert), "1,000 tenants": (ids, _admit), "one hot tenant": (ids[:1], _admit)}
    # In turn, so that a machine that slows down slows all of them.
    rounds = [{kind: _a_second(app, *given) for kind, given in kinds.items()} for _ in range(ROUNDS)]
    bare, *rates = (statistics.median(each[kind] for each in rounds) for kind in kinds)
    for what, rate in zip(list(kinds)[1:], rates, strict=True):
        print(f"  admissions, {what:<16}{rate:>9,.0f} a second   bare INSERT {bare:,.0f}: {bare / rate:.1f} times")
    with app.app_context():
        few, many = ids[1], ids[2]
        _load(few, 1_000)
        began = time.perf_counter()
        _load(many, calls)
        taken = time.perf_counter() - began
        print(f"  batches, {calls:,} calls{calls / taken:>15,.0f} a second")
        one, other = (median_ms(partial(_read, each), READ) for each in (few, many))
        _tell("statistics", one, calls, other)
        addresses = [f"/tenants/{db.session.get_one(Tenant, each).slug}" for each in (few, many)]
        db.session.remove()
    client = signed_in(app, "grace", Role.ADMIN)
    for page in ("usage", "calls", "usage/statement"):
        one, other = (median_ms(partial(see, client, f"{each}/{page}"), READ) for each in addresses)
        _tell(f"page {page}", one, calls, other)
    with app.app_context():
        db.engine.dispose()


def _tell(what: str, few: float, calls: int, many: float) -> None:
    print(f"  {what} with 1,000 calls {few:.1f} ms, with {calls:,} {many:.1f} ms: {many / few:.2f} times")


def _tenant(number: int) -> UUID:
    draft = NewTenant.read(
        {"name": f"Tenant {number}", "monthly_call_limit": 10**9, "max_concurrent_calls": 1000, "override_reason": "x"}
    )
    return tenants.create_tenant(system(), draft).tenant.id


def _a_second(app: Flask, ids: list[UUID], act: Callable[[UUID, str], None]) -> float:
    """Let processes act for some seconds; give how often they did in a second, together."""
    read, write = os.pipe()
    for process in range(PROCESSES):
        if os.fork() == 0:
            with app.app_context():
                os.write(write, f"{_acted(ids, act, f'{time.time_ns()}-{process}')}\n".encode())
                os._exit(0)
    os.close(write)
    for _ in range(PROCESSES):
        os.wait()
    with os.fdopen(read) as told:
        return sum(int(line) for line in told) / SECONDS


def _acted(ids: list[UUID], act: Callable[[UUID, str], None], name: str) -> int:
    done, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        act(ids[done % len(ids)], f"{name}-{done}")
        done += 1
    return done


def _admit(tenant_id: UUID, call_id: str) -> None:
    tenant = db.session.get_one(Tenant, tenant_id)
    # Dated back, it does not run any more: every call is judged and counted, and none is refused.
    draft = NewCall(call_id=call_id, started_at=now() - timedelta(hours=5))
    assert actions.admit_call(ACTOR, tenant, draft).new


def _insert(tenant_id: UUID, call_id: str) -> None:
    with unit_of_work() as session:
        session.execute(
            BARE,
            {
                "tenant_id": tenant_id, "call_id": call_id, "direction": "inbound", "status": "active",
                "started_at": now(), "price": 900, "cents": 0, "recording_admitted": True,
            },
        )  # fmt: skip


def _load(tenant_id: UUID, calls: int) -> None:
    first = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    step = (now() - first) / calls
    for start in range(0, calls, batch.MOST_LINES):
        lines = [
            json.dumps(
                {
                    "tenant_id": str(tenant_id), "call_id": f"b-{number}", "status": "completed",
                    "started_at": (first + number * step).isoformat(), "duration_seconds": 60, "sentiment_score": 0.5,
                }
            )
            for number in range(start, min(start + batch.MOST_LINES, calls))
        ]  # fmt: skip
        stored = batch.store(ACTOR, "\n".join(lines).encode(), camel=False)
        assert stored.counts["new"] == len(lines), stored.errors[:3]


def _read(tenant_id: UUID) -> None:
    """Read what the statistics show."""
    db.session.rollback()
    db.session.expire_all()
    tenant = db.session.get_one(Tenant, tenant_id)
    reports.quotas(ACTOR, [tenant])
    reports.this_month(ACTOR, tenant)
    reports.standings_of([tenant_id])
    reports.agents(tenant)


if __name__ == "__main__":
    main()
