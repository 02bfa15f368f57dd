"""A tenant's secrets: into the vault, and never out of it again but once, when one was made."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from portal.foundation import audit
from portal.foundation.permissions import Actor
from portal.foundation.vault import vault
from portal.tenants.drafts import SECRETS
from portal.tenants.models import Tenant
from portal.webhooks.actions.rotating import new_secret
from portal.webhooks.signing import PREVIOUS


def keep(actor: Actor, tenant: Tenant, given: dict[str, Any], held: Set[str]) -> str | None:
    """Put what is given into the vault, and take out what is given as None or has lost its use. `held` names the
    secrets there are.

    A webhook address without a secret gets one made, and so does one whose secret is taken away: give it back then,
    to be shown this once.
    """
    for name in sorted(_lost(tenant, given, held)):
        vault.forget(tenant.id, name)
    if tenant.webhook_url is None:
        vault.forget(tenant.id, PREVIOUS)
    for name in SECRETS:
        if given.get(name):
            vault.put(tenant.id, name, given[name], actor.username)
    if not _needs_making(tenant, given, held):
        return None
    made = new_secret()
    vault.put(tenant.id, "webhook_secret", made, actor.username)
    return made


def changes(tenant: Tenant, given: dict[str, Any], held: Set[str]) -> dict[str, Any]:
    """Say for the audit record which secrets `keep` will change, and nothing else about them."""
    changed = _lost(tenant, given, held) | {name for name in SECRETS if given.get(name)}
    if _needs_making(tenant, given, held):
        changed.add("webhook_secret")
    return dict.fromkeys(sorted(changed), audit.SECRET)


def _needs_making(tenant: Tenant, given: dict[str, Any], held: Set[str]) -> bool:
    if tenant.webhook_url is None or given.get("webhook_secret"):
        return False
    return "webhook_secret" in given or "webhook_secret" not in held


def _lost(tenant: Tenant, given: dict[str, Any], held: Set[str]) -> set[str]:
    lost = {name for name in SECRETS if name in given and given[name] is None}
    if tenant.webhook_url is None and not given.get("webhook_secret"):
        lost.add("webhook_secret")
    else:
        lost.discard("webhook_secret")  # a new one takes its place
    return lost & held
