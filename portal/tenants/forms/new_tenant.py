"""The form for a new tenant."""

from __future__ import annotations

from typing import Any

from portal.plans import queries as plans
from portal.tenants import limits
from portal.tenants.forms.general import GeneralForm
from portal.web.forms import ChoiceField, TextField, Within

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
        choosable = [plan for plan in plans.catalogue() if plan.offered]
        self.billing_plan.choices = [(plan.key, plan.label) for plan in choosable]
        if not self.is_submitted():
            keys = [plan.key for plan in choosable]
            self.billing_plan.data = plans.USUAL if plans.USUAL in keys else next(iter(keys), None)

    def values(self) -> dict[str, Any]:
        """Give what was filled in; the owner's name is looked up by the door."""
        return {
            name: value
            for name, value in super().values().items()
            if name != "owner" and (name != "slug" or value is not None)
        }
