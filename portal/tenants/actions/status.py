"""Suspending and resuming a tenant, deactivating and restoring it."""

from __future__ import annotations

from sqlalchemy import select

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.mail.actions import tell_owner, tell_owners
from portal.mail.limits import Kind as Mail
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service, Status
from portal.tenants.models import Tenant
from portal.webhooks.actions import announce
from portal.webhooks.limits import EventType

AT_ONCE = 500
"""How many suspensions are ended in one transaction."""


@action(Permission.TENANTS_SUSPEND)
def suspend_tenant(actor: Actor, tenant: Tenant, draft: Suspension) -> Tenant:
    """Stop some of a tenant's services, or all. On an inactive tenant it waits until that is restored.

    Raises Conflict where a suspension stands already, Invalid where its end has passed.
    """
    if tenant.keeps_suspension():
        raise Conflict(f"{tenant.name} is suspended already. Lift that suspension first, then suspend it anew.")
    at = now()
    if draft.until is not None and draft.until <= at:
        raise Invalid.at("until", "The end of a suspension lies ahead. Leave it empty for one without an end.", "past")
    if tenant.status != Status.INACTIVE:
        tenant.status = Status.SUSPENDED
    tenant.suspension_reason, tenant.suspended_at, tenant.suspended_until = draft.reason, at, draft.until
    tenant.suspended_services = [each.value for each in Service if each in (draft.services or Service)]
    audit.record(actor, Event.TENANT_SUSPENDED, tenant)
    announce(
        tenant,
        EventType.TENANT_SUSPENDED,
        reason=tenant.suspension_reason,
        services=tenant.suspended_services,
        until=tenant.suspended_until,
    )
    told = {"reason": tenant.suspension_reason, "stopped": tenant.stopped_words(), "until": tenant.suspended_until}
    tell_owner(tenant, Mail.TENANT_SUSPENDED, **told)
    return tenant


@action(Permission.TENANTS_SUSPEND)
def resume_tenant(actor: Actor, tenant: Tenant) -> Tenant:
    """Lift a suspension; an inactive tenant stays inactive. Raises Conflict where none stands."""
    if not tenant.keeps_suspension():
        raise Conflict(f"{tenant.name} is not suspended. There is nothing to lift.")
    tenant.forget_suspension()
    audit.record(actor, Event.TENANT_RESUMED, tenant)
    announce(tenant, EventType.TENANT_RESUMED)
    tell_owner(tenant, Mail.TENANT_RESUMED, inactive=tenant.status == Status.INACTIVE)
    return tenant


@action(Permission.TENANTS_DEACTIVATE)
def deactivate_tenant(actor: Actor, tenant: Tenant) -> Tenant:
    """Stop everything and lose nothing. A suspension is kept, to be in force again once the tenant is restored.

    Raises Conflict where the tenant is inactive already.
    """
    if tenant.status == Status.INACTIVE:
        raise Conflict(f"{tenant.name} is inactive already.")
    if not tenant.keeps_suspension():
        tenant.forget_suspension()
    tenant.status = Status.INACTIVE
    audit.record(actor, Event.TENANT_DEACTIVATED, tenant)
    announce(tenant, EventType.TENANT_DEACTIVATED)
    tell_owner(tenant, Mail.TENANT_DEACTIVATED)
    return tenant


@action(Permission.TENANTS_DEACTIVATE)
def restore_tenant(actor: Actor, tenant: Tenant) -> Tenant:
    """Bring an inactive tenant back: active, or suspended where a suspension was kept. Raises Conflict where it is not
    inactive."""
    if tenant.status != Status.INACTIVE:
        raise Conflict(f"{tenant.name} is not inactive. There is nothing to restore.")
    if tenant.keeps_suspension():
        tenant.status = Status.SUSPENDED
    else:
        tenant.status = Status.ACTIVE
        tenant.forget_suspension()
    audit.record(actor, Event.TENANT_RESTORED, tenant)
    announce(tenant, EventType.TENANT_RESTORED, status=tenant.status)
    tell_owner(tenant, Mail.TENANT_RESTORED, suspended=tenant.status == Status.SUSPENDED)
    return tenant


@action(Permission.TENANTS_SUSPEND)
def end_suspensions(actor: Actor) -> int:
    """End the suspensions whose end has come, up to `AT_ONCE` of them; give how many. Work for every few minutes."""
    over = select(Tenant).where(Tenant.suspended_until <= now()).order_by(Tenant.suspended_until).limit(AT_ONCE)
    tenants = db.session.scalars(over.with_for_update(of=Tenant, skip_locked=True)).all()
    for tenant in tenants:
        tenant.forget_suspension()
        audit.record(actor, Event.TENANT_RESUMED, tenant, note="its end had come")
        announce(tenant, EventType.TENANT_RESUMED)
    told = [(each, {"by_itself": True, "inactive": each.status == Status.INACTIVE}) for each in tenants]
    tell_owners(Mail.TENANT_RESUMED, told)
    return len(tenants)
