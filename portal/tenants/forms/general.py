"""The general section: what a tenant is called and who is written to."""

from __future__ import annotations

from typing import cast

from portal.foundation.permissions import Actor
from portal.tenants import limits
from portal.tenants.forms.section import SectionForm
from portal.tenants.limits import Kind
from portal.tenants.models import Tenant
from portal.web.forms import ChoiceField, JsonField, MomentField, Needed, TextField, Within, without

KINDS = [(Kind.STANDARD, "Standard"), (Kind.ENTERPRISE, "Enterprise"), (Kind.TRIAL, "Trial")]


def contact(label: str, description: str, *, needed: bool = False) -> TextField:
    """Make the field of an address that is written to."""
    return TextField(
        label,
        [*([Needed()] if needed else []), Within(limits.Email, said=False)],
        description=description,
        render_kw={"type": "email", "autocomplete": "off"},
    )


class GeneralForm(SectionForm):
    """What a tenant is called and who is written to."""

    name = TextField("Name", [Needed(), Within(limits.Name)], description="The organization, as its people write it.")
    slug = TextField(
        "Slug",
        [Needed(), Within(limits.Slug)],
        description="Stands in addresses: a–z, 0–9 and single hyphens. The old one goes on leading here.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    billing_email = contact("Billing e-mail", "Receives invoices and warnings about limits.")
    technical_contact_email = contact("Technical contact", "Receives word of failing webhooks.")
    kind = ChoiceField("Kind", coerce=Kind, choices=KINDS, description="Enterprise by contract; a trial has its end.")
    trial_ends_at = MomentField("End of the trial", description="In UTC, for trials only; 14 days on if left empty.")
    external_id = TextField(
        "External id",
        [Within(limits.ExternalId)],
        description="What another system knows it by, such as a customer id at the payment provider.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    meta_data = JsonField(
        "Metadata",
        description="A JSON object of your own, up to 16 KiB.",
        render_kw={"rows": 6, "spellcheck": "false", "class": "code"},
    )


FOR_STAFF_ONLY = ("kind", "trial_ends_at", "external_id")


def general_form(actor: Actor, tenant: Tenant) -> GeneralForm:
    """Give the general section's form: staff see what only administrators set."""
    form = GeneralForm if actor.sees_everything else without(GeneralForm, *FOR_STAFF_ONLY)
    return cast(GeneralForm, form(obj=tenant))
