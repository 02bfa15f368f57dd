"""What is said at a limit while its new value is typed."""

from __future__ import annotations

import re

from flask import g, request
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.tenants import queries
from portal.tenants.looking_back import considered
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.usage.hindsight import LOOKED_BACK_AT
from portal.web.access import requires
from portal.web.pages import page


@blueprint.get("/<slug>/settings/limits/looking-back")
@requires(Permission.TENANTS_EDIT, tenant=queries.tenant_by_slug)
def look_back(tenant: Tenant) -> Response:
    """Say of limits, `?max_concurrent_calls=5`, what these values would have refused, each put at its field. What is
    no value, or the one in force, has nothing said of it; an empty one is the plan's."""
    given = {name: request.args[name].strip() for name in LOOKED_BACK_AT if name in request.args}
    right = {name: int(text) if text else None for name, text in given.items() if re.fullmatch(r"[0-9]{0,16}", text)}
    return page("tenants/_looked_back.html", asked=list(given), considered=considered(g.actor, tenant, right))
