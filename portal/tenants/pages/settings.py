"""The sections of a tenant's settings."""

from __future__ import annotations

from flask import g, url_for
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.tenants import actions, queries
from portal.tenants.drafts import TenantChange
from portal.tenants.expected import Expected
from portal.tenants.forms import SECTIONS, section_form, show_newer
from portal.tenants.limit_rows import limit_rows
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.web.access import requires
from portal.web.forms import DraftForm
from portal.web.pages import leave_for, page


@blueprint.get("/<slug>/settings/<section>")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_slug)
def settings(tenant: Tenant, section: str) -> Response:
    """Show a section of a tenant's settings, for reading where the person may not change it."""
    return _section(tenant, section, section_form(g.actor, tenant, section))


@blueprint.post("/<slug>/settings/<section>")
@requires(Permission.TENANTS_EDIT, tenant=queries.tenant_by_slug)
def save_settings(tenant: Tenant, section: str) -> Response:
    """Save a section of a tenant's settings; over somebody else's change, show both and save nothing."""
    form = section_form(g.actor, tenant, section)
    expected = Expected.from_text(form.seen.data)
    saved = form.carry_out(TenantChange, lambda draft: actions.change_tenant(g.actor, tenant, draft, expected))
    if saved is None:
        if form.newer:
            show_newer(form, tenant)
        return _section(tenant, section, form)
    message = f"{SECTIONS[section][0]} saved."
    return leave_for("tenants.settings", slug=saved.tenant.slug, section=section, message=message)


def _section(tenant: Tenant, section: str, form: DraftForm) -> Response:
    apart = [name for name in LIMITS if section == "limits" and name not in form]
    return page(
        f"tenants/settings_{section}.html",
        form.status,
        tenant=tenant,
        tab="settings",
        section=section,
        section_label=SECTIONS[section][0],
        section_links=[
            (label, url_for("tenants.settings", slug=tenant.slug, section=name), name == section, None)
            for name, (label, _) in SECTIONS.items()
        ],
        form=form,
        newer=form.newer,
        may_edit=g.actor.can(Permission.TENANTS_EDIT, tenant),
        rows=limit_rows(tenant, [name for name in LIMITS if name in form], g.actor.sees_everything),
        set_by_others=limit_rows(tenant, apart, g.actor.sees_everything),
    )
