"""The plans as someone choosing one sees them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.foundation.clock import now
from portal.plans import queries as plans
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.plans.words import minute_price
from portal.tenants.models import Tenant
from portal.tenants.words import FEATURE_WORDS, called
from portal.web.words import money

ON_CARDS = ("max_concurrent_calls", "monthly_call_limit", "max_minutes_per_month", "max_users", "max_agents")
"""The limits that tell the plans apart."""


@dataclass(frozen=True)
class PlanCard:
    """One plan: its price, the limits that tell it apart, and each feature with whether it is included."""

    key: str
    label: str
    monthly: str
    minute: str
    limits: list[tuple[str, int]]
    features: list[tuple[str, bool]]
    current: bool
    offered: bool
    on_request: bool


def plan_cards(tenant: Tenant) -> list[PlanCard]:
    """Give the plans that are offered, and the present one."""
    catalogue = plans.catalogue(with_prices=True)
    return [
        plan_card(plan, plan.key == tenant.billing_plan)
        for plan in catalogue
        if plan.offered or plan.key == tenant.billing_plan
    ]


def plan_card(plan: Plan, current: bool) -> PlanCard:
    """Give one plan."""
    return PlanCard(
        key=plan.key,
        label=plan.label,
        monthly=money(plan.monthly_price_cents),
        minute=minute_price(plan.price_on(now().date())),
        limits=[(called(name), plan.included[name]) for name in ON_CARDS],
        features=[(FEATURE_WORDS[each], plan.includes(each)) for each in Feature],
        current=current,
        offered=plan.offered,
        on_request=plan.on_request,
    )
