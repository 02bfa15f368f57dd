"""How long deleting a tenant of many calls takes: `python -m benchmarks.deleting [calls]`. SQLite, on the disk."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from portal import create_app
from portal.config import Settings
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.migrations.state import upgrade_database
from portal.tenants import actions
from portal.tenants.drafts import NewTenant
from portal.tenants.models import Tenant
from portal.usage.models import Call, Recording


def main() -> None:
    """Make two tenants of as many calls, a fifth of them recorded; delete one."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'portal.sqlite'}",
            instance=Path(folder),
            base_url="http://localhost",
            secret_key="only for measuring, and long enough",
            testing=True,
        )
        with create_app(settings).app_context():
            upgrade_database()
            tenants = [_tenant(name, calls) for name in ("Acme", "Globex")]
            began = time.perf_counter()
            actions.delete_tenant(system(), tenants[0], tenants[0].slug)
            print(f"{calls:,} calls and {calls // 5:,} recordings: deleted in {time.perf_counter() - began:.2f} s")
            db.session.remove()
            db.engine.dispose()


def _tenant(name: str, calls: int) -> Tenant:
    draft = NewTenant.read({"name": name, "webhook_url": "https://a.example/in"})
    tenant = actions.create_tenant(system(), draft).tenant
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        for start in range(0, calls, 10_000):
            numbers = range(start, min(start + 10_000, calls))
            connection.execute(insert(Call.__table__), [_call(tenant, number) for number in numbers])
            recorded = [_recording(tenant, number) for number in numbers if number % 5 == 0]
            connection.execute(insert(Recording.__table__), recorded)
    db.session.rollback()
    return tenant


def _call(tenant: Tenant, number: int) -> dict[str, object]:
    at = now() - timedelta(minutes=number + 5)
    return {
        "tenant_id": tenant.id, "call_id": f"call-{number:07}", "direction": "inbound", "status": "completed",
        "from_number": "+15550100", "to_number": "+15550199", "started_at": at, "ended_at": at, "duration_seconds": 60,
        "price": 900, "cents": 9,
    }  # fmt: skip


def _recording(tenant: Tenant, number: int) -> dict[str, object]:
    return {"tenant_id": tenant.id, "call_id": f"call-{number:07}", "size_bytes": 480_000, "created_at": now()}


if __name__ == "__main__":
    main()
