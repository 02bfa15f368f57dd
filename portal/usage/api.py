"""The JSON API about calls."""

from __future__ import annotations

from flask import Blueprint, Response, g

from portal.foundation.permissions import Permission
from portal.tenants.models import Tenant
from portal.tenants.queries import tenant_by_address
from portal.usage import actions
from portal.usage.documents import call_document
from portal.usage.drafts import CallEnd, NewCall
from portal.web.access import requires
from portal.web.doors import answer, json_body
from portal.web.limiter import call_end_limit, call_start_limit

blueprint = Blueprint("usage_api", __name__)


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
