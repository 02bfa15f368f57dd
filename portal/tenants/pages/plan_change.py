"""Choosing a plan: the plans, then what the chosen one changes, then the change."""

from __future__ import annotations

from flask import g, request
from werkzeug.wrappers import Response

from portal.foundation.errors import Stale
from portal.foundation.permissions import Permission
from portal.foundation.writing import isolated
from portal.plans import queries as plans
from portal.plans.models import Plan
from portal.tenants import actions, queries
from portal.tenants.drafts import TenantChange
from portal.tenants.expected import Expected
from portal.tenants.forms import PlanForm, note_shown, plan_form
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.tenants.pages.section_page import section_page
from portal.tenants.plan_cards import plan_card, plan_cards
from portal.tenants.plan_change import plan_change
from portal.web.access import requires
from portal.web.forms import shown_again
from portal.web.pages import leave_for


@blueprint.get("/<slug>/settings/plan")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_slug)
def plan(tenant: Tenant) -> Response:
    """Show the plans; with `?to=` what that one would change."""
    key = request.args.get("to")
    chosen = _choosable(tenant, key)
    if chosen is None or chosen.key == tenant.billing_plan:
        return _plans(tenant, unknown=key if chosen is None else None)
    return _preview(tenant, chosen, plan_form(tenant, chosen.key))


@blueprint.post("/<slug>/settings/plan")
@requires(Permission.TENANTS_CHANGE_PLAN, tenant=queries.tenant_by_slug)
def change_plan(tenant: Tenant) -> Response:
    """Change the plan, if what it changes has been shown and is still so; else show it."""
    form = plan_form(tenant, None)
    seen = Expected.from_text(form.seen.data)

    def change(draft: TenantChange) -> actions.Saved:
        if seen is None or "billing_plan" not in seen.values:
            raise Stale("Look at what will change, then change the plan.")
        return actions.change_tenant(g.actor, tenant, draft, seen)

    saved = form.carry_out(TenantChange, change)
    if saved is not None:
        message = f"The plan is {saved.tenant.plan.label} now."
        return leave_for("tenants.settings", slug=saved.tenant.slug, section="plan", message=message)
    chosen = _choosable(tenant, form.billing_plan.data)
    if chosen is None or chosen.key == tenant.billing_plan:
        return _plans(tenant, status=form.status, form=form)
    note_shown(form, tenant)
    return _preview(tenant, chosen, form)


def _choosable(tenant: Tenant, key: str | None) -> Plan | None:
    """Give the plan of a key if this person may change the tenant to it."""
    found = plans.plan(key) if key and "\x00" not in key else None
    if found is None or not g.actor.can(Permission.TENANTS_CHANGE_PLAN, tenant):
        return None
    return found if _may_choose(found, g.actor.can(Permission.TENANTS_ADMINISTER, tenant)) else None


def _may_choose(plan: Plan, staff: bool) -> bool:
    return plan.offered if staff else plan.open_to_all


def _plans(tenant: Tenant, status: int = 200, form: PlanForm | None = None, unknown: str | None = None) -> Response:
    may_change = g.actor.can(Permission.TENANTS_CHANGE_PLAN, tenant)
    return section_page(
        "settings_plan",
        tenant,
        "plan",
        status,
        form=form,
        cards=plan_cards(tenant),
        may_change=may_change,
        gives=g.actor.can(Permission.TENANTS_ADMINISTER, tenant),
        unknown=_why_not(unknown) if may_change and unknown else None,
    )


def _why_not(key: str) -> str:
    """Say of what was asked for why it cannot be chosen."""
    found = plans.plan(key) if "\x00" not in key else None
    if found is None:
        return f"“{isolated(shown_again(key))}” is no plan that can be chosen."
    if not found.offered:
        return f"The {found.label} plan is not offered any more. Choose another one."
    return f"The {found.label} plan is given on request. Ask for it below."


def _preview(tenant: Tenant, chosen: Plan, form: PlanForm) -> Response:
    return section_page(
        "settings_plan_change",
        tenant,
        "plan",
        form.status,
        form=form,
        change=plan_change(g.actor, tenant, chosen),
        prices=(plan_card(tenant.plan, current=True), plan_card(chosen, current=False)),
    )
