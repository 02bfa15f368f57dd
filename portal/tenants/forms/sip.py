"""The SIP section: where calls are sent, and how to sign in there."""

from __future__ import annotations

from portal.foundation.permissions import Actor
from portal.tenants import limits
from portal.tenants.forms.section import SectionForm
from portal.tenants.models import Tenant
from portal.web.forms import SecretField, TextField, TickField, Within

_AS_TYPED = {"autocomplete": "off", "spellcheck": "false"}


class SipForm(SectionForm):
    """Whether SIP is on, and what it needs for that."""

    secrets = ("sip_password",)

    sip_enabled = TickField("SIP", description="Calls over your own SIP trunk. Needs domain, user name and password.")
    sip_domain = TextField(
        "SIP domain",
        [Within(limits.SipDomain, said=False)],
        description="The host that calls are sent to.",
        render_kw={**_AS_TYPED, "placeholder": "sip.example.com"},
    )
    sip_username = TextField(
        "SIP user name",
        [Within(limits.SipText)],
        description="The name to sign in with at that host.",
        render_kw=_AS_TYPED,
    )
    sip_password = SecretField(
        "SIP password",
        [Within(limits.SipPassword)],
        description="Kept encrypted. Nobody can read it here again.",
    )
    sip_password_away = TickField("Remove the password")


def sip_form(_actor: Actor, tenant: Tenant) -> SipForm:
    """Give the SIP section's form."""
    return SipForm(obj=tenant)
