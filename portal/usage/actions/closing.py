"""Closing months that are over, for tenants whose next call has not done it."""

from __future__ import annotations

from sqlalchemy import select

from portal.foundation.actions import action
from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.usage.customer import Customer
from portal.usage.figures import Ledger
from portal.usage.models import Standing
from portal.usage.turn import in_turn

AT_ONCE = 500


def close_months(actor: Actor) -> str:
    """Close the month of every tenant that has not been asked for a call in the running one. Daily work."""
    closed, running = 0, month_of(now())
    over = select(Tenant).join(Standing, Standing.tenant_id == Tenant.id).where(Standing.month < running)
    while tenants := db.session.scalars(over.limit(AT_ONCE)).all():
        for tenant in tenants:
            close_month(actor, tenant)
        closed += len(tenants)
    return f"{closed:,} months closed" if closed else "Every month is closed"


@action(Permission.TENANTS_ADMINISTER, lock=in_turn)
def close_month(_actor: Actor, tenant: Customer) -> None:
    """Write down what a tenant's last month adds up to, where it is over, and begin the running one."""
    Ledger(tenant, now()).close()
