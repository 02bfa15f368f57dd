"""What a tenant may use: each limit, its own or the plan's; overrides and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.foundation.clock import now
from portal.tenants.limits import LIMITS

if TYPE_CHECKING:
    from portal.plans.models import Plan


@dataclass(frozen=True)
class Entitlement:
    """One limit of one tenant: the value in force, the plan's included value and ceiling. What is beyond the ceiling is
    overridden: a platform administrator set it there, by whom, why and until when; or, where no name stands, the
    ceiling came down since."""

    name: str
    value: int
    included: int
    ceiling: int
    own: int | None
    reason: str | None = None
    until: datetime | None = None
    overridden: bool = False
    by: str | None = None


class Entitled:
    """The part of a tenant that knows its limits."""

    plan: Plan
    limit_overrides: dict[str, Any]

    def limit(self, name: str) -> int:
        """Give the value in force of a limit: the tenant's own, else the plan's included one."""
        return self.entitlement(name).value

    def entitlement(self, name: str) -> Entitlement:
        """Give one limit with where it comes from. An override past its end gives way to the plan's value."""
        return entitlement(name, getattr(self, name), self.plan, self.limit_overrides)

    def entitlements(self) -> dict[str, Entitlement]:
        """Give every limit by its field."""
        return {name: self.entitlement(name) for name in LIMITS}


def limit_in_force(name: str, own: int | None, overrides: dict[str, Any], plan: Plan) -> int:
    """Give one limit of a tenant whose row alone is at hand; of most, neither dates nor ceilings need be read."""
    if own is None:
        return plan.included[name]
    if name not in overrides:
        return own
    return entitlement(name, own, plan, overrides).value


def entitlement(name: str, own: int | None, plan: Plan, overrides: dict[str, Any]) -> Entitlement:
    """Work out one limit from a tenant's own value, its plan and its overrides (limit → reason, until)."""
    included, ceiling = plan.included[name], plan.ceilings[name]
    override = overrides.get(name) if own is not None else None
    beyond = own is not None and own > ceiling  # its ceiling may have come down since it was set
    until = datetime.fromisoformat(override["until"]) if override and override.get("until") else None
    if until is not None and until <= now():
        own, override, beyond = None, None, False
    return Entitlement(
        name=name,
        value=included if own is None else own,
        included=included,
        ceiling=ceiling,
        own=own,
        reason=override.get("reason") if override else None,
        until=until if override else None,
        overridden=override is not None or beyond,
        by=override.get("by") if override else None,
    )
