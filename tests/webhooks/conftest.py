"""What the webhooks' stories share: a tenant with a webhook, and what is told to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks.models import Delivery
from tests.cast import Cast
from tests.tenants.making import tenant_change

URL = "https://hooks.acme.example/in"


@pytest.fixture
def hooked(cast: Cast) -> Tenant:
    """Acme, with a webhook; what telling it of that wrote is done already."""
    tenants.change_tenant(system(), cast.acme, tenant_change(webhook_url=URL))
    from portal.foundation.database import unit_of_work

    with unit_of_work() as session:
        session.query(Delivery).delete()
    return cast.acme


@pytest.fixture
def told() -> Callable[[Tenant], Sequence[Delivery]]:
    """Give what a tenant was told or is to be told, in order."""

    def of(tenant: Tenant) -> Sequence[Delivery]:
        db.session.rollback()
        return db.session.scalars(select(Delivery).filter_by(tenant_id=tenant.id).order_by(Delivery.sequence)).all()

    return of
