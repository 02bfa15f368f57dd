"""What the platform reports of a tenant's resources.

The tenant's own row is locked meanwhile, so that of two who add the last one that is allowed only one does.
"""

from __future__ import annotations

from sqlalchemy import func, select

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission
from portal.resources import rules
from portal.resources.drafts import ResourceReport
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants.models import Tenant


@action(Permission.RESOURCES_REPORT)
def report_resource(actor: Actor, tenant: Tenant, kind: Kind, key: str, draft: ResourceReport) -> tuple[Resource, bool]:
    """Add a resource, or change the one of this key; give it, and whether it is new. The same again writes nothing.

    Raises Blocked where its service is stopped, TooMany where a limit is reached.
    """
    rules.check_service(tenant, kind, now())
    found = db.session.get(Resource, (tenant.id, kind, key))
    if found is None:
        rules.check_number(tenant, kind, _number(tenant, kind))
    if kind == Kind.FILE and (found is None or draft.size_bytes > found.size_bytes):
        rules.check_size(tenant, draft.size_bytes, _bytes(tenant, key))
    resource = found or Resource(tenant_id=tenant.id, kind=kind, key=key, created_at=now())
    wanted = (draft.name or key, draft.size_bytes)
    if found is not None and (found.label, found.size_bytes) == wanted:
        return found, False
    resource.label, resource.size_bytes = wanted
    if found is None:
        db.session.add(resource)
    event = Event.RESOURCE_ADDED if found is None else Event.RESOURCE_CHANGED
    audit.record(actor, event, resource, tenant=tenant, changes=_changes(resource))
    return resource, found is None


@action(Permission.RESOURCES_REPORT)
def remove_resource(actor: Actor, tenant: Tenant, kind: Kind, key: str) -> None:
    """Remove a resource, whatever is stopped. Raises NotFound where there is none of this key."""
    resource = db.session.get(Resource, (tenant.id, kind, key))
    if resource is None:
        raise NotFound("There is nothing of this kind with this key.")
    changes = {"kind": [kind.value, None], "label": [resource.label, None]}
    audit.record(actor, Event.RESOURCE_REMOVED, resource, tenant=tenant, changes=changes)
    db.session.delete(resource)


def _changes(resource: Resource) -> dict[str, object]:
    changed = audit.changed_fields(resource)
    kind = Kind(resource.kind).value
    return {name: changed[name] for name in ("label", "size_bytes") if name in changed} | {"kind": [None, kind]}


def _number(tenant: Tenant, kind: Kind) -> int:
    query = select(func.count()).where(Resource.tenant_id == tenant.id, Resource.kind == kind)
    return db.session.scalar(query) or 0


def _bytes(tenant: Tenant, besides: str) -> int:
    query = select(func.coalesce(func.sum(Resource.size_bytes), 0)).where(
        Resource.tenant_id == tenant.id, Resource.kind == Kind.FILE, Resource.key != besides
    )
    return int(db.session.scalar(query) or 0)
