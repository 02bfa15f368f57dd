"""The JSON API about tenants."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, make_response, request, url_for

from portal.accounts import queries as accounts
from portal.foundation.errors import Fault, Invalid
from portal.foundation.permissions import Permission
from portal.tenants import actions, queries
from portal.tenants.actions import Saved
from portal.tenants.documents import document
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.expected import Expected
from portal.tenants.limits import Status
from portal.tenants.models import Tenant
from portal.web import idempotency
from portal.web.access import requires
from portal.web.arguments import whole
from portal.web.doors import answer, json_body
from portal.web.limiter import api_limit

blueprint = Blueprint("tenants_api", __name__)
api_limit(blueprint)

MOST = 1000


@blueprint.get("/tenants")
@requires(Permission.ACCOUNT_VIEW)
def index() -> Response:
    """List the tenants that the token may see, in the order of their ids."""
    limit, offset = whole("limit", 100, 1, MOST), whole("offset", 0, 0, 2**53 - 1)
    status, cursor = _status(), _cursor()
    rows = list(queries.page_by_id(g.actor, status, cursor, offset, limit + 1))
    more, rows = len(rows) > limit, rows[:limit]
    response = answer(_documents(rows), headers={"X-Total-Count": str(queries.count(g.actor, status))})
    links = []
    if more:
        links.append(f'<{_link(cursor=str(rows[-1].id), limit=limit, status_filter=status)}>; rel="next"')
    if cursor or offset:
        links.append(f'<{_link(limit=limit, status_filter=status)}>; rel="first"')
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _documents(tenants: list[Tenant]) -> list[dict[str, Any]]:
    secrets, cents = queries.secrets_of(tenants), queries.month_cents(tenants)
    return [document(each, secrets.get(each.id, {}), cents.get(each.id, 0)) for each in tenants]


def _link(**arguments: Any) -> str:
    return url_for("tenants_api.index", **{name: value for name, value in arguments.items() if value is not None})


@blueprint.post("/tenants")
@requires(Permission.ACCOUNT_VIEW)
def create() -> Response:
    """Create a tenant: administrators any, a business user its own where it was never made. Honours Idempotency-Key."""
    if not queries.may_make_its_own(g.actor):
        g.actor.require(Permission.TENANTS_CREATE)
    draft = json_body(NewTenant)  # before anything is locked: an address in it is looked up
    return idempotency.once(g.actor, request, lambda: _create(draft))


def _create(draft: NewTenant) -> tuple[dict[str, Any], int, tuple[str, ...]]:
    if queries.may_make_its_own(g.actor):
        saved = actions.create_own_tenant(g.actor, accounts.user_by_id(g.actor.user_id), draft)
    else:
        saved = actions.create_tenant(g.actor, draft)
    return _shown(saved), 201, ("webhook_secret",)


def _shown(saved: Saved) -> dict[str, Any]:
    (shown,) = _documents([saved.tenant])
    if saved.made_webhook_secret is not None:
        shown["webhook_secret"] = saved.made_webhook_secret
    return shown


@blueprint.get("/tenants/<tenant_id>")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_address)
def show(tenant: Tenant) -> Response:
    """Give a tenant; its ETag is the version of its settings."""
    response = _with_etag(answer(_documents([tenant])[0]), tenant)
    asked = request.if_none_match
    if asked and asked.contains_weak(str(tenant.version)):
        return _with_etag(make_response("", 304), tenant)
    return response


@blueprint.put("/tenants/<tenant_id>")
@requires(Permission.TENANTS_EDIT, tenant=queries.tenant_by_address)
def replace(tenant: Tenant) -> Response:
    """Change the fields that are given."""
    return _change(tenant)


@blueprint.patch("/tenants/<tenant_id>")
@requires(Permission.TENANTS_EDIT, tenant=queries.tenant_by_address)
def change(tenant: Tenant) -> Response:
    """Change the fields that are given."""
    return _change(tenant)


def _change(tenant: Tenant) -> Response:
    expected = _expected(tenant)
    saved = actions.change_tenant(g.actor, tenant, json_body(TenantChange), expected)
    response = _with_etag(answer(_shown(saved)), saved.tenant)
    response.cache_control.no_store = True
    return response


def _expected(tenant: Tenant) -> Expected | None:
    if request.headers.get("If-Match") is None:
        return None
    if request.if_match.star_tag:
        return None
    versions = frozenset(int(tag) for tag in request.if_match.as_set() if tag and re.fullmatch(r"[0-9]{1,18}", tag))
    expected = Expected(versions=versions)
    expected.check(tenant)  # before the body is judged; the action asks again behind its lock
    return expected


@blueprint.delete("/tenants/<tenant_id>")
@requires(Permission.TENANTS_DELETE, tenant=queries.tenant_by_address)
def delete(tenant: Tenant) -> Response:
    """Delete a tenant for good; `?confirm=` is its slug, exactly."""
    actions.delete_tenant(g.actor, tenant, request.args.get("confirm", ""), _expected(tenant))
    return make_response("", 204)


def _with_etag(response: Response, tenant: Tenant) -> Response:
    response.set_etag(str(tenant.version))
    return response


def _status() -> str | None:
    text = request.args.get("status_filter")
    if text is not None and text not in tuple(Status):
        raise Invalid(Fault("status_filter", f"The status is one of: {', '.join(Status)}.", "query"))
    return text


def _cursor() -> UUID | None:
    text = request.args.get("cursor")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Invalid(Fault("cursor", "A cursor is taken from the answer before, as it is.", "query")) from error
