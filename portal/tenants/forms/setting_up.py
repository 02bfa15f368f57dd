"""The forms of the set-up: those of the settings, as much of each as somebody needs who has just signed up."""

from __future__ import annotations

from typing import cast

from wtforms import Form
from wtforms.widgets import HiddenInput

from portal.foundation.permissions import Actor
from portal.tenants import limits
from portal.tenants.forms.compliance import compliance_form
from portal.tenants.forms.features import FeaturesForm
from portal.tenants.forms.general import FOR_STAFF_ONLY, GeneralForm, contact
from portal.tenants.forms.limits import limits_form
from portal.tenants.forms.recording import RecordingForm, needs_word
from portal.tenants.forms.section import SectionForm, note_seen
from portal.tenants.forms.sip import SipForm
from portal.tenants.forms.webhooks import WebhooksForm
from portal.tenants.models import Tenant
from portal.web.forms import DraftForm, Needed, TextField, TickField, WholeNumberField, Within, without


class OrganizationForm(GeneralForm):
    """What the tenant is called, and whom bills and warnings reach: here an address is needed."""

    billing_email = contact("Billing e-mail", "Receives invoices and warnings about limits.", needed=True)
    technical_contact_email = contact("Technical contact", "Receives word of failing webhooks.")


class PlanChoiceForm(SectionForm):
    """A plan, chosen by the button of its card."""

    billing_plan = TextField("Plan", [Needed("Choose a plan."), Within(limits.PlanKey)], widget=HiddenInput())


class FeaturesStepForm(SipForm, FeaturesForm):
    """Every switch that a plan may include, and what SIP needs."""

    recording_enabled = RecordingForm.recording_enabled
    pci_recording_acknowledged = RecordingForm.pci_recording_acknowledged


class NewOrganizationForm(DraftForm):
    """What an organization is called that was never made."""

    name = TextField("Organization", [Needed(), Within(limits.Name)], description="As its people write it.")


class NeedsForm(Form):
    """What somebody expects to need. It changes nothing, and stands in the address."""

    calls = WholeNumberField("Calls a month", [Within(limits.MonthlyCallLimit, said=False)])
    at_once = WholeNumberField("Calls at the same time", [Within(limits.MaxConcurrentCalls, said=False)])
    compliance = TickField("Health or card data is spoken (HIPAA, PCI)")


def organization_form(_actor: Actor, tenant: Tenant) -> SectionForm:
    """Give the form of the first step."""
    return cast(SectionForm, without(OrganizationForm, *FOR_STAFF_ONLY, "meta_data")(obj=tenant))


def plan_choice_form(_actor: Actor, _tenant: Tenant) -> SectionForm:
    """Give the form by which a plan is chosen; without a card's button nothing is."""
    return PlanChoiceForm()


def features_step_form(_actor: Actor, tenant: Tenant) -> SectionForm:
    """Give the form of all features; the word for pausing is asked for as in the recording section."""
    if needs_word(tenant):
        return FeaturesStepForm(obj=tenant, pci_recording_acknowledged=False)
    return cast(SectionForm, without(FeaturesStepForm, "pci_recording_acknowledged")(obj=tenant))


def webhook_step_form(_actor: Actor, tenant: Tenant) -> SectionForm:
    """Give the form of the webhook's address; its secret is made with it."""
    left_out = ("webhook_timeout_seconds", "webhook_secret", "webhook_secret_away")
    return cast(SectionForm, without(WebhooksForm, *left_out)(obj=tenant))


STEP_FORMS = {
    "organization": organization_form,
    "plan": plan_choice_form,
    "limits": limits_form,
    "features": features_step_form,
    "compliance": compliance_form,
    "webhook": webhook_step_form,
}
"""The form of each step that saves something."""


def step_form(actor: Actor, tenant: Tenant, step: str) -> SectionForm:
    """Give a step's form, with a note of what it was filled with."""
    form = STEP_FORMS[step](actor, tenant)
    if not form.is_submitted():
        note_seen(form, tenant)
    return form
