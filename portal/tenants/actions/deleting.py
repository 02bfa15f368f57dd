"""Deleting a tenant, for good."""

from __future__ import annotations

from sqlalchemy import delete

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.database import db, empty_write_ahead_log
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.mail.actions import tell_people
from portal.mail.limits import Kind as Mail
from portal.tenants import queries, turns
from portal.tenants.expected import Expected
from portal.tenants.models import Scope, Tenant
from portal.usage import turn as usage
from portal.webhooks.actions import say_farewell


def delete_tenant(actor: Actor, tenant: Tenant, confirm: str, expected: Expected | None = None) -> None:
    """Delete a tenant and everything it owns, for good; `confirm` is its slug, exactly (Invalid).

    Raises Stale where the tenant is not as `expected`, Conflict while calls are active or sub-organizations exist. The
    audit trail stays. What lay encrypted cannot be read from the file any more, nor can the key it was encrypted with.
    """
    _delete(actor, tenant, confirm, expected)
    empty_write_ahead_log()


@action(Permission.TENANTS_DELETE)
def _delete(actor: Actor, tenant: Tenant, confirm: str, expected: Expected | None) -> None:
    if expected is not None:
        expected.check(tenant)
    if confirm != tenant.slug:
        raise Invalid.at("confirm", f"To delete {tenant.name}, give its slug exactly as it stands.", "confirmation")
    turns.take(turns.Turn.TREE)  # nobody puts a tenant below this one meanwhile
    usage.hold_calls(tenant.id)
    standing_against = queries.against_deletion(tenant)
    if standing_against:
        raise Conflict(" ".join(standing_against))
    counts = {name: [number, None] for name, number in queries.owned_counts(tenant).items() if number}
    audit.record(actor, Event.TENANT_DELETED, tenant, changes=counts)
    tell_people(tenant, Mail.TENANT_DELETED)
    say_farewell(tenant)
    db.session.flush()
    tenant_id, scope_id = tenant.id, tenant.scope_id
    db.session.expunge(tenant)  # the database deletes what hangs on it; the session need not load it first
    db.session.execute(delete(Tenant).where(Tenant.id == tenant_id))
    db.session.execute(delete(Scope).where(Scope.id == scope_id))
