"""Tenants and drafts as JSON would ask for them, for the tenants' stories."""

from __future__ import annotations

import json

from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Door, Role, system
from portal.plans.models import Plan
from portal.tenants import actions
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.models import Tenant
from tests.cast import make_user


def new_tenant(**fields: object) -> NewTenant:
    """Draft a tenant from values as JSON has them."""
    return NewTenant.read_json(json.dumps(fields, default=str))


def tenant_change(**fields: object) -> TenantChange:
    """Draft a change from values as JSON has them."""
    return TenantChange.read_json(json.dumps(fields, default=str))


def make_tenant(name: str = "Initech", **fields: object) -> Tenant:
    """Make a tenant through the action, as the platform itself."""
    return actions.create_tenant(system(), new_tenant(name=name, **fields)).tenant


def make_renamed(old: str, new: str) -> Tenant:
    """Make a tenant that had another slug before."""
    return actions.change_tenant(system(), make_tenant(old, slug=old), tenant_change(slug=new)).tenant


def at_the_api(user: User) -> Actor:
    """Give a user as the one who acts through the API."""
    return accounts.actor_of(user, Door.API, "192.0.2.1")


def without_tenant(name: str) -> User:
    """Make a business user that has no tenant."""
    user = make_user(name, Role.BUSINESS)
    tenant = db.session.get_one(Tenant, user.owner_id)
    actions.delete_tenant(system(), tenant, tenant.slug)
    db.session.refresh(user)
    db.session.rollback()
    return user


def add_plan(key: str, like: str = "starter", **columns: object) -> str:
    """Put another plan into the catalogue, like one that is there but for some columns; give its key."""
    plans = Plan.__table__
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        row = dict(connection.execute(select(plans).filter_by(key=like)).mappings().one())
        connection.execute(plans.insert(), {**row, "key": key, "label": key.capitalize(), **columns})
    db.session.rollback()
    return key
