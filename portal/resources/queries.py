"""Reading what a tenant owns."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants.models import Tenant


def counts(actor: Actor, tenant: Tenant) -> dict[Kind, int]:
    """Count a tenant's resources by kind; a kind it has none of counts 0."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    rows = db.session.execute(
        select(Resource.kind, func.count()).where(Resource.tenant_id == tenant.id).group_by(Resource.kind)
    ).all()
    found = {Kind(kind): number for kind, number in rows}
    return {kind: found.get(kind, 0) for kind in Kind}
