"""Where the set-up begins: at the first step that is open, or by making the organization that was never made."""

from __future__ import annotations

from flask import g, url_for
from werkzeug.wrappers import Response

from portal.accounts import queries as accounts
from portal.foundation.errors import Forbidden
from portal.foundation.permissions import Permission, Role
from portal.foundation.writing import isolated
from portal.tenants import actions, queries, setup_steps
from portal.tenants.drafts import NewTenant
from portal.tenants.forms import NewOrganizationForm
from portal.tenants.pages.blueprints import setup as blueprint
from portal.web.access import requires
from portal.web.pages import leave_for, page


@blueprint.get("")
@requires(Permission.ACCOUNT_VIEW)
def start() -> Response:
    """Lead an owner to the first open step; offer to make an organization that was never made; say to everybody else
    who does this."""
    if g.actor.sees_everything:
        return leave_for("tenants.index", q="setup:unfinished")
    if queries.may_make_its_own(g.actor):
        return page("setup/make.html", form=NewOrganizationForm())
    unfinished = queries.unfinished_of_owner(g.actor)
    if len(unfinished) == 1:
        return leave_for("setup.step", slug=unfinished[0].slug, step=setup_steps.resumes_at(unfinished[0]))
    if unfinished:
        lines = [
            (each, setup_steps.progress(each), url_for("setup.step", slug=each.slug, step=setup_steps.resumes_at(each)))
            for each in unfinished
        ]
        return page("setup/several.html", lines=lines)
    return page("setup/others.html", tenant=None)


@blueprint.post("")
@requires(Permission.ACCOUNT_EDIT)
def make() -> Response:
    """Make the organization of somebody who signed up when it could not be made."""
    if g.actor.role != Role.BUSINESS:
        raise Forbidden("An organization of one’s own comes with signing up for one. Ask its owner to invite you.")
    form = NewOrganizationForm()
    user = accounts.user_by_id(g.actor.user_id)
    saved = form.carry_out(NewTenant, lambda draft: actions.create_own_tenant(g.actor, user, draft))
    if saved is None:
        return page("setup/make.html", form.status, form=form)
    message = f"{isolated(saved.tenant.name)} is made."
    return leave_for("setup.step", slug=saved.tenant.slug, step="organization", message=message)
