"""What someone believed a tenant to be when they asked for a change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from portal.foundation.audit import plain
from portal.foundation.errors import Stale
from portal.tenants.models import Tenant


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
        known = isinstance(values, dict) and values.keys() <= set(Tenant.__table__.columns.keys())
        return cls(values=values) if known else None


def shown(tenant: Tenant, names: Iterable[str]) -> dict[str, Any]:
    """Give a tenant's values of some fields as JSON holds them."""
    return {name: plain(getattr(tenant, name)) for name in names}


def text_of(tenant: Tenant, names: Iterable[str]) -> str:
    """Write what a form is filled with, to be sent back with it."""
    return json.dumps(shown(tenant, names), ensure_ascii=False)
