"""The JSON API about calls and what they add up to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g

from portal.foundation.permissions import Permission
from portal.tenants.models import Tenant
from portal.tenants.queries import tenant_by_address
from portal.usage import actions, batch, reports
from portal.usage.documents import call_document, quota_document, stats_document, totals_document
from portal.usage.drafts import CallEnd, NewCall
from portal.web.access import requires
from portal.web.arguments import whole
from portal.web.doors import answer, json_body, lines_body
from portal.web.limiter import api_limit, call_end_limit, call_start_limit

blueprint = Blueprint("usage_api", __name__)

BATCH_BYTES = 16 * 1024 * 1024


@blueprint.post("/tenants/<tenant_id>/calls")
@call_start_limit
@requires(Permission.CALLS_REPORT, tenant=tenant_by_address)
def admit(tenant: Tenant) -> Response:
    """Admit a call before it starts: 201, or 200 where it was admitted already; 429 and 403 say why not."""
    admission = actions.admit_call(g.actor, tenant, json_body(NewCall))
    if admission.refusal is not None:
        raise admission.refusal
    assert admission.call is not None
    return answer(call_document(admission.call, admission.recording), 201 if admission.new else 200)


@blueprint.patch("/tenants/<tenant_id>/calls/<call_id>")
@call_end_limit
@requires(Permission.CALLS_REPORT, tenant=tenant_by_address)
def end(tenant: Tenant, call_id: str) -> Response:
    """End a call; ending it again is harmless."""
    call, recording = actions.end_call(g.actor, tenant, call_id, json_body(CallEnd))
    return answer(call_document(call, recording))


@blueprint.get("/tenants/<tenant_id>/stats")
@api_limit
@requires(Permission.USAGE_VIEW, tenant=tenant_by_address)
def stats(tenant: Tenant) -> Response:
    """Give the statistics of today and this month."""
    quota = reports.quotas(g.actor, [tenant])[tenant.id]
    month, standing = reports.this_month(g.actor, tenant), reports.standings_of([tenant.id]).get(tenant.id)
    return answer(stats_document(tenant, reports.agents(tenant), quota, month, standing))


@blueprint.get("/analytics/tenants/<tenant_id>/quota")
@api_limit
@requires(Permission.USAGE_VIEW, tenant=tenant_by_address)
def quota(tenant: Tenant) -> Response:
    """Give what may be used and what was."""
    return answer(_quota(tenant))


@blueprint.get("/analytics/tenants/<tenant_id>/calls")
@api_limit
@requires(Permission.USAGE_VIEW, tenant=tenant_by_address)
def last_hours(tenant: Tenant) -> Response:
    """Give what came of the calls of the last hours: 24 where nothing else is asked for."""
    hours = whole("hours", 24, 1, 168)
    reports.require_analytics(g.actor, tenant)
    return answer(totals_document(f"{hours}h", reports.last_hours(g.actor, tenant, hours), _quota(tenant)))


@blueprint.get("/analytics/tenants/<tenant_id>/dashboard")
@api_limit
@requires(Permission.USAGE_VIEW, tenant=tenant_by_address)
def dashboard(tenant: Tenant) -> Response:
    """Give what came of the calls of this month."""
    reports.require_analytics(g.actor, tenant)
    month = reports.this_month(g.actor, tenant)
    return answer(totals_document("month", month.totals, _quota(tenant)))


def _quota(tenant: Tenant) -> dict[str, Any]:
    return quota_document(tenant, reports.quotas(g.actor, [tenant])[tenant.id])


@blueprint.post("/usage/batch")
@api_limit
@requires(Permission.ACCOUNT_VIEW)
def store_batch() -> Response:
    """Store finished calls, a line each, of any tenants that the token may write: 200, or 207 where lines are wrong."""
    stored = batch.store(g.actor, lines_body(BATCH_BYTES), camel=False)
    counts = {word: stored.counts[word] for word in ("new", "ended", "repeated", "refused")}
    return answer({**counts, "errors": stored.errors}, 207 if stored.errors else 200)
