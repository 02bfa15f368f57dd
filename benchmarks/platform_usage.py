"""How long the month of all tenants takes with many of them: `python -m benchmarks.platform_usage [tenants]`.
SQLite and PostgreSQL, on the disk. The running month stands in `standings`, but a tenth of its rows are older; the
month before stands in `monthly_figures`, but for that tenth."""

from __future__ import annotations

import contextvars
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from portal import create_app
from portal.accounts import actions as accounts
from portal.accounts.drafts import NewUser
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

RUNS, PHRASE = 9, "only for measuring, and long enough"
FIGURES = ("calls", "seconds", "cents", "refused", "peak_concurrent")
PAGES = {
    "the running month": "/usage",
    "its last page": "/usage?offset={last}",
    "by cost": "/usage?sort=-cost",
    "by calls at once": "/usage?sort=-peak",
    "by name": "/usage?sort=name",
    "one plan": "/usage?plan=pro",
    "who will exceed it": "/usage?q=exceeding:yes",
    "the month before": "/usage?month={before}",
    "the month before, by cost": "/usage?month={before}&sort=-cost",
    "its last page, by name": "/usage?month={before}&sort=name&offset={last}",
}
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
            few = _measured(_signed_in(app, 1_000), 1_000)
            found = _measured(_signed_in(app, many - 1_000), many)
            print(f"\n{name + ', median of ' + str(RUNS) + ' in ms':<32}{'1,000':>9}{many:>12,}")
            for what, took in found.items():
                print(f"{what:<32}{few[what]:9.1f}{took:12.1f}")


def _settings(address: str, folder: Path) -> Settings:
    return Settings(database_url=address, instance=folder, base_url="http://localhost", secret_key=PHRASE,
                    demonstration=True, rate_limits=False)  # fmt: skip


def _signed_in(app: Flask, number: int) -> FlaskClient:
    """Put so many more tenants into the database; give a browser in which an administrator is signed in."""
    with app.app_context():
        upgrade_database()
        _fill(number)
        name = f"ada.{number}"
        draft = {"username": name, "email": f"{name}@example.com", "password": PHRASE, "role": Role.ADMIN}
        admin = accounts.create_user(system(), NewUser.read(draft))
        link = accounts.make_sign_in_link(system(), admin)
        db.session.remove()
    client = app.test_client()
    assert _open(client, f"/login/link/{link}").status_code == 303
    return client


def _open(client: FlaskClient, path: str, **options: Any) -> Any:
    return contextvars.Context().run(client.open, path, **options)


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
        over = {"tenant_id": tenant["id"], "month": _before(running)} | figures
        yield {"id": tenant["scope_id"]}, tenant, standing, {} if still else over


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _measured(client: FlaskClient, tenants_there: int) -> dict[str, float]:
    places = {"before": f"{_before(month_of(now())):%Y-%m}", "last": tenants_there * 4 // 5}
    asked: list[tuple[str, str, Callable[[str], None]]] = [
        *((what, path, lambda at: _page(client, at)) for what, path in PAGES.items()),
        *((what, path, lambda at: _first_piece(client, at)) for what, path in FILES.items()),
    ]
    found = {}
    for what, path, ask in asked:
        took = []
        for _ in range(RUNS):
            began = time.perf_counter()
            ask(path.format(**places))
            took.append((time.perf_counter() - began) * 1000)
        found[what] = statistics.median(took)
    return found


def _page(client: FlaskClient, path: str) -> None:
    response = _open(client, path)
    assert response.status_code == 200, response.get_data(as_text=True)[:500]


def _first_piece(client: FlaskClient, path: str) -> None:
    response = _open(client, path, buffered=False)
    pieces = response.iter_encoded()
    assert next(pieces).startswith(b"tenant_id,")
    assert next(pieces).count(b"\n") > 900
    response.close()


if __name__ == "__main__":
    main()
