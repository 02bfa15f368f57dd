"""Which plan fits: the cheapest whose included limits hold what somebody expects, and what is used already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.foundation.permissions import Actor
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.tenants import queries
from portal.tenants.limits import OWNER_LIMITS
from portal.tenants.models import Tenant
from portal.tenants.words import FIELD_WORDS
from portal.usage import queries as usage


@dataclass(frozen=True)
class Needs:
    """What a tenant needs: limits by field, and whether compliance. Nothing known is nothing needed."""

    limits: dict[str, int]
    compliance: bool = False

    @property
    def known(self) -> bool:
        """Whether anything is known that tells the plans apart."""
        return self.compliance or any(self.limits.values())


@dataclass(frozen=True)
class Fit:
    """The plan that fits, if one does, and a sentence why."""

    key: str | None
    sentence: str


def needs_of(actor: Actor, tenant: Tenant, said: dict[str, int | None], compliance: bool) -> Needs:
    """Put together what somebody says they need and what the tenant uses, the larger of both."""
    month = usage.month(actor, tenant)
    counted = queries.in_use(tenant)
    counted["max_users"] -= counted["max_users"] == 1  # who signed up says nothing about a plan
    used = counted | {
        "monthly_call_limit": max(month.calls, month.last_month.calls),
        "max_minutes_per_month": max(month.minutes, month.last_month.minutes),
    }
    limits = {name: max(used.get(name, 0), said.get(name) or 0) for name in {*used, *said}}
    if not any(said.values()) and not any(used[name] for name in ("monthly_call_limit", "max_agents")):
        limits = {}
    return Needs(limits, compliance)


def fitting(plans: Sequence[Plan], needs: Needs) -> Fit:
    """Give the cheapest plan that fits, in words that say why, or why none does."""
    if not needs.known:
        return Fit(None, "Say what you expect, and the plan that fits is marked. Any plan can be changed later.")
    offered = [plan for plan in plans if plan.offered and (plan.includes(Feature.COMPLIANCE) or not needs.compliance)]
    able = sorted(offered, key=lambda plan: (plan.monthly_price_cents, plan.position))
    for plan in able:
        if all(plan.included[name] >= needed for name, needed in needs.limits.items()):
            return Fit(plan.key, f"{plan.label} fits: it is the cheapest plan that includes {_words(needs)}.")
    for plan in able:
        if all(_reach(plan, name) >= needed for name, needed in needs.limits.items()):
            return Fit(plan.key, f"{plan.label} fits once its limits are raised, which the next step does: no plan "
                                 f"includes {_words(needs)} from the start.")  # fmt: skip
    return Fit(None, f"No plan goes as far as {_words(needs)}. Choose the nearest, then ask for more.")


def _reach(plan: Plan, name: str) -> int:
    """Give how far an owner gets on a plan: limits that others set stay where the plan has them."""
    return (plan.ceilings if name in OWNER_LIMITS else plan.included)[name]


def _words(needs: Needs) -> str:
    told = [_counted(needs.limits[name], words) for name, words in FIELD_WORDS.items() if needs.limits.get(name)]
    told += ["compliance"] if needs.compliance else []
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]


def _counted(number: int, words: str) -> str:
    return f"{number:,} {words}" if number != 1 else "1 " + re.sub(r"s\b", "", words, count=1)
