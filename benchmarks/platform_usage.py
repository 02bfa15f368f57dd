"""How long pages about all tenants take with many of them: `python -m benchmarks.platform_usage [tenants]`.
SQLite and PostgreSQL, on the disk. The running month stands in `standings`, but a tenth of its rows are older; the
month before stands in `monthly_figures`, but for that tenth. A tenth has
gone quiet, and more than a third will exceed the month."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from benchmarks.visiting import PHRASE, median_ms, opened, see, signed_in
from portal import create_app
from portal.config import Settings
from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.foundation.permissions import Role, system
from portal.migrations.state import upgrade_database
from portal.tenants import actions as tenants
from portal.tenants.drafts import NewTenant
from portal.tenants.models import Scope, Tenant
from portal.usage.models import MonthlyFigures, Standing
from tests.postgres import OPTIONS, Cluster

RUNS = 9
FIGURES = ("calls", "seconds", "cents", "refused", "peak_concurrent")
PAGES = {
    "the running month": "/usage",
    "its last page": "/usage?offset={last}",
    "by cost": "/usage?sort=-cost",
    "by calls at once": "/usage?sort=-peak",
    "by name": "/usage?sort=name",
    "by minutes": "/usage?sort=-minutes",
    "one plan": "/usage?plan=pro",
    "one plan, its last page": "/usage?plan=pro&offset={half}",
    "those that are active": "/usage?status=active",
    "those gone quiet": "/usage?q=quiet:yes",
    "who will exceed it": "/usage?q=exceeding:yes",
    "the month before": "/usage?month={before}",
    "the month before, by cost": "/usage?month={before}&sort=-cost",
    "one plan in the month before": "/usage?month={before}&plan=pro",
    "its last page, by name": "/usage?month={before}&sort=name&offset={last}",
    "all tenants": "/tenants",
    "tenants who will exceed it": "/tenants?q=exceeding:yes",
    "tenants past 80 %, by calls": "/tenants?q=usage:>=80%25&sort=-calls",
    "tenants of one plan, by calls": "/tenants?plan=pro&sort=-calls",
    "tenants gone quiet": "/tenants?q=quiet:yes",
}
STARTS = {"start page of an administrator": Role.ADMIN, "start page of support": Role.SUPPORT}
FILES = {"CSV, its first piece": "/usage.csv", "CSV of the month before": "/usage.csv?month={before}"}


def main() -> None:
    """Measure on both databases, with few tenants and with many."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    OPTIONS.update(fsync="on", synchronous_commit="on", full_page_writes="on")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(Cluster())
        cluster.create_database("portal")
        for name, address in (
            ("SQLite", f"sqlite:///{folder / 'portal.sqlite'}"),
            ("PostgreSQL", cluster.url("portal")),
        ):
            app = create_app(_settings(address, folder))
            few = _measured(app, 1_000, 1_000)
            found = _measured(app, many - 1_000, many)
            print(f"\n{name + ', median of ' + str(RUNS) + ' in ms':<32}{'1,000':>9}{many:>12,}")
            for what, took in found.items():
                print(f"{what:<32}{few[what]:9.1f}{took:12.1f}")


def _settings(address: str, folder: Path) -> Settings:
    return Settings(database_url=address, instance=folder, base_url="http://localhost", secret_key=PHRASE,
                    demonstration=True, rate_limits=False)  # fmt: skip


def _fill(number: int) -> None:
    tenants.create_tenant(system(), NewTenant.read({"name": f"One of {number}"}))
    tables = [each.__table__ for each in (Scope, Tenant, Standing, MonthlyFigures)]
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        row = dict(connection.execute(select(Tenant.__table__).limit(1)).mappings().one())
        rows = _rows(row, number)
        while batch := [each for _, each in zip(range(10_000), rows, strict=False)]:
            for table, of_table in zip(tables, zip(*batch, strict=True), strict=True):
                connection.execute(insert(table), [each for each in of_table if each])
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if db.engine.name == "sqlite" else "VACUUM ANALYZE"))


def _rows(like: dict[str, Any], number: int) -> Iterator[tuple[dict[str, Any], ...]]:
    running = month_of(now())
    for each in range(number):
        name, used = f"Tenant {number} {each * 7919 % number}", each * 104_729 % 3_000
        tenant = like | {"id": new_id(), "scope_id": new_id(), "name": name, "sort_name": name.lower(),
                         "slug": f"t-{number}-{each}", "billing_plan": ("starter", "pro")[each % 2]}  # fmt: skip
        figures = {
            "calls": used,
            "seconds": used * 60,
            "cents": used * 9,
            "refused": used % 7,
            "peak_concurrent": used % 50,
        }
        still = each % 10 == 3
        standing = {"tenant_id": tenant["id"], "month": _before(running) if still else running} | figures
        standing["last_call_at"] = now() - timedelta(days=5 if each % 10 == 4 else 0, hours=1)
        over = {"tenant_id": tenant["id"], "month": _before(running)} | figures
        yield {"id": tenant["scope_id"]}, tenant, standing, {} if still else over


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _measured(app: Flask, more: int, tenants_there: int) -> dict[str, float]:
    """Put so many more tenants into the database; give what each page takes then."""
    with app.app_context():
        upgrade_database()
        _fill(more)
    places = {
        "before": f"{_before(month_of(now())):%Y-%m}",
        "last": tenants_there * 4 // 5,
        "half": tenants_there * 2 // 5,
    }
    clients = {what: signed_in(app, f"{role}.{more}", role) for what, role in STARTS.items()}
    client = next(iter(clients.values()))
    asked: dict[str, Callable[[], None]] = {
        **{what: partial(see, each, "/") for what, each in clients.items()},
        **{what: partial(see, client, path.format(**places)) for what, path in PAGES.items()},
        **{what: partial(_first_piece, client, path.format(**places)) for what, path in FILES.items()},
    }
    return {what: median_ms(ask, RUNS) for what, ask in asked.items()}


def _first_piece(client: FlaskClient, path: str) -> None:
    response = opened(client, path, buffered=False)
    pieces = response.iter_encoded()
    assert next(pieces).startswith(b"tenant_id,")
    assert next(pieces).count(b"\n") > 900
    response.close()


if __name__ == "__main__":
    main()
