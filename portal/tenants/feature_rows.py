"""What a tenant's plan includes and where each of it is switched, as the settings show it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.plans.models import Plan
from portal.tenants.models import Tenant
from portal.tenants.plan_change import SECTION_OF
from portal.tenants.rules import FEATURE_FLAGS, FLAG_WORDS

SENTENCES = {
    "sip_enabled": "Calls over a SIP trunk of your own.",
    "recording_enabled": "Calls are recorded and kept for a number of days.",
    "analytics_enabled": "Charts of calls, minutes and cost for members.",
    "hipaa_enabled": "Rules for health data.",
    "pci_enabled": "Rules for card data.",
}


@dataclass(frozen=True)
class FeatureRow:
    """One switch: its words, whether it is on, whether the plan includes it, and the section it is in."""

    label: str
    sentence: str
    on: bool
    included: bool
    section: str


def feature_rows(tenant: Tenant) -> list[FeatureRow]:
    """Give every switch that a plan may include."""
    return [
        FeatureRow(
            FLAG_WORDS[flag],
            SENTENCES[flag],
            bool(getattr(tenant, flag)),
            tenant.plan.includes(feature),
            SECTION_OF[flag],
        )
        for flag, feature in FEATURE_FLAGS.items()
    ]


def plan_notes(plan: Plan) -> dict[str, str]:
    """Give a note for each switch that a plan does not include."""
    return {
        flag: f"Not part of the {plan.label} plan"
        for flag, feature in FEATURE_FLAGS.items()
        if not plan.includes(feature)
    }
