"""Suspending and resuming a tenant, deactivating and restoring it: a page each, which says first what will happen."""

from __future__ import annotations

from flask import g, url_for
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.foundation.writing import isolated
from portal.tenants import actions, queries
from portal.tenants.drafts import Nothing, Suspension
from portal.tenants.limits import Status
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.tenants.status_forms import PlainForm, SuspensionForm
from portal.tenants.steps import STEPS
from portal.web.access import requires
from portal.web.forms import DraftForm
from portal.web.pages import leave_for, page


@blueprint.get("/<slug>/suspend")
@requires(Permission.TENANTS_SUSPEND, tenant=queries.tenant_by_slug)
def confirm_suspend(tenant: Tenant) -> Response:
    """Show the form for suspending a tenant."""
    return _step(tenant, "suspend", SuspensionForm())


@blueprint.post("/<slug>/suspend")
@requires(Permission.TENANTS_SUSPEND, tenant=queries.tenant_by_slug)
def suspend(tenant: Tenant) -> Response:
    """Suspend a tenant."""
    form = SuspensionForm()
    if form.carry_out(Suspension, lambda draft: actions.suspend_tenant(g.actor, tenant, draft)) is None:
        return _step(tenant, "suspend", form)
    return leave_for("tenants.show", slug=tenant.slug, message=f"{isolated(tenant.name)} is suspended.")


@blueprint.get("/<slug>/resume")
@requires(Permission.TENANTS_SUSPEND, tenant=queries.tenant_by_slug)
def confirm_resume(tenant: Tenant) -> Response:
    """Show what lifting a suspension does."""
    return _step(tenant, "resume", PlainForm())


@blueprint.post("/<slug>/resume")
@requires(Permission.TENANTS_SUSPEND, tenant=queries.tenant_by_slug)
def resume(tenant: Tenant) -> Response:
    """Lift a tenant's suspension."""
    form = PlainForm()
    if form.carry_out(Nothing, lambda _: actions.resume_tenant(g.actor, tenant)) is None:
        return _step(tenant, "resume", form)
    return leave_for("tenants.show", slug=tenant.slug, message=f"The suspension of {isolated(tenant.name)} is lifted.")


@blueprint.get("/<slug>/deactivate")
@requires(Permission.TENANTS_DEACTIVATE, tenant=queries.tenant_by_slug)
def confirm_deactivate(tenant: Tenant) -> Response:
    """Show what deactivating a tenant does."""
    return _step(tenant, "deactivate", PlainForm())


@blueprint.post("/<slug>/deactivate")
@requires(Permission.TENANTS_DEACTIVATE, tenant=queries.tenant_by_slug)
def deactivate(tenant: Tenant) -> Response:
    """Deactivate a tenant."""
    form = PlainForm()
    if form.carry_out(Nothing, lambda _: actions.deactivate_tenant(g.actor, tenant)) is None:
        return _step(tenant, "deactivate", form)
    undo = url_for("tenants.restore", slug=tenant.slug)
    return leave_for("tenants.show", slug=tenant.slug, message=f"{isolated(tenant.name)} is inactive.", undo=undo)


@blueprint.get("/<slug>/restore")
@requires(Permission.TENANTS_DEACTIVATE, tenant=queries.tenant_by_slug)
def confirm_restore(tenant: Tenant) -> Response:
    """Show what restoring a tenant does."""
    return _step(tenant, "restore", PlainForm())


@blueprint.post("/<slug>/restore")
@requires(Permission.TENANTS_DEACTIVATE, tenant=queries.tenant_by_slug)
def restore(tenant: Tenant) -> Response:
    """Restore an inactive tenant."""
    form = PlainForm()
    restored = form.carry_out(Nothing, lambda _: actions.restore_tenant(g.actor, tenant))
    if restored is None:
        return _step(tenant, "restore", form)
    still = "; its suspension is in force again" if restored.status == Status.SUSPENDED else ""
    message, undo = f"{isolated(tenant.name)} is restored{still}.", url_for("tenants.deactivate", slug=tenant.slug)
    return leave_for("tenants.show", slug=tenant.slug, message=message, undo=undo)


def _step(tenant: Tenant, verb: str, form: DraftForm) -> Response:
    step = STEPS[verb][1](tenant, queries.concerned(tenant))
    return page("tenants/status_step.html", form.status, tenant=tenant, tab="step", step=step, form=form)
