"""A tenant as its calls know it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select

from portal.plans.models import Plan
from portal.tenants.entitlement import Entitled
from portal.tenants.limits import Kind
from portal.tenants.models import Tenant
from portal.tenants.suspension import Suspendable
from portal.usage.models import Standing


class Customer(Entitled, Suspendable):
    """What of a tenant its calls are judged by, and its standing, as they are behind its turn.

    It is read for every call. The whole of a tenant would take longer to read than all the rest of an admission;
    whoever needs it, because somebody has to be told something, reads it then.
    """

    id: UUID
    scope_id: UUID
    name: str
    kind: Kind
    trial_ends_at: datetime | None
    billing_plan: str
    recording_enabled: bool
    retention_days: int

    def __init__(self, row: Row[Any]) -> None:
        found = row._mapping
        vars(self).update({name: found[name] for name in _COLUMNS})
        self.plan = Plan(included=found["included"], ceilings=found["ceilings"])
        self.standing = Standing(**{name: found[f"standing_{name}"] for name in STANDING})


_COLUMNS = (
    *("id", "scope_id", "name", "kind", "trial_ends_at", "billing_plan", "recording_enabled", "retention_days"),
    *("status", "suspension_reason", "suspended_services", "suspended_at", "suspended_until"),
    *("limit_overrides", "max_concurrent_calls", "monthly_call_limit", "max_minutes_per_month", "max_recordings_gb"),
)
STANDING = tuple(Standing.__table__.c.keys())
"""The columns of a standing."""


def customers(condition: ColumnElement[bool]) -> Select[Any]:
    """Write the query for tenants with what their calls are judged by, each row of which makes a `Customer`."""
    tenants, plans, standings = Tenant.__table__, Plan.__table__, Standing.__table__
    columns = (
        *(tenants.c[name] for name in _COLUMNS),
        *(plans.c.included, plans.c.ceilings),
        *(standings.c[name].label(f"standing_{name}") for name in STANDING),
    )
    joined = tenants.join(plans, plans.c.key == tenants.c.billing_plan)
    joined = joined.join(standings, standings.c.tenant_id == tenants.c.id)
    return select(*columns).select_from(joined).where(condition)
