"""The form that says yes to another plan, after what it changes has been shown."""

from __future__ import annotations

from wtforms.widgets import HiddenInput

from portal.tenants import limits
from portal.tenants.expected import text_of
from portal.tenants.forms.section import SectionForm
from portal.tenants.models import Tenant
from portal.tenants.rules import FEATURE_FLAGS
from portal.web.forms import Needed, TextField, Within

SHOWN = ("billing_plan", *limits.LIMITS, *FEATURE_FLAGS)
"""What the page about a change of plan shows, so that another one's change of it is noticed."""


class PlanForm(SectionForm):
    """Another plan, chosen on the page before."""

    billing_plan = TextField("Plan", [Needed("Choose a plan."), Within(limits.PlanKey)], widget=HiddenInput())


def plan_form(tenant: Tenant, key: str | None) -> PlanForm:
    """Give the form for changing to a plan, with a note of what the tenant is now."""
    form = PlanForm(billing_plan=key)
    if not form.is_submitted():
        note_shown(form, tenant)
    return form


def note_shown(form: PlanForm, tenant: Tenant) -> None:
    """Let the form carry what its page shows."""
    form.seen.data = text_of(tenant, SHOWN)
