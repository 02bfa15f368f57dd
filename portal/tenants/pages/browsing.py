"""The table of tenants, a tenant at a glance, and making one."""

from __future__ import annotations

from flask import g, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import queries as accounts
from portal.foundation.errors import Invalid, Moved, NotFound
from portal.foundation.permissions import MembershipRole, Permission
from portal.foundation.writing import isolated
from portal.plans import queries as plans
from portal.tenants import actions, filter_counts, queries, table
from portal.tenants.drafts import NewTenant
from portal.tenants.forms import NewTenantForm
from portal.tenants.glance import at_a_glance
from portal.tenants.listing import find
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.tenants.search_form import search_from
from portal.tenants.setup import open_choices
from portal.tenants.setup_steps import progress
from portal.tenants.status_forms import SuspensionForm
from portal.web.access import requires
from portal.web.forms import shown_again
from portal.web.listing import Listing
from portal.web.pages import leave_for, page


@blueprint.get("")
@requires(Permission.ACCOUNT_VIEW)
def index() -> Response:
    """Show the table of tenants; who has just one goes straight to it."""
    catalogue = plans.catalogue()
    search, wrong = search_from(request.args, [plan.key for plan in catalogue])
    found = find(g.actor, search, catalogue)
    if found.total == 1 and found.lines and not (g.actor.sees_everything or search.narrowed or wrong):
        return leave_for("tenants.show", slug=found.lines[0].slug)
    listing = Listing(found.lines, found.total, search.limit, search.offset, search.sort, search.descending)
    menus = table.menus(catalogue)
    return page(
        "tenants/index.html",
        422 if wrong else 200,
        wrong=wrong,
        typed=shown_again(request.args.get("q", "")),
        search=search,
        listing=listing,
        menus=menus,
        tags=table.tags(listing, search, menus),
        filters=table.FILTERS,
        examples=table.EXAMPLES,
        columns=table.COLUMNS,
        tones=table.TONES,
        base=url_for("tenants.index") + "/",
    )


@blueprint.get("/all/counts")
@requires(Permission.ACCOUNT_VIEW)
def counts() -> Response:
    """Show beside the choices of one filter, `?filter=`, how many tenants each would give."""
    catalogue = plans.catalogue()
    search, _ = search_from(request.args, [plan.key for plan in catalogue])
    choices = table.menus(catalogue).get(request.args.get("filter", ""))
    if choices is None:
        raise NotFound
    name = request.args["filter"]
    return page(
        "tenants/_counts.html",
        name=name,
        counts=filter_counts.counts(g.actor, search, name, [value for value, *_ in choices]),
    )


@blueprint.get("/new")
@requires(Permission.TENANTS_CREATE)
def new() -> Response:
    """Show the form for a new tenant; `?parent=` is the slug of the tenant that it is to be below."""
    return page("tenants/new.html", form=NewTenantForm(), parent=_parent())


@blueprint.post("/new")
@requires(Permission.TENANTS_CREATE)
def create() -> Response:
    """Create a tenant."""
    form, parent = NewTenantForm(), _parent()
    saved = form.carry_out(
        NewTenant, lambda draft: actions.create_tenant(g.actor, _below(parent, _with_owner(draft, form)))
    )
    if saved is None:
        return page("tenants/new.html", form.status, form=form, parent=parent)
    return leave_for("tenants.show", slug=saved.tenant.slug, message=f"{isolated(saved.tenant.name)} is created.")


def _parent() -> Tenant | None:
    slug = request.args.get("parent")
    if not slug:
        return None
    try:
        return queries.tenant_by_slug(g.actor, slug)
    except Moved as moved:
        return queries.tenant_by_slug(g.actor, moved.view_args["slug"])


def _below(parent: Tenant | None, draft: NewTenant) -> NewTenant:
    return NewTenant.read({**draft.given(), "parent_id": parent.id}) if parent else draft


def _with_owner(draft: NewTenant, form: NewTenantForm) -> NewTenant:
    if not form.owner.data:
        return draft
    owner = accounts.user_by_login(form.owner.data)
    if owner is None:
        raise Invalid.at("owner", "There is no user of this name or address. Check how it is written.", "unknown")
    return NewTenant.read({**draft.given(), "owner_id": owner.id})


@blueprint.get("/<slug>")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_slug)
def show(tenant: Tenant) -> Response:
    """Show a tenant at a glance."""
    shown = at_a_glance(g.actor, tenant)
    owned = g.actor.memberships.get(tenant.scope_id) == MembershipRole.OWNER
    set_up = progress(tenant) if owned and open_choices(tenant) else None
    return page("tenants/show.html", tenant=tenant, tab="overview", form=SuspensionForm(), set_up=set_up, **shown)
