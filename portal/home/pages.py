"""The start page: what waits for staff; the set-up while it is unfinished; else the way to one's organization."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g
from werkzeug.wrappers import Response

from portal.audit_log import queries as audit_log
from portal.foundation.permissions import Permission, Role
from portal.home import queries
from portal.tenants import queries as tenants
from portal.tenants.setup_steps import UNLOCKS, progress
from portal.web.access import requires
from portal.web.pages import leave_for, page

blueprint = Blueprint("home", __name__)

NOTHING_WAITS = {
    False: "Nothing waits: no tenant is near a limit, no trial is ending, no webhook fails.",
    True: "Nothing waits: no tenant is near a limit, no webhook fails, no call was refused.",
}
"""What administrators, or support, read where nothing waits."""


@blueprint.get("/")
@requires(Permission.ACCOUNT_VIEW)
def start() -> Response:
    """Lead everybody to where their work is."""
    if not g.actor.can(Permission.TENANTS_VIEW_ALL):
        return _own()
    if g.actor.role == Role.SUPPORT:
        return _support()
    changes = audit_log.last_changes_of_tenants(g.actor, queries.MOST_SHOWN)
    return page(
        "home/index.html",
        **_now(),
        last_changes=changes,
        slugs=audit_log.slugs_now(g.actor, changes),
    )


@blueprint.get("/live")
@requires(Permission.TENANTS_VIEW_ALL)
def live() -> Response:
    """Show the platform's figures and what waits as they stand now, for an open page that asks by itself."""
    return page("home/_live.html", **_now())


def _now() -> dict[str, Any]:
    return {
        "platform": queries.platform(g.actor),
        "waiting": queries.waiting(g.actor),
        "fullest": queries.fullest(g.actor),
        "nothing": NOTHING_WAITS[g.actor.role == Role.SUPPORT],
    }


def _support() -> Response:
    return page(
        "home/support.html",
        **_now(),
        most_refused=queries.most_refused(g.actor),
        gone_quiet=queries.gone_quiet(g.actor),
    )


def _own() -> Response:
    unfinished = [(tenant, progress(tenant)) for tenant in tenants.unfinished_of_owner(g.actor)]
    if unfinished:
        others = len(g.actor.memberships) - len(unfinished)
        return page("home/setting_up.html", unfinished=unfinished, unlocks=UNLOCKS, others=others)
    if not g.actor.memberships:
        return page("home/nowhere.html", may_make=tenants.may_make_its_own(g.actor))
    return leave_for("tenants.index")
