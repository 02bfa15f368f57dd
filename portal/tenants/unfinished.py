"""What of a tenant's settings is incomplete, by section: a mark for the list of sections, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Set

from portal.tenants import rules
from portal.tenants.models import Tenant
from portal.tenants.plan_change import SECTION_OF


def unfinished(tenant: Tenant, held_secrets: Set[str]) -> dict[str, tuple[str, str]]:
    """Give the mark and the sentence of every section in which something is missing."""
    found: dict[str, tuple[str, str]] = {}
    for section, mark, sentence in _missing(tenant, held_secrets):
        found.setdefault(section, (mark, sentence))
    return found


def _missing(tenant: Tenant, held_secrets: Set[str]) -> Iterator[tuple[str, str, str]]:
    if tenant.billing_email is None:
        yield "general", "Incomplete", "Without a billing e-mail nobody receives invoices and warnings about limits."
    sip = [tenant.sip_domain, tenant.sip_username, "sip_password" in held_secrets]
    if any(sip) and not all(sip):
        yield "sip", "Incomplete", "SIP can be switched on when domain, user name and password are set."
    for fault in rules.not_in_plan(tenant, tenant.plan):
        yield SECTION_OF[str(fault.field)], "Not in plan", fault.message
