"""The demonstration is written in bulk, past the actions; it has to be what the actions would have made."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from portal.demo.load import load
from portal.demo.things import new_secrets
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.vault import vault
from portal.members.models import Membership
from portal.tenants import actions
from portal.tenants.drafts import NewTenant
from portal.tenants.limits import LIMITS, Status
from portal.tenants.models import CHOICES, Scope, Tenant, TenantSearch, search_body
from portal.tenants.setup import finished
from portal.usage.models import Standing
from tests.demo.conftest import OPERATOR

THE_SAME_NAME = ("name", "kind", "trial_ends_at", "billing_plan", "owner_id", "parent_id", "billing_email",
                 "technical_contact_email", "sip_enabled", "sip_domain", "sip_username", "recording_enabled",
                 "analytics_enabled", "recording_format", "retention_days", "hipaa_enabled", "pci_enabled",
                 "data_encryption_enabled", "webhook_url", "webhook_timeout_seconds", "meta_data", *LIMITS)  # fmt: skip

ITS_OWN = {"id", "scope_id", "slug", "external_id", "created_at", "updated_at", "version"}
"""Columns in which no two tenants agree."""


@pytest.fixture
def tenants(app: Flask) -> list[Tenant]:
    """Those that were only created and changed: for the other states there are no drafts."""
    load(OPERATOR, tenants=60, volume=0.01)
    created = select(Tenant).where(Tenant.status == Status.ACTIVE, finished())
    return list(db.session.scalars(created.order_by(Tenant.id)))


def draft_of(tenant: Tenant) -> NewTenant:
    asked: dict[str, Any] = {name: getattr(tenant, name) for name in THE_SAME_NAME}
    asked = {name: value for name, value in asked.items() if value is not None}
    asked |= {name: type(NewTenant.model_fields[name].default)(asked[name]) for name in ("recording_format", "kind")}
    asked["pci_recording_acknowledged"] = tenant.pci_recording_acknowledged_at is not None
    if "sip_password" in vault.held(tenant.id):
        asked["sip_password"] = "a password of a trunk"
    for override in tenant.limit_overrides.values():
        asked["override_reason"] = override["reason"]
    return NewTenant.read(asked)


def comparable(tenant: Tenant) -> dict[str, Any]:
    found = {column.key: getattr(tenant, column.key) for column in inspect(Tenant).column_attrs}
    found = {name: value for name, value in found.items() if name not in ITS_OWN}
    for name in ("pci_recording_acknowledged_at", "pci_recording_acknowledged_by", *CHOICES):
        found[name] = found[name] is not None
    found["limit_overrides"] = {name: kept["reason"] for name, kept in tenant.limit_overrides.items()}
    return found


def owners(tenant: Tenant) -> list[tuple]:
    rows = db.session.scalars(select(Membership).filter_by(scope_id=tenant.scope_id, role="owner"))
    return [(row.user_id, row.role) for row in rows]


def test_a_loaded_tenant_equals_one_that_is_created(tenants: list[Tenant]):
    for tenant in tenants:
        made = actions.create_tenant(OPERATOR, draft_of(tenant)).tenant
        db.session.expire_all()
        assert comparable(made) == comparable(tenant), tenant.name
        assert owners(made) == owners(tenant)
        assert vault.held(made.id).keys() == vault.held(tenant.id).keys() == new_secrets_of(tenant)
        assert db.session.get(Scope, made.scope_id)
        assert made.slug.startswith(tenant.slug[:50].rstrip("-"))


def new_secrets_of(tenant: Tenant) -> set[str]:
    class AsLoaded:
        row = {"sip_enabled": tenant.sip_enabled, "webhook_url": tenant.webhook_url}

    return set(new_secrets(AsLoaded()))  # type: ignore[arg-type]


def test_its_standing_and_what_it_is_found_by_are_as_if_created(tenants: list[Tenant]):
    made = actions.create_tenant(OPERATOR, NewTenant(name="Quiet")).tenant
    standing = db.session.get_one(Standing, made.id)
    for tenant in tenants:
        loaded = db.session.get_one(Standing, tenant.id)
        assert loaded.month == standing.month == month_of(now())
        body = select(TenantSearch.body)
        assert db.session.scalar(body.where(TenantSearch.tenant_id == tenant.id)) == search_body(tenant)
    assert db.session.scalar(body.where(TenantSearch.tenant_id == made.id)) == search_body(made)
    assert (standing.calls, standing.seconds, standing.cents, standing.last_call_at) == (0, 0, 0, None)


def test_the_record_of_its_creation_has_the_same_shape(tenants: list[Tenant]):
    made = actions.create_tenant(OPERATOR, NewTenant(name="Quiet")).tenant
    created = select(AuditRecord).where(AuditRecord.event == Event.TENANT_CREATED)
    plainest = db.session.scalars(created.where(AuditRecord.tenant_id == made.id)).one()
    for tenant in tenants:
        record = db.session.scalars(created.where(AuditRecord.tenant_id == tenant.id)).one()
        assert plainest.changes.keys() <= record.changes.keys(), tenant.name
        assert (record.subject_type, record.subject_id) == ("tenants", str(tenant.id))
        assert all(before is None and after is not None for before, after in record.changes.values())
        assert (record.tenant_name, record.tenant_slug) == (tenant.name, tenant.slug)
