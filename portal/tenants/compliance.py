"""What HIPAA and PCI ask of a tenant, in sentences: the rules in force, and what stands against switching on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.accounts import queries as accounts
from portal.members import queries as members
from portal.plans.limits import Feature
from portal.tenants.models import Tenant
from portal.tenants.rules import compliance_in_force

SECOND_FACTOR = "Members need a second factor. Who has none sets one up before anything else."
IDLE = "A member’s session that is not used for 15 minutes ends."
PAUSED = "Recording is paused while card data is spoken."
UNDER_PCI = "Under PCI, recording is paused while card data is spoken."


@dataclass(frozen=True)
class Against:
    """What stands against switching on: a sentence, and where it is mended, with the words of the link there."""

    sentence: str
    section: str
    field: str | None
    mend: str


@dataclass(frozen=True)
class Factors:
    """How many members a tenant has, and how many of them have no second factor."""

    members: int
    lacking: int

    @property
    def sentence(self) -> str:
        """How many have to set one up, in words."""
        if not self.members:
            return "There are no members yet."
        if not self.lacking:
            return "Every member has a second factor."
        return f"{self.lacking:,} of {self.members:,} member{'s' if self.members > 1 else ''} " + (
            "has no second factor." if self.lacking == 1 else "have no second factor."
        )


def factors(tenant: Tenant) -> Factors:
    """Count a tenant's members and those without a second factor."""
    return Factors(members.able(tenant.scope_id), accounts.lacking_second_factor(tenant.id))


def rules_coming_with(tenant: Tenant) -> list[str]:
    """Say in sentences which rules HIPAA or PCI bring to a tenant as it is."""
    encryption = "Encryption of recordings and files cannot be switched off."
    return [encryption, SECOND_FACTOR, IDLE, *([UNDER_PCI] if tenant.recording_enabled else [])]


def rules_in_force(tenant: Tenant) -> list[str]:
    """Say in sentences what compliance asks of a tenant now; nothing where none is switched on."""
    on = compliance_in_force(tenant)
    if not on:
        return []
    sentences = [
        f"Encryption of recordings and files cannot be switched off while {on} is on.",
        SECOND_FACTOR,
        IDLE,
    ]
    if tenant.pci_enabled and tenant.recording_enabled:
        sentences.append(PAUSED)
    return sentences


def against_switching_on(tenant: Tenant) -> Iterator[Against]:
    """Say what stands against switching HIPAA or PCI on."""
    if tenant.hipaa_enabled and tenant.pci_enabled:
        return
    if not tenant.plan.includes(Feature.COMPLIANCE):
        words = f"HIPAA and PCI are not part of the {tenant.plan.label} plan. Choose a plan with compliance first."
        yield Against(words, "plan", None, "See the plans")
    if not tenant.data_encryption_enabled:
        words = "Encryption is off. Switch it on along with HIPAA or PCI."
        yield Against(words, "compliance", "data_encryption_enabled", "Go to encryption")
    if not tenant.pci_enabled and tenant.recording_enabled and tenant.pci_recording_acknowledged_at is None:
        words = "PCI with recording needs your word that recording is paused while card data is spoken."
        yield Against(words, "compliance", "pci_enabled", "Tick it along with PCI")
