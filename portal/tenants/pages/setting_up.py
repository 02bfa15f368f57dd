"""The set-up, step by step. Each step saves what it asks for, through the action that the settings use too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, request
from werkzeug.wrappers import Response

from portal.foundation.errors import NotFound
from portal.foundation.permissions import MembershipRole, Permission
from portal.plans import queries as plans
from portal.tenants import actions, queries, setup_steps
from portal.tenants.drafts import TenantChange
from portal.tenants.expected import Expected
from portal.tenants.feature_rows import plan_notes
from portal.tenants.fitting_plan import fitting, needs_of
from portal.tenants.forms import Difference, NeedsForm, differences, show_newer, step_form, told
from portal.tenants.limit_rows import limit_rows
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import setup as blueprint
from portal.tenants.pages.settings import about_compliance
from portal.tenants.plan_cards import plan_cards
from portal.web.access import requires
from portal.web.forms import DraftForm
from portal.web.limiter import webhook_test_limit
from portal.web.pages import leave_for, page
from portal.webhooks import actions as webhook_actions
from portal.webhooks import queries as webhooks
from portal.webhooks import words as webhook_words
from portal.webhooks.outcomes import OUTCOME_WORDS, TONES


@blueprint.get("/<slug>/<step>")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_slug)
def step(tenant: Tenant, step: str) -> Response:
    """Show a step to the tenant's owner; staff are led to the settings, other members told who does this."""
    if step not in setup_steps.WORDS:
        raise NotFound
    if g.actor.standing(tenant) != MembershipRole.OWNER:
        return _others(tenant)
    if step == "review":
        return _page(tenant, step, None, reviewed=setup_steps.reviewed(tenant))
    return _show(tenant, step, step_form(g.actor, tenant, step))


def _others(tenant: Tenant) -> Response:
    if g.actor.sees_everything:
        return leave_for("tenants.settings", slug=tenant.slug, section="general")
    return page("setup/others.html", tenant=tenant)


@blueprint.post("/<slug>/<step>")
@requires(Permission.TENANTS_CHANGE_PLAN, tenant=queries.tenant_by_slug)
def save(tenant: Tenant, step: str) -> Response:
    """Save a step and go on to the next; over somebody else's change, show both and save nothing."""
    if step not in setup_steps.WORDS or step == "review":
        raise NotFound
    if g.actor.standing(tenant) != MembershipRole.OWNER:
        return _others(tenant)
    form = step_form(g.actor, tenant, step)
    expected = Expected.from_text(form.seen.data)

    def change(draft: TenantChange) -> tuple[list[Difference], actions.Saved]:
        found = differences(form, tenant, draft)
        return found, actions.change_tenant(g.actor, tenant, draft, expected)

    done = form.carry_out(TenantChange, change)
    if done is None:
        if form.newer:
            show_newer(form, tenant)
        return _show(tenant, step, form)
    found, saved = done
    if saved.made_webhook_secret is not None:
        return _shown_once(saved.tenant, saved.made_webhook_secret)
    following = setup_steps.step_after(step)
    return leave_for("setup.step", slug=saved.tenant.slug, step=following, message=told(found) if found else None)


@blueprint.post("/<slug>/webhook/test")
@webhook_test_limit
@requires(Permission.TENANTS_EDIT, tenant=queries.tenant_by_slug)
def test(tenant: Tenant) -> Response:
    """Send the webhook a test, wait for its answer, and say what came of it."""
    _sent, answer = webhook_actions.send_test(g.actor, tenant)
    message, tone = webhook_words.came_of_test(answer)
    return leave_for("setup.step", slug=tenant.slug, step="webhook", message=message, tone=tone)


def _show(tenant: Tenant, step: str, form: DraftForm) -> Response:
    about = _ABOUT[step](tenant, form) if step in _ABOUT else {}
    return _page(tenant, step, form, newer=form.newer, notes=plan_notes(tenant.plan), **about)


def _page(tenant: Tenant, step: str, form: DraftForm | None, **context: Any) -> Response:
    return page(
        f"setup/{step}.html",
        form.status if form else 200,
        tenant=tenant,
        step=step,
        label=setup_steps.WORDS[step],
        steps=setup_steps.all_steps(tenant),
        progress=setup_steps.progress(tenant),
        before=setup_steps.step_before(step),
        form=form,
        **context,
    )


def _shown_once(tenant: Tenant, secret: str) -> Response:
    """Answer with the secret that was made: nothing keeps it, neither the session nor the browser."""
    response = _page(tenant, "webhook", None, made=secret)
    response.cache_control.no_store = True
    return response


def _about_plan(tenant: Tenant, _form: DraftForm) -> dict[str, Any]:
    asked = NeedsForm(request.args)
    right = not request.args or asked.validate()
    said = {"monthly_call_limit": asked.calls.data, "max_concurrent_calls": asked.at_once.data} if right else {}
    needs = needs_of(g.actor, tenant, said, right and asked.compliance.data)
    catalogue = plans.catalogue()
    return {
        "asked": asked,
        "fit": fitting(catalogue, needs),
        "cards": plan_cards(tenant),
        "chosen": tenant.plan_chosen_at is not None,
    }


def _about_limits(tenant: Tenant, form: DraftForm) -> dict[str, Any]:
    return {"rows": limit_rows(tenant, [name for name in LIMITS if name in form], for_staff=False)}


def _about_features(tenant: Tenant, _form: DraftForm) -> dict[str, Any]:
    return {"held": queries.secrets_of([tenant]).get(tenant.id, {})}


def _about_webhook(tenant: Tenant, _form: DraftForm) -> dict[str, Any]:
    last = webhooks.last_outcomes(g.actor, tenant) if tenant.webhook_url else []
    return {"made": None, "last_outcomes": [(OUTCOME_WORDS[line.outcome], TONES[line.outcome]) for line in last]}


_ABOUT: dict[str, Callable[[Tenant, DraftForm], dict[str, Any]]] = {
    "plan": _about_plan,
    "limits": _about_limits,
    "features": _about_features,
    "compliance": about_compliance,
    "webhook": _about_webhook,
}
"""What a step shows besides its form."""
