"""What the tenants' stories share: changing as somebody, reading the trail, counting statements."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.foundation.audit import AuditRecord
from portal.foundation.database import db
from portal.foundation.errors import Invalid
from portal.tenants import actions
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.tenants.making import tenant_change

Change = Callable[..., actions.Saved]


@pytest.fixture
def change(cast: Cast) -> Change:
    """Change a tenant as somebody: `change(cast.olive, cast.acme, name="Acme")`."""

    def act(user: User, tenant: Tenant, **fields: object) -> actions.Saved:
        return actions.change_tenant(cast.actor(user), tenant, tenant_change(**fields))

    return act


@pytest.fixture
def refusal() -> Callable[..., dict[str | None, str]]:
    """Expect a refusal of what is done, and give its sentences by field."""

    def of(act: Callable[..., object], *args: object, **kwargs: object) -> dict[str | None, str]:
        with pytest.raises(Invalid) as caught:
            act(*args, **kwargs)
        return {fault.field: fault.message for fault in caught.value.faults}

    return of


@pytest.fixture
def trail() -> Callable[[Tenant], list[AuditRecord]]:
    """Give a tenant's audit records, oldest first."""

    def of(tenant: Tenant) -> list[AuditRecord]:
        db.session.rollback()
        query = select(AuditRecord).where(AuditRecord.tenant_id == tenant.id)
        return list(db.session.scalars(query.order_by(AuditRecord.at, AuditRecord.id)))

    return of
