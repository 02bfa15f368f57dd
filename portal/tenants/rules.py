"""What has to be true of a tenant as a whole, whatever door a change came through."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import timedelta

from portal.foundation.clock import now
from portal.foundation.errors import Fault, Invalid
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.tenants.limits import Kind
from portal.tenants.models import Tenant

TRIAL = timedelta(days=14)
"""How long a trial lasts where nobody says when it ends."""

FEATURE_FLAGS = {
    "sip_enabled": Feature.SIP,
    "recording_enabled": Feature.RECORDING,
    "analytics_enabled": Feature.ANALYTICS,
    "hipaa_enabled": Feature.COMPLIANCE,
    "pci_enabled": Feature.COMPLIANCE,
}
"""Each switch of a tenant → the feature its plan must include for it."""

FLAG_WORDS = {
    "sip_enabled": "SIP",
    "recording_enabled": "Recording",
    "analytics_enabled": "Analytics",
    "hipaa_enabled": "HIPAA",
    "pci_enabled": "PCI",
}


def settle_trial(tenant: Tenant, end_was_given: bool) -> None:
    """Give a trial its end where none was said, and take the end off what is no trial."""
    if tenant.kind == Kind.TRIAL:
        if tenant.trial_ends_at is None:
            tenant.trial_ends_at = now() + TRIAL
    elif end_was_given and tenant.trial_ends_at is not None:
        raise Invalid.at("trial_ends_at", "Only a trial has an end. Choose the kind “trial”, or leave this empty.")
    else:
        tenant.trial_ends_at = None


def check_choice(plan: Plan, *, given_by_staff: bool) -> None:
    """Raise Invalid at `billing_plan` where a plan is not offered any more, or is given on request and this is no
    administrator's choice. Who has a plan already keeps it."""
    if not plan.offered:
        raise Invalid.at(
            "billing_plan", f"The {plan.label} plan is not offered any more. Choose another one.", "retired"
        )
    if plan.on_request and not given_by_staff:
        words = f"The {plan.label} plan is given on request. Ask for it, or choose another one."
        raise Invalid.at("billing_plan", words, "on_request")


def check(tenant: Tenant, plan: Plan, held_secrets: Set[str]) -> None:
    """Raise Invalid with every rule that the tenant would break on this plan. Changes nothing."""
    faults = [*not_in_plan(tenant, plan), *_sip(tenant, held_secrets), *_compliance(tenant)]
    if faults:
        raise Invalid(*faults)


def not_in_plan(tenant: Tenant, plan: Plan) -> Iterator[Fault]:
    """Give a fault for each switch that is on and that a plan does not include."""
    for flag, feature in FEATURE_FLAGS.items():
        if getattr(tenant, flag) and not plan.includes(feature):
            yield Fault(
                flag,
                f"{FLAG_WORDS[flag]} is not part of the {plan.label} plan. Switch it off, or choose a plan with it.",
                "not_in_plan",
            )


def _sip(tenant: Tenant, held_secrets: Set[str]) -> Iterator[Fault]:
    if not tenant.sip_enabled:
        return
    needs = {
        "sip_domain": (tenant.sip_domain, "SIP needs the domain calls are sent to, like sip.example.com."),
        "sip_username": (tenant.sip_username, "SIP needs the user name to sign in with."),
        "sip_password": ("sip_password" in held_secrets, "SIP needs the password to sign in with."),
    }
    for name, (given, message) in needs.items():
        if not given:
            yield Fault(name, message, "needed")


def _compliance(tenant: Tenant) -> Iterator[Fault]:
    rules = compliance_in_force(tenant)
    if rules and not tenant.data_encryption_enabled:
        yield Fault("data_encryption_enabled", f"Encryption stays on while {rules} is on.", "compliance")
    if tenant.pci_enabled and tenant.recording_enabled and tenant.pci_recording_acknowledged_at is None:
        yield Fault(
            "pci_recording_acknowledged",
            "PCI with recording needs your word that recording is paused while card data is spoken.",
            "compliance",
        )


def compliance_in_force(tenant: Tenant) -> str:
    """Name the compliance a tenant is under: "HIPAA and PCI", or nothing."""
    return " and ".join(word for word, on in (("HIPAA", tenant.hipaa_enabled), ("PCI", tenant.pci_enabled)) if on)
