"""Limits being edited: what their new values would have refused of the last days' calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from portal.foundation.limits import bounds
from portal.foundation.permissions import Actor
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.words import called
from portal.usage.hindsight import LOOKED_BACK_AT, Hindsight, would_refuse


@dataclass(frozen=True)
class Considered:
    """A new value of a limit, and what it would have refused."""

    name: str
    value: int
    found: Hindsight

    @property
    def mark(self) -> str:
        """What a person says yes to: this value of this limit, and no other."""
        return f"{self.name}={self.value}"

    @property
    def sentence(self) -> str:
        """It in a sentence that names the limit: "Concurrent calls 5: 12 of …"."""
        return f"{called(self.name)} {self.value:,}: {self.found.sentence[:1].lower()}{self.found.sentence[1:]}"


def considered(actor: Actor, tenant: Tenant, given: Mapping[str, int | None]) -> dict[str, Considered]:
    """Look back for each limit among `given` whose value in force would change; None takes the plan's. What is outside
    of its limit is left out. Raises Forbidden."""
    found = {}
    for name in LOOKED_BACK_AT.keys() & given.keys():
        each = tenant.entitlement(name)
        value = given[name] if given[name] is not None else each.included
        low, high = bounds(LIMITS[name]).low, bounds(LIMITS[name]).high
        if value is None or value == each.value or (low is not None and value < low) or (high and value > high):
            continue
        found[name] = Considered(name, value, would_refuse(actor, tenant, name, value))
    return {name: found[name] for name in LOOKED_BACK_AT if name in found}


def to_confirm(
    actor: Actor, tenant: Tenant, given: Mapping[str, int | None], confirmed: Collection[str]
) -> list[Considered]:
    """Give the new values that would have refused calls and that nobody has said yes to: `confirmed` holds marks.
    Where one is missing, all are given, so that they are said yes to together."""
    asked = [each for each in considered(actor, tenant, given).values() if each.found.refused]
    return [] if {each.mark for each in asked} <= set(confirmed) else asked
