"""The webhooks section: where events are sent, and the secret they are signed with."""

from __future__ import annotations

from portal.foundation.permissions import Actor
from portal.tenants import limits
from portal.tenants.forms.section import SectionForm
from portal.tenants.models import Tenant
from portal.web.forms import Needed, SecretField, TextField, WholeNumberField, Within


class WebhooksForm(SectionForm):
    """The webhook of a tenant."""

    secrets = ("webhook_secret",)

    webhook_url = TextField(
        "Webhook address",
        [Within(limits.WebhookUrl, said=False)],
        description="Receives an event as JSON when something happens. Left empty, nothing is sent.",
        render_kw={
            "type": "url",
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": "https://example.com/hook",
        },
    )
    webhook_timeout_seconds = WholeNumberField(
        "Time-out",
        [Needed(), Within(limits.WebhookTimeoutSeconds)],
        description="How long an answer is waited for, in seconds, before it is tried again later.",
    )
    webhook_secret = SecretField(
        "Webhook secret",
        [Within(limits.WebhookSecret, said=False)],
        description="Signs every event, so that you know it is from here. Left empty, one is made with the address.",
    )


def webhooks_form(_actor: Actor, tenant: Tenant) -> WebhooksForm:
    """Give the webhooks section's form."""
    return WebhooksForm(obj=tenant)
