"""Deleting a tenant: only by its slug, only when nothing runs, and then all of it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, inspect, select, text

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden
from portal.tenants import actions
from portal.tenants.models import Scope
from portal.usage.models import Call
from tests.cast import Cast
from tests.tenants.making import make_tenant


def start_call(tenant) -> None:
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        connection.execute(insert(Call.__table__).values(
            tenant_id=tenant.id, call_id="c1", direction="inbound", status="active", started_at=now(), price=0, cents=0
        ))  # fmt: skip
    db.session.rollback()


def test_everything_goes_and_the_trail_stays(cast: Cast, change):
    change(cast.olive, cast.acme, slug="acme-inc", webhook_url="https://a.example/in", sip_password="hush")
    acme, scope_id = cast.acme, cast.acme.scope_id
    before = db.session.scalars(select(AuditRecord).filter_by(tenant_id=acme.id)).all()
    db.session.rollback()
    actions.delete_tenant(cast.actor(cast.olive), acme, "acme-inc")
    left = {}
    for table in db.metadata.sorted_tables:
        for name in ("tenant_id", "scope_id"):
            if name in table.c and table.name != "audit_records":
                wanted = acme.id if name == "tenant_id" else scope_id
                left[table.name] = len(db.session.execute(select(table.c[name]).where(table.c[name] == wanted)).all())
    assert {"memberships", "tenant_secrets", "data_keys", "tenant_search", "old_slugs", "standings", "tenants"} <= (
        left.keys()
    )
    assert {name: rows for name, rows in left.items() if rows} == {}
    assert db.session.get(Scope, scope_id) is None
    after = db.session.scalars(select(AuditRecord).filter_by(tenant_id=acme.id).order_by(AuditRecord.at)).all()
    assert len(after) == len(before) + 1
    assert after[-1].event == Event.TENANT_DELETED
    assert after[-1].changes == {"deliveries": [1, None], "members": [3, None]}
    db.session.refresh(cast.olive)
    assert cast.olive.owner_id is None


def test_nothing_of_it_is_found(cast: Cast):
    actions.delete_tenant(cast.actor(cast.ada), cast.acme, "acme")
    if "sqlite" in db.engine.dialect.name:
        query = text("SELECT count(*) FROM tenant_search_fts WHERE tenant_search_fts MATCH '\"acme\"'")
        assert db.session.execute(query).scalar() == 0
    assert inspect(cast.acme).detached
    assert make_tenant("Acme Corp").slug == "acme-corp"


@pytest.mark.parametrize("confirm", ["", "Acme", "ACME", " acme", "acme ", "Acme Corp", "globex", "a\x00"])
def test_its_slug_is_given_exactly(cast: Cast, refusal, confirm: str):
    assert refusal(actions.delete_tenant, cast.actor(cast.ada), cast.acme, confirm) == {
        "confirm": "To delete Acme Corp, give its slug exactly as it stands."
    }


@pytest.mark.parametrize("who", ["sam", "max", "vera", "otto", "dev"])
def test_only_owners_and_administrators(cast: Cast, who: str):
    with pytest.raises(Forbidden):
        actions.delete_tenant(cast.actor(getattr(cast, who)), cast.acme, "acme")


def test_not_while_calls_are_active(cast: Cast):
    start_call(cast.acme)
    with pytest.raises(Conflict, match="1 call is active"):
        actions.delete_tenant(cast.actor(cast.ada), cast.acme, "acme")


def test_not_while_something_is_below(cast: Cast):
    make_tenant("Acme Labs", parent_id=cast.acme.id)
    with pytest.raises(Conflict, match=r"1 sub-organization exists \(Acme Labs\)"):
        actions.delete_tenant(cast.actor(cast.ada), cast.acme, "acme")
