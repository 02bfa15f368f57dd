"""The JSON API by which the platform tells of a tenant's resources."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response
from pydantic import TypeAdapter, ValidationError

from portal.foundation.clock import rfc3339
from portal.foundation.errors import Fault, Invalid, NotFound
from portal.foundation.permissions import Permission
from portal.resources import actions, limits
from portal.resources.drafts import ResourceReport
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants.models import Tenant
from portal.tenants.queries import tenant_by_address
from portal.web.access import requires
from portal.web.doors import answer, json_body
from portal.web.limiter import api_limit

blueprint = Blueprint("resources_api", __name__)
api_limit(blueprint)

_KEY: TypeAdapter[str] = TypeAdapter(limits.Key)


@blueprint.put("/tenants/<tenant_id>/resources/<kind>/<key>")
@requires(Permission.RESOURCES_REPORT, tenant=tenant_by_address)
def report(tenant: Tenant, kind: str, key: str) -> Response:
    """Add a resource (201), or change it (200); 429 where a limit is reached, 403 where its service is stopped."""
    known = _kind(kind)
    resource, new = actions.report_resource(g.actor, tenant, known, _checked(key), json_body(ResourceReport))
    return answer(_document(resource), 201 if new else 200)


@blueprint.delete("/tenants/<tenant_id>/resources/<kind>/<key>")
@requires(Permission.RESOURCES_REPORT, tenant=tenant_by_address)
def remove(tenant: Tenant, kind: str, key: str) -> Response:
    """Remove a resource."""
    known = _kind(kind)
    try:
        actions.remove_resource(g.actor, tenant, known, _checked(key))
    except Invalid as refusal:
        raise NotFound from refusal
    return make_response("", 204)


def _kind(text: str) -> Kind:
    """Read a kind from an address, also in the plural: `agent`, `agents`."""
    try:
        return Kind(text.removesuffix("s"))
    except ValueError as error:
        raise NotFound(f"The kinds are: {', '.join(Kind)}.") from error


def _checked(key: str) -> str:
    try:
        return _KEY.validate_python(key)
    except ValidationError as error:
        raise Invalid(Fault("key", "A key has 1 to 128 characters, none of them a control character.")) from error


def _document(resource: Resource) -> dict[str, Any]:
    return {
        "tenant_id": str(resource.tenant_id),
        "kind": resource.kind,
        "key": resource.key,
        "name": resource.label,
        "size_bytes": resource.size_bytes,
        "created_at": rfc3339(resource.created_at),
    }
