"""The least that could serve the same: Flask, the ideal SQL by hand, one flat template a page. No sessions, no
permissions, no audit rules beyond the row itself."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, jsonify, render_template, request
from pysqlite3 import dbapi2 as sqlite

TABLE = """SELECT t.name, t.slug, t.status, t.kind, p.label, coalesce(s.calls, 0), coalesce(t.monthly_call_limit,
 json_extract(p.included, '$.monthly_call_limit')), coalesce(t.max_concurrent_calls,
 json_extract(p.included, '$.max_concurrent_calls')), s.cents, t.sip_enabled, t.recording_enabled, t.analytics_enabled,
 t.hipaa_enabled, t.pci_enabled, t.created_at, (SELECT count(*) FROM calls c WHERE c.tenant_id = t.id AND
 c.status = 'active' AND c.started_at > :cut) FROM tenants t JOIN plans p ON p.key = t.billing_plan
 JOIN standings s ON s.tenant_id = t.id"""


class Bare:
    """Calls to the bare application."""

    def __init__(self, app: Flask, slug: str) -> None:
        self.client, self.slug = app.test_client(), slug

    def get(self, path: str) -> Callable[[], object]:
        """Give a call that opens a page."""
        return lambda: self._checked(path)

    def change(self) -> Callable[[], object]:
        """Give a call that changes a limit, with its row in the audit trail."""
        values = itertools.cycle((11, 12, 13))
        return lambda: self._checked("/change", method="PATCH", json={"max_concurrent_calls": next(values)})

    def _checked(self, path: str, **options: object) -> int:
        response = self.client.open(path, **options)
        assert response.status_code == 200, response.get_data(as_text=True)[:500]
        return len(response.get_data())


def make_bare(database: Path, slug: str) -> Bare:
    """Make the bare application over the portal's own database."""
    app = Flask("bare", template_folder=str(Path(__file__).parent / "templates"))
    connection = sqlite.connect(database, isolation_level=None, check_same_thread=False)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")
    tenant_id = connection.execute("SELECT id FROM tenants WHERE slug = ?", (slug,)).fetchone()[0]

    def cut() -> str:
        return (datetime.now(UTC) - timedelta(hours=4)).strftime("%Y-%m-%d %H:%M:%S.%f")

    def table(rest: str, count: str, **given: object) -> str:
        rows = connection.execute(f"{TABLE} {rest}", {"cut": cut(), **given}).fetchall()
        (total,) = connection.execute(count, given).fetchone()
        return render_template("list.html", rows=rows, total=total)

    @app.get("/list")
    def listing() -> str:
        return table("ORDER BY t.sort_name, t.id LIMIT 100", "SELECT count(*) FROM tenants")

    @app.get("/by-calls")
    def by_calls() -> str:
        order = "ORDER BY s.month DESC, s.calls DESC, s.tenant_id DESC LIMIT 100"
        return table(order, "SELECT count(*) FROM tenants")

    @app.get("/search")
    def search() -> str:
        found = (
            "t.id IN (SELECT tenant_id FROM tenant_search WHERE number IN "
            "(SELECT rowid FROM tenant_search_fts WHERE tenant_search_fts MATCH :word))"
        )
        return table(
            f"WHERE {found} ORDER BY t.sort_name, t.id LIMIT 100",
            f"SELECT count(*) FROM tenants t WHERE {found}",
            word=f'"{request.args["q"]}"',
        )

    @app.get("/tenant")
    def tenant() -> str:
        one, every = connection.execute, (tenant_id,)
        found = one(
            "SELECT t.*, p.label, p.included FROM tenants t JOIN plans p ON p.key = t.billing_plan WHERE slug = ?",
            (slug,),
        )
        columns = [each[0] for each in found.description]
        row = dict(zip(columns, found.fetchone(), strict=True))
        return render_template(
            "tenant.html",
            tenant=row,
            included=json.loads(row["included"]),
            standing=one(
                "SELECT calls, seconds, cents, last_call_at FROM standings WHERE tenant_id = ?", every
            ).fetchone(),
            active=one(
                "SELECT count(*) FROM calls WHERE tenant_id = ? AND status = 'active' AND started_at > ?",
                (tenant_id, cut()),
            ).fetchone()[0],
            days=one(
                "SELECT day, calls, refused FROM daily_figures WHERE tenant_id = ? ORDER BY day DESC LIMIT 30", every
            ).fetchall(),
            last=one(
                "SELECT sum(calls), sum(seconds), sum(cents) FROM daily_figures WHERE tenant_id = ? AND day < "
                "date('now', 'start of month') AND day >= date('now', 'start of month', '-1 month')",
                every,
            ).fetchone(),
            owned=one("SELECT kind, count(*) FROM resources WHERE tenant_id = ? GROUP BY kind", every).fetchall(),
            owner=one("SELECT username FROM users WHERE id = ?", (row["owner_id"],)).fetchone(),
            children=one("SELECT name, slug FROM tenants WHERE parent_id = ? LIMIT 20", every).fetchall(),
            trail=one(
                "SELECT event, actor_standing, changes, at FROM audit_records WHERE tenant_id = ? "
                "ORDER BY at DESC, id DESC LIMIT 5",
                every,
            ).fetchall(),
        )

    @app.patch("/change")
    def change() -> object:
        asked, now = request.get_json(), datetime.now(UTC)
        moment = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute("SELECT * FROM tenants WHERE id = ?", (tenant_id,))
        row = dict(zip([each[0] for each in found.description], found.fetchone(), strict=True))
        connection.execute(
            "UPDATE tenants SET max_concurrent_calls = ?, version = version + 1, updated_at = ? "
            "WHERE id = ? AND version = ?",
            (asked["max_concurrent_calls"], moment, tenant_id, row["version"]),
        )
        changes = json.dumps({"max_concurrent_calls": [row["max_concurrent_calls"], asked["max_concurrent_calls"]]})
        connection.execute(
            "INSERT INTO audit_records (id, at, event, door, actor_name, actor_standing, tenant_id, tenant_name, "
            "tenant_slug, subject_type, subject_id, subject_label, changes) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                uuid.uuid4().hex,
                moment,
                "tenant.updated",
                "api",
                "bare",
                "admin",
                tenant_id,
                row["name"],
                row["slug"],
                "tenants",
                tenant_id,
                row["name"],
                changes,
            ),
        )
        connection.execute("COMMIT")
        return jsonify({**row, "max_concurrent_calls": asked["max_concurrent_calls"]})

    return Bare(app, slug)
