"""Setting limits: up to the plan's ceiling, beyond it as a platform administrator's override."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.foundation.clock import now, rfc3339
from portal.foundation.errors import Fault, Invalid
from portal.foundation.limits import bounds
from portal.foundation.permissions import Actor, Permission
from portal.plans.models import Plan
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.words import called


def set_limits(actor: Actor, tenant: Tenant, plan: Plan, wanted: dict[str, int | None], terms: dict[str, Any]) -> None:
    """Set limits of a tenant's own (None: back to the plan's), marking what goes beyond the ceiling as overridden.

    `terms` may hold an override's `override_reason` and `override_until`: for the limits that change now, or, where
    none does, for the overrides that stand. Raises Invalid at each limit that is beyond the ceiling where the actor is
    no platform administrator, and at `override_until` where that day has passed.
    """
    _check_end(terms.get("override_until"))
    overrides, faults = dict(tenant.limit_overrides or {}), []
    own = {name: tenant.entitlement(name).own for name in wanted}
    only_terms = wanted == own
    for name, value in wanted.items():
        if value is None or value <= plan.ceilings[name]:
            overrides.pop(name, None)
        elif value != own[name] and not actor.can(Permission.TENANTS_ADMINISTER, tenant):
            faults.append(Fault(name, _beyond(name, value, plan), "beyond_ceiling"))
        elif value != own[name]:
            overrides[name] = _override(actor, terms)
        elif only_terms and terms:
            overrides[name] = _override(actor, terms, overrides.get(name))
        setattr(tenant, name, value)
    if faults:
        raise Invalid(*faults)
    if overrides != tenant.limit_overrides:
        tenant.limit_overrides = overrides


@dataclass(frozen=True)
class Carried:
    """What becomes of a tenant's limits under another plan: the values of its own that stay, what is set or in use
    beyond the plan (limit → the value that keeps it working), and the overrides that go along."""

    own: dict[str, int | None]
    unsettled: dict[str, int]
    overrides: dict[str, Any]


def carried(tenant: Tenant, new: Plan, in_use: dict[str, int], wanted: dict[str, int | None]) -> Carried:
    """Work out what becomes of a tenant's limits under another plan. `wanted` are limits set at the same time."""
    names = [name for name in LIMITS if wanted.get(name) is None]
    own = {name: None if name in wanted else tenant.entitlement(name).own for name in names}
    overrides = {
        name: each
        for name, each in (tenant.limit_overrides or {}).items()
        if name not in own or (own[name] or 0) > new.ceilings[name]
    }
    unsettled = {
        name: kept
        for name in names
        if (kept := _kept(name, own[name], in_use.get(name, 0), new, name in overrides)) is not None
    }
    return Carried(own, unsettled, overrides)


def carry_over(
    actor: Actor, tenant: Tenant, old: Plan, new: Plan, in_use: dict[str, int], wanted: dict[str, int | None]
) -> None:
    """Bring a tenant's limits to another plan. What it has of its own stays where the new plan allows it.

    What is set or in use beyond that stands in an owner's way (Invalid at `billing_plan`), and is kept as an override
    under an administrator. `wanted` are the limits set at the same time: they are judged by `set_limits`.
    """
    limits = carried(tenant, new, in_use, wanted)
    if limits.unsettled and not actor.can(Permission.TENANTS_ADMINISTER, tenant):
        sentences = (stands_against(name, limits.own[name], in_use.get(name, 0), new) for name in limits.unsettled)
        raise Invalid(*(Fault("billing_plan", sentence, "in_use") for sentence in sentences))
    for name, own in limits.own.items():
        setattr(tenant, name, limits.unsettled.get(name, own))
    terms = {"override_reason": f"Kept when the plan changed from {old.label} to {new.label}."}
    overrides = limits.overrides | {
        name: _override(actor, terms) for name, kept in limits.unsettled.items() if kept > new.ceilings[name]
    }
    if overrides != tenant.limit_overrides:
        tenant.limit_overrides = overrides


def stands_against(name: str, own: int | None, used: int, new: Plan) -> str:
    """Say in a sentence what of a limit stands against a plan."""
    words = called(name)
    if own is not None:
        return (
            f"{words} are set to {own:,}, and the {new.label} plan goes up to {new.ceilings[name]:,}. Lower them first."
        )
    return f"{words}: {used:,} in use, and the {new.label} plan includes {new.included[name]:,}."


def _check_end(until: datetime | None) -> None:
    if until is not None and until <= now():
        raise Invalid.at("override_until", "An override ends in the future. Choose a later day, or leave this empty.")


def _kept(name: str, own: int | None, used: int, new: Plan, overridden: bool) -> int | None:
    """Give the value that a limit must have for nothing to break under a new plan; None where nothing would."""
    if own is not None:
        return own if own > new.ceilings[name] and not overridden else None
    if used <= new.included[name]:
        return None
    highest = bounds(LIMITS[name]).high
    return used if highest is None else min(used, int(highest))


def _override(actor: Actor, terms: dict[str, Any], standing: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give what is kept of an override: who set it when, why, and until when it holds. What stands is kept where the
    terms do not say otherwise."""
    kept: dict[str, Any] = {**(standing or {}), "by": actor.username, "at": rfc3339(now())}
    if "override_reason" in terms:
        kept["reason"] = terms["override_reason"]
    if "override_until" in terms:
        kept["until"] = rfc3339(terms["override_until"]) if terms["override_until"] else None
    return {name: value for name, value in kept.items() if value is not None}


def _beyond(name: str, value: int, plan: Plan) -> str:
    words = called(name)
    return f"{words} go up to {plan.ceilings[name]:,} on the {plan.label} plan; {value:,} is too many."
