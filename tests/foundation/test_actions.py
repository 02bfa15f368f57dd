"""An action: the row locked and read again, then the permission, then all of it or nothing, with its record."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation import audit
from portal.foundation.actions import ANYONE, REGISTRY, action
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Forbidden, NotFound
from portal.foundation.permissions import Actor, MembershipRole, Permission, system
from portal.foundation.vault import vault
from portal.tenants import actions as tenants
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.models import Tenant
from tests.cast import Cast, make_tenant


@action(Permission.TENANTS_EDIT)
def rename(actor: Actor, tenant: Tenant, name: str) -> str:
    """Rename a tenant; give the name it had behind the lock."""
    before = tenant.name
    tenant.name = name
    audit.record(actor, Event.TENANT_UPDATED, tenant)
    return before


@action(Permission.TENANTS_EDIT)
def rename_and_break(actor: Actor, tenant: Tenant) -> None:
    """Rename a tenant, within another action, then break."""
    rename(actor, tenant, "Half way")
    raise RuntimeError("broken")


@action(ANYONE)
def rename_as_anyone(actor: Actor, tenant: Tenant) -> None:
    """Rename through an action that needs no permission."""
    rename(actor, tenant, "Not mine")


@pytest.fixture(scope="module", autouse=True)
def _off_the_register() -> object:
    yield
    for name in [name for name in REGISTRY if not name.startswith("portal.")]:
        del REGISTRY[name]


def name_of(tenant_id: UUID) -> str | None:
    return db.session.scalar(select(Tenant.name).where(Tenant.id == tenant_id))


def records() -> int:
    return len(db.session.scalars(select(AuditRecord)).all())


def test_the_row_is_read_again_behind_the_lock(app: Flask, cast: Cast) -> None:
    assert cast.acme.name == "Acme Corp"

    def elsewhere() -> None:
        with app.app_context():
            rename(system(), db.session.get_one(Tenant, cast.acme.id), "Changed meanwhile")

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert rename(system(), cast.acme, "Mine") == "Changed meanwhile"


def test_two_who_rename_at_once_come_one_after_the_other(app: Flask, cast: Cast) -> None:
    before: list[str] = []

    def writer(name: str) -> None:
        with app.app_context():
            tenant = db.session.get_one(Tenant, cast.acme.id)
            before.extend(rename(system(), tenant, f"{name} {number}") for number in range(10))

    threads = [threading.Thread(target=writer, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(before) == 20
    assert len(set(before)) == 20, "somebody wrote over a change without having seen it"


def test_a_row_that_has_gone_is_not_found(cast: Cast) -> None:
    gone = make_tenant("Gone")
    tenants.delete_tenant(system(), gone, gone.slug)
    with pytest.raises(NotFound, match="deleted in the meantime"):
        rename(system(), gone, "Anything")


def test_who_may_not_is_refused_and_nothing_changes(cast: Cast) -> None:
    before = records()
    for name in ("sam", "vera", "otto", "dev"):
        with pytest.raises(Forbidden):
            rename(cast.actor(getattr(cast, name)), cast.acme, "Not mine")
    assert (name_of(cast.acme.id), records()) == ("Acme Corp", before)


@pytest.mark.parametrize("name", ["ada", "olive", "max"])
def test_who_may_changes_it_with_a_record(cast: Cast, name: str) -> None:
    before = records()
    rename(cast.actor(getattr(cast, name)), cast.acme, "Ours")
    assert (name_of(cast.acme.id), records()) == ("Ours", before + 1)


def test_an_action_within_an_action_joins_it_and_is_undone_with_it(cast: Cast) -> None:
    before = records()
    with pytest.raises(RuntimeError, match="broken"):
        rename_and_break(system(), cast.acme)
    assert (name_of(cast.acme.id), records()) == ("Acme Corp", before)


def test_an_action_within_an_action_asks_for_its_own_permission(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        rename_as_anyone(cast.actor(cast.vera), cast.acme)
    assert name_of(cast.acme.id) == "Acme Corp"


def test_a_membership_counts_for_its_own_tenant_only(cast: Cast) -> None:
    olive = cast.actor(cast.olive)
    assert olive.can(Permission.TENANTS_EDIT, cast.acme)
    assert not olive.can(Permission.TENANTS_EDIT, cast.globex)
    assert not olive.can(Permission.TENANTS_EDIT)
    assert olive.could(Permission.TENANTS_EDIT)
    assert not cast.actor(cast.dev).could(Permission.TENANTS_EDIT)
    assert olive.standing(cast.acme) == MembershipRole.OWNER
    assert olive.standing(cast.globex) == "business"


class TestTheRecord:
    """Who, through which door, what, before and after."""

    def last(self, what: Event) -> AuditRecord:
        return db.session.scalars(
            select(AuditRecord).where(AuditRecord.event == what).order_by(AuditRecord.id.desc())
        ).first()

    def test_says_before_and_after_for_each_field_that_changed(self, cast: Cast) -> None:
        change = TenantChange.read(
            {"name": "Acme Inc", "retention_days": 30, "max_users": 5, "analytics_enabled": True}
        )
        tenants.change_tenant(cast.actor(cast.ada), cast.acme, change)
        assert self.last(Event.TENANT_UPDATED).changes == {
            "name": ["Acme Corp", "Acme Inc"],
            "retention_days": [90, 30],
            "max_users": [None, 5],
        }

    def test_says_who_and_through_which_door_and_from_where(self, cast: Cast) -> None:
        rename(cast.actor(cast.max), cast.acme, "Ours")
        record = self.last(Event.TENANT_UPDATED)
        assert (record.actor_id, record.actor_name, record.actor_standing) == (cast.max.id, "max", "manager")
        assert (record.door, record.address) == ("web", "192.0.2.1")
        assert (record.tenant_id, record.subject_id, record.tenant_slug) == (cast.acme.id, str(cast.acme.id), "acme")

    def test_says_of_a_secret_that_it_changed_and_nothing_else(self, cast: Cast) -> None:
        change = TenantChange.read({"sip_password": "once-typed-9914", "webhook_url": "https://203.0.114.7/hook"})
        made = tenants.change_tenant(cast.actor(cast.olive), cast.acme, change).made_webhook_secret
        changes = self.last(Event.TENANT_UPDATED).changes
        assert (changes["sip_password"], changes["webhook_secret"]) == (audit.SECRET, audit.SECRET)
        for record in db.session.scalars(select(AuditRecord)):
            assert "once-typed-9914" not in str(record.changes)
            assert made not in str(record.changes)
            assert "argon2" not in str(record.changes)

    def test_says_all_that_a_new_row_holds_and_nothing_that_is_empty(self, cast: Cast) -> None:
        tenants.create_tenant(system(), NewTenant.read({"name": "New", "external_id": "cus_9"}))
        changes = self.last(Event.TENANT_CREATED).changes
        assert changes["name"] == [None, "New"]
        assert changes["external_id"] == [None, "cus_9"]
        assert not [name for name, (before, after) in changes.items() if before is not None or after in (None, {})]

    def test_is_written_in_the_transaction_of_the_change(self, cast: Cast) -> None:
        before = records()
        with pytest.raises(RuntimeError), unit_of_work():  # noqa: PT012 - the unit of work judges at its end
            vault.put(cast.acme.id, "sip_password", "x", "olive")
            audit.record(system(), Event.TENANT_UPDATED, cast.acme, changes={"sip_password": audit.SECRET})
            db.session.flush()
            raise RuntimeError
        assert (records(), vault.reveal(cast.acme.id, "sip_password")) == (before, None)

    def test_is_not_written_where_nothing_changed(self, cast: Cast) -> None:
        before = records()
        tenants.change_tenant(cast.actor(cast.ada), cast.acme, TenantChange.read({"name": "Acme Corp"}))
        assert records() == before
