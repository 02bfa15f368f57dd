"""Creating a tenant: its scope, its slug, its owner's membership and its standing with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.accounts.models import User
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden, Invalid
from portal.foundation.ids import new_id
from portal.foundation.permissions import Actor, Permission, Role
from portal.plans import queries as plans
from portal.plans.models import Plan
from portal.tenants import kept_secrets, rules, setup, slugs
from portal.tenants.actions.settling import Saved, make_owner, plain_fields, plan_of_key, settle, user_of_id
from portal.tenants.drafts import ADMIN_FIELDS, NewTenant
from portal.tenants.limits import Status
from portal.tenants.models import CHOICES, Scope, Tenant
from portal.tenants.words import listed
from portal.usage.models import Standing
from portal.webhooks.actions import announce
from portal.webhooks.limits import EventType


@action(Permission.TENANTS_CREATE)
def create_tenant(actor: Actor, draft: NewTenant) -> Saved:
    """Create a tenant, its scope and, where an owner is named, the owner's membership. Raises Invalid."""
    owner = user_of_id(draft.owner_id) if draft.owner_id is not None else None
    plan = plan_of_key(draft.billing_plan)
    rules.check_choice(plan, given_by_staff=True)
    return _create(actor, draft, plan, owner)


@action(ANYONE)
def create_own_tenant(actor: Actor, user: User, draft: NewTenant) -> Saved:
    """Create the tenant of a business user at its sign-up, or later where it was never made (Conflict if it was).

    The user becomes its owner, and the tenant's id the user's owner id. Without a plan it begins with the usual one.
    Raises Forbidden at fields that only platform administrators set.
    """
    if user.role != Role.BUSINESS or user.owner_id is not None:
        raise Conflict("You have a tenant already. Ask a platform administrator for another one.")
    usual = NewTenant.model_fields
    reserved = {name for name, value in draft.given().items() if name in ADMIN_FIELDS and value != usual[name].default}
    if reserved:
        raise Forbidden(f"Only platform administrators set these: {listed(reserved)}.")
    named = "billing_plan" in draft.given()
    plan = plan_of_key(draft.billing_plan if named else plans.first_choice().key)
    rules.check_choice(plan, given_by_staff=False)
    db.session.flush()
    saved = _create(actor, draft, plan, user, by_owner=True)
    user.owner_id = saved.tenant.id
    return saved


def _create(actor: Actor, draft: NewTenant, plan: Plan, owner: User | None, *, by_owner: bool = False) -> Saved:
    given = draft.given()
    scope = Scope(id=new_id())
    db.session.add(scope)
    db.session.flush()
    tenant = _tenant(draft, plan, scope.id)
    tenant.owner_id = owner.id if owner is not None else None
    for flag, feature in rules.FEATURE_FLAGS.items():
        if flag not in given:
            setattr(tenant, flag, getattr(tenant, flag) and plan.includes(feature))
    db.session.add(tenant)
    # Who creates a tenant for others decides all of it; an owner goes on to the set-up.
    setup.choose(tenant, setup.made_by(tenant, given) if by_owner else list(CHOICES))
    settle(actor, tenant, plan, given)
    changes = audit.changed_fields(tenant) | kept_secrets.changes(tenant, given, held=frozenset())
    audit.record(actor, Event.TENANT_CREATED, tenant, changes=changes, note=draft.override_reason)
    db.session.flush()
    announce(tenant, EventType.TENANT_CREATED, status=tenant.status, kind=tenant.kind, plan=tenant.billing_plan)
    if owner is not None:
        make_owner(actor, tenant, owner)
    db.session.add(Standing(tenant_id=tenant.id, month=month_of(tenant.created_at)))
    return Saved(tenant, kept_secrets.keep(actor, tenant, given, held=frozenset()))


def _tenant(draft: NewTenant, plan: Plan, scope_id: UUID) -> Tenant:
    if draft.id is not None:
        _check_new_id(draft.id)
    if draft.slug:
        slugs.claim(draft.slug, None)
    fields: dict[str, Any] = plain_fields(draft.model_dump())
    today = now()
    return Tenant(
        **fields,
        id=draft.id or new_id(),
        slug=draft.slug or slugs.made_from(draft.name),
        scope_id=scope_id,
        status=Status.ACTIVE,
        billing_plan=plan.key,
        plan=plan,
        limit_overrides={},
        created_at=today,
        updated_at=today,
    )


def _check_new_id(tenant_id: UUID) -> None:
    if tenant_id.version != 7:
        raise Invalid.at("id", "A tenant's id is a UUID of version 7.", "uuid_version")
    # The trail of a deleted tenant stays under its id, and nobody may come to read it by taking that id again.
    had = select(AuditRecord.id).where(AuditRecord.tenant_id == tenant_id).limit(1)
    if db.session.scalar(select(Tenant.id).where(Tenant.id == tenant_id)) or db.session.scalar(had):
        raise Invalid.at("id", "There is, or was, a tenant with this id.", "taken")
