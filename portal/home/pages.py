"""The start page: the platform at a glance for staff; everybody else is led to their organization."""

from __future__ import annotations

from flask import Blueprint, g
from werkzeug.wrappers import Response

from portal.audit_log import queries as audit_log
from portal.foundation.permissions import Permission
from portal.home import queries
from portal.web.access import requires
from portal.web.pages import leave_for, page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires(Permission.ACCOUNT_VIEW)
def start() -> Response:
    """Lead everybody to where their work is."""
    if not g.actor.can(Permission.TENANTS_VIEW_ALL):
        return leave_for("tenants.index")
    changes = audit_log.last_changes_of_tenants(g.actor, queries.MOST_SHOWN)
    return page(
        "home/index.html",
        platform=queries.platform(g.actor),
        waiting=queries.waiting(g.actor),
        fullest=queries.fullest(g.actor),
        last_changes=changes,
        slugs=audit_log.slugs_now(g.actor, changes),
    )
