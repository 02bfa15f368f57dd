"""The JSON API of the platform's own programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g

from portal.administration.drafts import Block, QuotaChange
from portal.foundation.errors import Invalid
from portal.foundation.permissions import Permission
from portal.tenants import actions, queries
from portal.tenants.drafts import Suspension
from portal.tenants.models import Tenant
from portal.usage import reports
from portal.usage.documents import admin_document
from portal.web.access import requires
from portal.web.arguments import whole
from portal.web.doors import answer, json_body
from portal.web.limiter import api_limit

blueprint = Blueprint("administration_api", __name__, url_prefix="/admin")
api_limit(blueprint)

MOST = 1000


@blueprint.get("/tenants")
@requires(Permission.TENANTS_VIEW_ALL)
def index() -> Response:
    """List tenants in the order of their ids, each with its totals, this month, its quota and what remains."""
    limit, offset = whole("limit", 100, 1, MOST), whole("offset", 0, 0, 2**53 - 1)
    tenants = queries.page_by_id(g.actor, None, None, offset, limit)
    return answer(_documents(tenants), headers={"X-Total-Count": str(queries.count(g.actor))})


@blueprint.get("/tenants/<tenant_id>")
@requires(Permission.TENANTS_VIEW_ALL, tenant=queries.tenant_by_address)
def show(tenant: Tenant) -> Response:
    """Give one of them."""
    return answer(_documents([tenant])[0])


@blueprint.put("/tenants/<tenant_id>/quota")
@requires(Permission.TENANTS_ADMINISTER, tenant=queries.tenant_by_address)
def change_quota(tenant: Tenant) -> Response:
    """Set the limits that are given."""
    saved = actions.change_tenant(g.actor, tenant, json_body(QuotaChange).as_change())
    return answer(_documents([saved.tenant])[0])


@blueprint.post("/tenants/<tenant_id>/block")
@requires(Permission.TENANTS_SUSPEND, tenant=queries.tenant_by_address)
def block(tenant: Tenant) -> Response:
    """Suspend a tenant's services, or lift the suspension; what is so already stays so."""
    asked = json_body(Block)
    if not asked.blocked:
        if tenant.keeps_suspension():
            tenant = actions.resume_tenant(g.actor, tenant)
    elif asked.reason is None:
        raise Invalid.at("reason", "Reason is needed: the owner is shown it.", "missing")
    else:
        draft = Suspension.read({"reason": asked.reason, "services": asked.block_services})
        tenant = actions.suspend_tenant(g.actor, tenant, draft)
    return answer(_documents([tenant])[0])


def _documents(tenants: Sequence[Tenant]) -> list[dict[str, Any]]:
    ids = [tenant.id for tenant in tenants]
    quotas, totals, standings = reports.quotas(g.actor, tenants), reports.all_time(ids), reports.standings_of(ids)
    return [admin_document(each, quotas[each.id], totals[each.id], standings.get(each.id)) for each in tenants]
