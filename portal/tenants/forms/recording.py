"""The recording section: whether calls are recorded, how, and for how long that is kept."""

from __future__ import annotations

from typing import cast

from portal.foundation.permissions import Actor
from portal.tenants import limits
from portal.tenants.forms.section import SectionForm
from portal.tenants.limits import RecordingFormat
from portal.tenants.models import Tenant
from portal.web.forms import ChoiceField, Needed, TickField, WholeNumberField, Within, without


class RecordingForm(SectionForm):
    """Recording of calls."""

    recording_enabled = TickField(
        "Recording", description="Off: no call is recorded from now on. What there is stays until its days are over."
    )
    recording_format = ChoiceField(
        "Recording format",
        coerce=RecordingFormat,
        choices=[(each, each.value.upper()) for each in RecordingFormat],
        description="For recordings from now on.",
    )
    retention_days = WholeNumberField(
        "Days of retention",
        [Needed(), Within(limits.RetentionDays)],
        description="How long recordings are kept.",
    )
    pci_recording_acknowledged = TickField(
        "Recording is paused while card data is spoken",
        description="Your word for it, kept with your name and the time. PCI asks for it before calls are recorded.",
    )


def needs_word(tenant: Tenant) -> bool:
    """Say whether recording would need the word for pausing, which nobody gave yet."""
    return tenant.pci_enabled and tenant.pci_recording_acknowledged_at is None


def recording_form(_actor: Actor, tenant: Tenant) -> RecordingForm:
    """Give the recording section's form; the word for pausing is asked for where PCI is on and nobody gave it yet."""
    if needs_word(tenant):
        return RecordingForm(obj=tenant, pci_recording_acknowledged=False)
    return cast(RecordingForm, without(RecordingForm, "pci_recording_acknowledged")(obj=tenant))
