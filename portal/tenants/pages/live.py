"""The figures of open pages, asked for every so often by themselves (live.js)."""

from __future__ import annotations

import re

from flask import g, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.plans import queries as plans
from portal.tenants import queries, table
from portal.tenants.glance import figures_now
from portal.tenants.listing import lines_of
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.web.access import requires
from portal.web.pages import page

MOST = 100
"""Of so many tenants the table asks at once."""


@blueprint.get("/all/live")
@requires(Permission.ACCOUNT_VIEW)
def live_rows() -> Response:
    """Show the rows of tenants as they stand now: `?of=acme,globex`. Two queries, whatever the number."""
    asked = request.args.get("of", "").split(",")[:MOST]
    slugs = [slug for slug in asked if re.fullmatch(r"[a-z0-9-]{1,63}", slug)]
    lines = lines_of(g.actor, slugs, plans.catalogue())
    return page("tenants/_live_rows.html", lines=lines, base=url_for("tenants.index") + "/", tones=table.TONES)


@blueprint.get("/<slug>/live")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_slug)
def live(tenant: Tenant) -> Response:
    """Show a tenant's figures as they stand now."""
    return page("tenants/_live.html", **figures_now(g.actor, tenant))
