"""The compliance section: HIPAA, PCI, and the encryption both insist on."""

from __future__ import annotations

from typing import Any

from portal.foundation.permissions import Actor
from portal.tenants.forms.section import SectionForm
from portal.tenants.models import Tenant
from portal.web.forms import TickField


class ComplianceForm(SectionForm):
    """The switches that bring rules with them."""

    data_encryption_enabled = TickField(
        "Encryption", description="Of recordings and files on the platform. Secrets are always encrypted."
    )
    hipaa_enabled = TickField("HIPAA", description="For health data of people in the United States.")
    pci_enabled = TickField("PCI", description="For calls in which card data is spoken.")
    pci_recording_acknowledged = TickField(
        "Recording is paused while card data is spoken",
        description="Your word for it, kept with your name and the time. PCI with recording needs it.",
    )

    def values(self) -> dict[str, Any]:
        """Give what was filled in; the word for pausing belongs to PCI, and is not on the page without it."""
        found = super().values()
        if not found.get("pci_enabled", True):
            found.pop("pci_recording_acknowledged", None)
        return found


def compliance_form(_actor: Actor, tenant: Tenant) -> ComplianceForm:
    """Give the compliance section's form."""
    acknowledged = tenant.pci_recording_acknowledged_at is not None
    return ComplianceForm(obj=tenant, pci_recording_acknowledged=acknowledged)
