"""The platform as these tests know it: it asks, and it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.usage.models import Call, DailyFigures, RefusedCall, Standing
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import tenant_change


@dataclass
class Platform:
    """Calls of Acme over the API, with its manager's token."""

    visitor: Visitor
    tenant: Tenant
    token: str

    def start(self, call_id: str = "c-1", **fields: Any) -> Page:
        """Ask for a call."""
        return self.ask("POST", f"/tenants/{self.tenant.id}/calls", {"call_id": call_id, **fields})

    def end(self, call_id: str = "c-1", status: str = "completed", **fields: Any) -> Page:
        """End a call."""
        return self.ask("PATCH", f"/tenants/{self.tenant.id}/calls/{call_id}", {"status": status, **fields})

    def ask(self, method: str, path: str, body: Any = None) -> Page:
        """Send a request; a token that is over by now is taken anew."""
        page = self.visitor.api(method, path, self.token, json=body)
        if page.status == 401:
            self.token = self.visitor.token("max")
            page = self.visitor.api(method, path, self.token, json=body)
        return page

    def allow(self, **limits: Any) -> None:
        """Set limits of Acme's, as an administrator."""
        tenants.change_tenant(system(), self.fresh(), tenant_change(**limits))

    def fresh(self) -> Tenant:
        """Read the tenant again."""
        db.session.rollback()
        return db.session.get_one(Tenant, self.tenant.id, populate_existing=True)

    def stored(self, call_id: str = "c-1") -> Call | None:
        """Read a call."""
        db.session.rollback()
        return db.session.get(Call, (self.tenant.id, call_id), populate_existing=True)

    def day(self, on: Any) -> DailyFigures:
        """Read the figures of a day."""
        db.session.rollback()
        return db.session.get_one(DailyFigures, (self.tenant.id, on), populate_existing=True)

    def standing(self) -> Standing:
        """Read the running month."""
        db.session.rollback()
        return db.session.get_one(Standing, self.tenant.id, populate_existing=True)

    def refused(self) -> list[RefusedCall]:
        """Read what was refused, in order."""
        db.session.rollback()
        query = select(RefusedCall).order_by(RefusedCall.last_at, RefusedCall.call_id)
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    def begin_month(self) -> Platform:
        """Let Acme have been made this month, whatever month the test travels to."""
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            connection.execute(update(Standing.__table__).values(month=month_of(now())))
        db.session.rollback()
        return self


@pytest.fixture
def platform(cast: Cast, client: Visitor) -> Platform:
    """The platform, asking for Acme."""
    return Platform(client, cast.acme, client.token("max")).begin_month()
