"""The forms about tenants, each kind in a module of its own; every range comes from its limit."""

from __future__ import annotations

from collections.abc import Callable

from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor
from portal.tenants.forms.compliance import ComplianceForm, compliance_form
from portal.tenants.forms.differences import Difference, differences, told
from portal.tenants.forms.features import FeaturesForm, features_form
from portal.tenants.forms.general import GeneralForm, general_form
from portal.tenants.forms.limits import LimitsForm, limits_form
from portal.tenants.forms.new_tenant import NewTenantForm
from portal.tenants.forms.plan import PlanForm, note_shown, plan_form
from portal.tenants.forms.recording import RecordingForm, recording_form
from portal.tenants.forms.section import SectionForm, note_seen, show_newer
from portal.tenants.forms.setting_up import NeedsForm, NewOrganizationForm, step_form
from portal.tenants.forms.sip import SipForm, sip_form
from portal.tenants.forms.webhooks import WebhooksForm, webhooks_form
from portal.tenants.models import Tenant

__all__ = [
    "SECTION_WORDS",
    "ComplianceForm",
    "Difference",
    "FeaturesForm",
    "GeneralForm",
    "LimitsForm",
    "NeedsForm",
    "NewOrganizationForm",
    "NewTenantForm",
    "PlanForm",
    "RecordingForm",
    "SipForm",
    "WebhooksForm",
    "differences",
    "note_shown",
    "plan_form",
    "section_form",
    "show_newer",
    "step_form",
    "told",
]

SECTION_WORDS = {
    "general": "General",
    "plan": "Plan",
    "limits": "Limits",
    "features": "Features",
    "sip": "SIP",
    "recording": "Recording",
    "compliance": "Compliance",
    "webhooks": "Webhooks",
}
"""Every section of a tenant's settings, in the order they are listed."""

SECTION_FORMS: dict[str, Callable[[Actor, Tenant], SectionForm]] = {
    "general": general_form,
    "limits": limits_form,
    "features": features_form,
    "sip": sip_form,
    "recording": recording_form,
    "compliance": compliance_form,
    "webhooks": webhooks_form,
}
"""The sections that are filled in and saved. The plan is chosen, on pages of its own."""


def section_form(actor: Actor, tenant: Tenant, section: str) -> SectionForm:
    """Give a section's form, with a note of what it was filled with. Raises NotFound where there is no such section."""
    if section not in SECTION_FORMS:
        raise NotFound
    form = SECTION_FORMS[section](actor, tenant)
    if not form.is_submitted():
        note_seen(form, tenant)
    return form
