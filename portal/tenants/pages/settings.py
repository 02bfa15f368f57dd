"""The sections of a tenant's settings that are filled in and saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import g, request
from werkzeug.wrappers import Response

from portal.foundation.addresses import outside
from portal.foundation.limits import LARGEST, bounds
from portal.foundation.permissions import Permission
from portal.tenants import actions, compliance, queries, rules
from portal.tenants.actions import Saved
from portal.tenants.drafts import TenantChange
from portal.tenants.evidence import evidence
from portal.tenants.expected import Expected
from portal.tenants.feature_rows import feature_rows, plan_notes
from portal.tenants.forms import Difference, differences, section_form, show_newer, told
from portal.tenants.limit_rows import limit_rows
from portal.tenants.limits import LIMITS
from portal.tenants.looking_back import Considered, considered, to_confirm
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.tenants.pages.section_page import section_page
from portal.tenants.words import FIELD_WORDS
from portal.usage.hindsight import LOOKED_BACK_AT
from portal.web.access import requires
from portal.web.forms import DraftForm
from portal.web.pages import leave_for
from portal.webhooks import queries as webhooks
from portal.webhooks.outcomes import OUTCOME_WORDS, TONES

NAME_NOT_KNOWN = "The host’s name is not known yet: until it is, events are kept and tried again."


@blueprint.get("/<slug>/settings/<section>")
@requires(Permission.TENANTS_VIEW, tenant=queries.tenant_by_slug)
def settings(tenant: Tenant, section: str) -> Response:
    """Show a section of a tenant's settings, for reading where the person may not change it."""
    return _section(tenant, section, section_form(g.actor, tenant, section))


@blueprint.post("/<slug>/settings/<section>")
@requires(Permission.TENANTS_EDIT, tenant=queries.tenant_by_slug)
def save_settings(tenant: Tenant, section: str) -> Response:
    """Save a section of a tenant's settings; over somebody else's change, show both and save nothing. Asked with
    `review`, show what saving would change. Limits that would have refused calls are asked about first."""
    form = section_form(g.actor, tenant, section)
    if "review" in request.form:
        found = form.carry_out(TenantChange, lambda draft: differences(form, tenant, draft))
        return _section(tenant, section, form, review=found)
    return _save(tenant, section, form)


def _save(tenant: Tenant, section: str, form: DraftForm) -> Response:
    expected = Expected.from_text(form.seen.data)

    def change(draft: TenantChange) -> tuple[list[Difference], Saved] | list[Considered]:
        if expected is not None:
            expected.check(tenant)  # what somebody else has changed comes before any question
        unsure = to_confirm(g.actor, tenant, _limits(draft), request.form.get("confirmed", "").split())
        if unsure:
            return unsure
        return differences(form, tenant, draft), actions.change_tenant(g.actor, tenant, draft, expected)

    done = form.carry_out(TenantChange, change)
    if done is None:
        if form.newer:
            show_newer(form, tenant)
        return _section(tenant, section, form)
    if isinstance(done, list):
        return _section(tenant, section, form, unsure=done)
    changed, saved = done
    url = saved.tenant.webhook_url if section == "webhooks" else None
    nowhere = url is not None and outside.leads_nowhere(url)
    if saved.made_webhook_secret is not None:
        return _shown_once(saved.tenant, saved.made_webhook_secret, nowhere)
    message, tone = (f"{told(changed)} {NAME_NOT_KNOWN}", "warn") if nowhere else (told(changed), "good")
    return leave_for("tenants.settings", slug=saved.tenant.slug, section=section, message=message, tone=tone)


def _shown_once(tenant: Tenant, secret: str, nowhere: bool) -> Response:
    """Answer with the secret that was made: nothing keeps it, neither the session nor the browser. `nowhere` says that
    the host's name is not known."""
    warning = NAME_NOT_KNOWN if nowhere else None
    response = section_page("settings_webhook_secret", tenant, "webhooks", secret=secret, warning=warning)
    response.cache_control.no_store = True
    return response


def _limits(draft: TenantChange) -> dict[str, int | None]:
    return {name: value for name, value in draft.given().items() if name in LOOKED_BACK_AT}


def _section(
    tenant: Tenant,
    section: str,
    form: DraftForm,
    review: list[Difference] | None = None,
    unsure: Sequence[Considered] = (),
) -> Response:
    about = _ABOUT[section](tenant, form) if section in _ABOUT else {}
    return section_page(
        f"settings_{section}",
        tenant,
        section,
        form.status,
        form=form,
        newer=form.newer,
        review=review,
        to_confirm=unsure,
        notes=plan_notes(tenant.plan),
        **about,
    )


def _about_limits(tenant: Tenant, form: DraftForm) -> dict[str, Any]:
    here, apart = [name for name in LIMITS if name in form], [name for name in LIMITS if name not in form]
    for_staff = g.actor.sees_everything
    asks = g.actor.can(Permission.REQUESTS_MAKE, tenant) and not g.actor.can(Permission.TENANTS_ADMINISTER, tenant)
    return {
        "rows": limit_rows(tenant, here, for_staff),
        "set_by_others": limit_rows(tenant, apart, for_staff),
        "asks": asks,
        "to_ask": list(_to_ask(tenant, form)) if asks else [],
        "looked_back_at": LOOKED_BACK_AT,
        "considered": considered(g.actor, tenant, _typed(form)) if form.is_submitted() else {},
    }


def _typed(form: DraftForm) -> dict[str, int | None]:
    """Give what was sent of the limits that can be looked back at, where it is no fault."""
    return {name: value for name, value in form.values().items() if name in LOOKED_BACK_AT and not form[name].errors}


def _to_ask(tenant: Tenant, form: DraftForm) -> Iterator[tuple[str, int, str]]:
    """Give what was not saved and goes beyond the plan, which can be asked for: words, value, field."""
    for name in LIMITS if form.errors else ():
        value = form[name].data if name in form else None
        highest = bounds(LIMITS[name]).high or LARGEST
        if isinstance(value, int) and max(tenant.plan.ceilings[name], tenant.limit(name)) < value <= highest:
            yield FIELD_WORDS[name], value, name


def _about_features(tenant: Tenant, _form: DraftForm) -> dict[str, Any]:
    return {"features": feature_rows(tenant)}


def about_compliance(tenant: Tenant, _form: DraftForm) -> dict[str, Any]:
    """Give what the compliance section says besides its form."""
    return {
        "in_force": compliance.rules_in_force(tenant),
        "coming": compliance.rules_coming_with(tenant),
        "under": rules.compliance_in_force(tenant),
        "going_on": evidence(g.actor, tenant).going_on,
        "against": list(compliance.against_switching_on(tenant)),
        "factors": compliance.factors(tenant),
    }


def _about_webhooks(tenant: Tenant, _form: DraftForm) -> dict[str, Any]:
    last = webhooks.last_outcomes(g.actor, tenant)
    return {
        "hook": webhooks.hook_of(g.actor, tenant),
        "last_outcomes": [(OUTCOME_WORDS[line.outcome], TONES[line.outcome]) for line in last],
    }


_ABOUT: dict[str, Callable[[Tenant, DraftForm], dict[str, Any]]] = {
    "limits": _about_limits,
    "features": _about_features,
    "compliance": about_compliance,
    "webhooks": _about_webhooks,
}
"""What a section shows besides its form."""
