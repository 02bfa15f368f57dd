"""What someone believed a tenant to be when they asked for a change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from portal.foundation.audit import plain
from portal.foundation.errors import Stale
from portal.foundation.vault import TenantSecret, vault
from portal.tenants.drafts import SECRETS
from portal.tenants.models import Tenant

CARRIED = frozenset({*Tenant.__table__.columns.keys(), *SECRETS, "pci_recording_acknowledged"})
"""What a form may carry of a tenant."""


@dataclass(frozen=True)
class Expected:
    """A precondition: the version of the settings (the API's ETag), or the values a form was filled with."""

    versions: frozenset[int] | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def check(self, tenant: Tenant) -> None:
        """Raise Stale, naming the fields that differ, where the tenant is not as expected."""
        if self.versions is not None and tenant.version not in self.versions:
            raise Stale("The tenant was changed in between. Read it again, then change it.")
        now = shown(tenant, self.values)
        changed = [name for name, value in self.values.items() if now[name] != value]
        if changed:
            raise Stale("Somebody else changed this while you were editing. Nothing was saved yet.", changed)

    @classmethod
    def from_text(cls, text: str | None) -> Self | None:
        """Read the values a form was filled with, as `text_of` wrote them; None where that is not what this is."""
        try:
            values = json.loads(text or "")
        except (ValueError, RecursionError):
            return None
        known = isinstance(values, dict) and values.keys() <= CARRIED
        return cls(values=values) if known else None


def shown(tenant: Tenant, names: Iterable[str]) -> dict[str, Any]:
    """Give a tenant's values of some fields as JSON holds them; of a secret, when it was set."""
    wanted = tuple(names)
    held = vault.held(tenant.id) if any(name in SECRETS for name in wanted) else {}
    return {name: plain(_value(tenant, name, held)) for name in wanted}


def text_of(tenant: Tenant, names: Iterable[str]) -> str:
    """Write what a form is filled with, to be sent back with it."""
    return json.dumps(shown(tenant, names), ensure_ascii=False)


def _value(tenant: Tenant, name: str, held: dict[str, TenantSecret]) -> Any:
    if name in SECRETS:
        return held[name].set_at if name in held else None
    if name == "pci_recording_acknowledged":
        return tenant.pci_recording_acknowledged_at is not None
    return getattr(tenant, name)
