"""What programs of the platform ask of a tenant. The names are v1's; aliases are v2's."""

from __future__ import annotations

from pydantic import Field

from portal.foundation.drafts import Draft
from portal.tenants import limits
from portal.tenants.drafts import LimitsChange, TenantChange
from portal.tenants.limits import Service


class QuotaChange(LimitsChange):
    """Limits to set, and nothing else of a tenant."""

    def as_change(self) -> TenantChange:
        """Give it as the change of a tenant that it is."""
        return TenantChange.read(self.given())


class Block(Draft):
    """Whether a tenant is blocked, why, and which of its services: all where none is named."""

    blocked: bool
    reason: limits.SuspensionReason | None = None
    block_services: list[Service] = Field(default_factory=list)
