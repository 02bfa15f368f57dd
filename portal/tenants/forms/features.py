"""The features section: what is switched on of what the plan includes."""

from __future__ import annotations

from portal.foundation.permissions import Actor
from portal.tenants.forms.section import SectionForm
from portal.tenants.models import Tenant
from portal.web.forms import TickField


class FeaturesForm(SectionForm):
    """The switches that have no section of their own."""

    analytics_enabled = TickField("Analytics", description="Charts of calls, minutes and cost for members.")


def features_form(_actor: Actor, tenant: Tenant) -> FeaturesForm:
    """Give the features section's form."""
    return FeaturesForm(obj=tenant)
