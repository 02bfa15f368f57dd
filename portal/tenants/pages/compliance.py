"""What a tenant's trail shows of its compliance, to be printed."""

from __future__ import annotations

from flask import g
from werkzeug.wrappers import Response

from portal.foundation.clock import now
from portal.foundation.permissions import Permission
from portal.tenants import compliance, queries, rules
from portal.tenants.evidence import evidence
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.web.access import requires
from portal.web.pages import page


@blueprint.get("/<slug>/settings/compliance/evidence")
@requires(Permission.AUDIT_VIEW, tenant=queries.tenant_by_slug)
def compliance_evidence(tenant: Tenant) -> Response:
    """Show what was in force from when until when, who changed it, and how it stands now."""
    return page(
        "tenants/evidence.html",
        tenant=tenant,
        tab="settings",
        found=evidence(g.actor, tenant),
        under=rules.compliance_in_force(tenant),
        in_force=compliance.rules_in_force(tenant),
        factors=compliance.factors(tenant),
        made_at=now(),
    )
