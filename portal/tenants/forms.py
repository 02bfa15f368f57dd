"""The forms about tenants; every range comes from its limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from portal.foundation.compact import compact_json
from portal.foundation.errors import NotFound
from portal.foundation.limits import bounds
from portal.foundation.permissions import Actor, Permission
from portal.plans import queries as plans
from portal.tenants import limits
from portal.tenants.expected import text_of
from portal.tenants.limits import LIMITS, OWNER_LIMITS, QUOTAS, Kind
from portal.tenants.models import Tenant
from portal.tenants.words import FIELD_WORDS
from portal.web.forms import (
    ChoiceField,
    DraftForm,
    JsonField,
    MomentField,
    Needed,
    TextField,
    WholeNumberField,
    Within,
    without,
)
from portal.web.words import exact

KINDS = [(Kind.STANDARD, "Standard"), (Kind.ENTERPRISE, "Enterprise"), (Kind.TRIAL, "Trial")]


def _contact(label: str, description: str) -> TextField:
    return TextField(
        label,
        [Within(limits.Email)],
        description=description,
        render_kw={"type": "email", "autocomplete": "off"},
    )


class SectionForm(DraftForm):
    """A section of the settings: a field that was not sent is not asked to change."""

    def values(self) -> dict[str, Any]:
        """Give what was filled in, by field."""
        sent = self.is_submitted()
        return {name: value for name, value in super().values().items() if not sent or self[name].raw_data}


class GeneralForm(SectionForm):
    """What a tenant is called and who is written to."""

    name = TextField("Name", [Needed(), Within(limits.Name)], description="The organization, as its people write it.")
    slug = TextField(
        "Slug",
        [Needed(), Within(limits.Slug)],
        description="Stands in addresses: a–z, 0–9 and single hyphens. The old one goes on leading here.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    billing_email = _contact("Billing e-mail", "Receives invoices and warnings about limits.")
    technical_contact_email = _contact("Technical contact", "Receives word of failing webhooks.")
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


AS_SHOWN = (
    "name", "slug", "owner", "billing_plan", "kind", "trial_ends_at", "billing_email", "technical_contact_email",
    "external_id", "meta_data",
)  # fmt: skip
"""The fields of a new tenant, in the order they stand on the page."""


class NewTenantForm(GeneralForm):
    """What a new tenant is to be."""

    slug = TextField(
        "Slug",
        [Within(limits.Slug)],
        description="Stands in addresses: a–z, 0–9 and single hyphens. Made from the name if left empty.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    billing_plan = ChoiceField("Plan", description="Decides the limits it begins with.")
    owner = TextField(
        "Owner",
        description="User name or e-mail address of the person who will run it. May be left empty.",
        render_kw={"autocomplete": "off"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in AS_SHOWN:
            self._fields[name] = self._fields.pop(name)  # the first fault is the first that one sees
        self.billing_plan.choices = [(plan.key, plan.label) for plan in plans.catalogue()]
        if not self.is_submitted():
            self.billing_plan.data = "starter"

    def values(self) -> dict[str, Any]:
        """Give what was filled in; the owner's name is looked up by the door."""
        return {
            name: value
            for name, value in super().values().items()
            if name != "owner" and (name != "slug" or value is not None)
        }


class LimitsForm(SectionForm):
    """Limits of a tenant's own; an empty field takes the plan's value."""

    override_reason = TextField(
        "Reason for going beyond the ceiling",
        [Within(limits.OverrideReason)],
        description="Stands with the limits raised now; where none is, with every override there is.",
    )
    override_until = MomentField(
        "End of the override", description="In UTC; after it the plan's value returns. Left empty, it has no end."
    )

    def values(self) -> dict[str, Any]:
        """Give what was filled in; an override's terms left empty are not asked for, so that they stay."""
        return {
            name: value
            for name, value in super().values().items()
            if value is not None or name not in {"override_reason", "override_until"}
        }


for _name, _limit in LIMITS.items():
    setattr(LimitsForm, _name, WholeNumberField(FIELD_WORDS[_name].capitalize(), [Within(_limit)]))


def limits_form(actor: Actor, tenant: Tenant) -> LimitsForm:
    """Give the limits section's form: administrators set quotas and overrides, support reads them; for the others
    limits end at the ceiling."""
    own = {name: tenant.entitlement(name).own for name in LIMITS}
    if actor.can(Permission.TENANTS_ADMINISTER, tenant):
        return LimitsForm(data=own)
    if actor.sees_everything:
        return cast(LimitsForm, without(LimitsForm, "override_reason", "override_until")(data=own))
    form = cast(LimitsForm, without(LimitsForm, *QUOTAS, "override_reason", "override_until")(data=own))
    for name in OWNER_LIMITS:
        highest = max(tenant.plan.ceilings[name], own[name] or 0)
        form[name].flags.max = highest
        form[name].range_words = f"{bounds(LIMITS[name]).low:,} to {highest:,}"
    return form


SECTIONS: dict[str, tuple[str, Callable[[Actor, Tenant], DraftForm]]] = {
    "general": ("General", general_form),
    "limits": ("Limits", limits_form),
}
"""Every section of a tenant's settings: its words and its form."""


def section_form(actor: Actor, tenant: Tenant, section: str) -> DraftForm:
    """Give a section's form, with a note of what it was filled with. Raises NotFound where there is no such section."""
    if section not in SECTIONS:
        raise NotFound
    form = SECTIONS[section][1](actor, tenant)
    if not form.is_submitted():
        note_seen(form, tenant)
    return form


def note_seen(form: DraftForm, tenant: Tenant) -> None:
    """Let a form carry what the tenant holds now, so that saving it later overwrites nothing that came in between."""
    form.seen.data = text_of(tenant, form.values().keys() & Tenant.__table__.columns.keys())


def show_newer(form: DraftForm, tenant: Tenant) -> None:
    """Show beside each field that somebody else changed what it is now, and take that as seen."""
    form.newer = {name: _in_words(getattr(tenant, name)) for name in form.newer}
    note_seen(form, tenant)


def _in_words(value: Any) -> str:
    match value:
        case None | {}:
            return "nothing"
        case datetime():
            return exact(value)
        case dict():
            return compact_json(value)
        case StrEnum():
            return value.value.capitalize()
        case int():
            return f"{value:,}"
        case _:
            return str(value)
