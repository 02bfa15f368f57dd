"""What the people of a tenant are told about its webhook. Mail takes its place here: `tell_by`."""

from __future__ import annotations

import logging
from collections.abc import Callable

from portal.tenants.models import Tenant

log = logging.getLogger(__name__)

_tellers: list[Callable[[Tenant, str], None]] = []


def tell_by(teller: Callable[[Tenant, str], None]) -> None:
    """Have the owner told by this function, which is called within the transaction that switches a webhook off, with
    the tenant and the reason in a sentence."""
    if teller not in _tellers:
        _tellers.append(teller)


def webhook_switched_off(tenant: Tenant, reason: str) -> None:
    """Tell a tenant's owner that its webhook was switched off, and why."""
    log.warning("webhook switched off", extra={"tenant": str(tenant.id), "reason": reason})
    for teller in _tellers:
        teller(tenant, reason)
