"""How long pages of deliveries take with many behind them: `python -m benchmarks.deliveries [deliveries]`.
SQLite, on the disk; 1,000 tenants, of which one has a tenth of all."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from benchmarks.portal_side import PortalSide
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.tenants.models import Tenant
from portal.webhooks.limits import DeliveryState, EventType
from portal.webhooks.models import Delivery

RUNS = 15
PAGES = {
    "all": "/deliveries",
    "one failed of 1,000": "/deliveries?outcome=failed",
    "one kind of event": "/deliveries?event=member.added",
    "the last day": "/deliveries?from={yesterday}",
    "a tenant's": "/tenants/{slug}/deliveries",
    "a tenant's that failed": "/tenants/{slug}/deliveries?outcome=failed",
    "a tenant's tests": "/tenants/{slug}/deliveries?event=ping",
    "its settings": "/tenants/{slug}/settings/webhooks",
}


def main() -> None:
    """Measure with few and with many."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        portal = PortalSide(Path(folder), 1_000)
        few = _measured(portal)
        _fill(portal, many)
        print(f"{'page, median of ' + str(RUNS) + ' in ms':<32}{'few':>8}{many:>12,}")
        for (name, before), after in zip(few.items(), _measured(portal).values(), strict=True):
            print(f"{name:<32}{before:8.1f}{after:12.1f}")


def _measured(portal: PortalSide) -> dict[str, float]:
    found = {}
    for name, path in PAGES.items():
        address = path.format(slug=portal.slug, yesterday=(now() - timedelta(days=1)).date())
        took = []
        for _ in range(RUNS):
            began = time.perf_counter()
            portal.get(address)()
            took.append((time.perf_counter() - began) * 1000)
        found[name] = statistics.median(took)
    return found


def _fill(portal: PortalSide, number: int) -> None:
    with portal.app.app_context():
        others = list(db.session.scalars(select(Tenant.id).limit(1_000)))
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            rows = _rows(number, portal.tenant_id, others)
            while batch := [row for _, row in zip(range(20_000), rows, strict=False)]:
                connection.execute(insert(Delivery.__table__), batch)
            connection.execute(text("ANALYZE"))
        db.session.remove()


def _rows(number: int, busy: UUID, others: list[UUID]) -> Iterator[dict[str, Any]]:
    begin, events = now() - timedelta(days=90), list(EventType)
    for each in range(number):
        failed = each % 1_000 == 7
        at = begin + timedelta(days=90) * each / number
        yield {
            "id": new_id(), "tenant_id": busy if each % 10 == 0 else others[each % len(others)],
            "event": events[0 if each % 100 else each // 100 % len(events)].value, "data": {"tenant_id": "x"},
            "occurred_at": at, "sequence": each + 1_000, "attempts": 1, "tries": 1, "settled_at": at,
            "state": (DeliveryState.FAILED if failed else DeliveryState.SUCCEEDED).value,
            "last_status": 500 if failed else 200,
        }  # fmt: skip


if __name__ == "__main__":
    main()
