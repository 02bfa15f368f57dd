"""What an edit of a plan does to the tenants on it, counted before anything is saved: never row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.plans.drafts import PlanEdit
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.rules import FEATURE_FLAGS
from portal.tenants.words import FEATURE_WORDS, called
from portal.usage.models import Standing

_USED = {"monthly_call_limit": (Standing.calls, 1), "max_minutes_per_month": (Standing.seconds, 60)}
"""The limits of a month → how much of them a tenant has used, and how much of that is one."""


@dataclass(frozen=True)
class InUse:
    """A feature that would go, and how many tenants have it switched on; `search` finds them in the table."""

    feature: Feature
    tenants: int
    search: dict[str, Any]

    @property
    def sentence(self) -> str:
        """What stands against it, and the way on."""
        have = "1 tenant has" if self.tenants == 1 else f"{self.tenants:,} tenants have"
        return (
            f"{FEATURE_WORDS[self.feature]} cannot be taken away: {have} it switched on. Let them switch it off first, "
            "or retire this plan and make another one without it."
        )


@dataclass(frozen=True)
class LimitEdit:
    """A limit of which the included value or the ceiling changes: for how many tenants the value in force changes, how
    many have a value of their own, how many of those become overrides, how many have used more this month already."""

    label: str
    included: tuple[int, int]
    ceiling: tuple[int, int]
    follow: int = 0
    own: int = 0
    above: int = 0
    used_up: int = 0


@dataclass(frozen=True)
class Outlook:
    """What an edit does: to how many tenants, to the plan's own facts (label, before, after), to its limits."""

    tenants: int
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    limits: list[LimitEdit] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return bool(self.facts or self.limits or self.gained or self.lost)


def tenants_by_plan(actor: Actor) -> dict[str, int]:
    """Count the tenants on each plan, on an index. Raises Forbidden."""
    actor.require(Permission.PLANS_EDIT)
    rows = db.session.execute(select(Tenant.billing_plan, func.count()).group_by(Tenant.billing_plan))
    return {row[0]: row[1] for row in rows}


def tenants_on(actor: Actor, plan: Plan) -> int:
    """Count the tenants on a plan. Raises Forbidden."""
    actor.require(Permission.PLANS_EDIT)
    return db.session.scalar(select(func.count()).where(Tenant.billing_plan == plan.key)) or 0


def outlook(actor: Actor, plan: Plan, draft: PlanEdit) -> Outlook:
    """Work out what an edit does, in one query over the plan's tenants. Raises Forbidden."""
    actor.require(Permission.PLANS_EDIT)
    names = [
        name
        for name in LIMITS
        if (plan.included[name], plan.ceilings[name]) != (draft.included[name], draft.ceilings[name])
    ]
    counted = _count(plan, draft, names)
    return Outlook(
        tenants=counted["tenants"],
        facts=list(_facts(plan, draft)),
        limits=[_limit(plan, draft, name, counted) for name in names],
        gained=[FEATURE_WORDS[each] for each in Feature if each in draft.features and not plan.includes(each)],
        lost=[FEATURE_WORDS[each] for each in _removed(plan, draft)],
    )


def in_the_way(plan: Plan, draft: PlanEdit) -> list[InUse]:
    """Give the features that an edit would take away from tenants who have them switched on. No tenant ever has a
    switch on that its plan does not include: the rules of tenants hold before and after."""
    removed = _removed(plan, draft)
    if not removed:
        return []
    switched = {each: _switched_on(each) for each in removed}
    columns = [func.count().filter(condition) for condition in switched.values()]
    found = db.session.execute(select(*columns).select_from(Tenant).where(Tenant.billing_plan == plan.key)).one()
    return [InUse(each, number, search_of(plan, each)) for each, number in zip(removed, found, strict=True) if number]


def search_of(plan: Plan, feature: Feature) -> dict[str, Any]:
    """Give the arguments of the table's address that find a plan's tenants with a feature switched on."""
    if feature == Feature.COMPLIANCE:
        return {"plan": plan.key, "compliance": ["hipaa", "pci"]}
    return {"plan": plan.key, "feature": feature.value}


def _removed(plan: Plan, draft: PlanEdit) -> list[Feature]:
    return [each for each in Feature if plan.includes(each) and each not in draft.features]


def _switched_on(feature: Feature) -> ColumnElement[bool]:
    flags = [getattr(Tenant, flag).is_(True) for flag, needs in FEATURE_FLAGS.items() if needs == feature]
    return flags[0] if len(flags) == 1 else flags[0] | flags[1]


def _count(plan: Plan, draft: PlanEdit, names: list[str]) -> dict[str, int]:
    """Count everything at once: the plan's tenants are found on an index and read one time."""
    asked: dict[str, ColumnElement[int]] = {"tenants": func.count()}
    query = select().select_from(Tenant).where(Tenant.billing_plan == plan.key)
    for name in names:
        own = getattr(Tenant, name)
        asked[f"{name} follow"] = func.count().filter(own.is_(None))
        asked[f"{name} above"] = func.count().filter(own > draft.ceilings[name], own <= plan.ceilings[name])
        if name in _USED and draft.included[name] < plan.included[name]:
            used, unit = _USED[name]
            full = and_(own.is_(None), used >= draft.included[name] * unit, used < plan.included[name] * unit)
            asked[f"{name} used"] = func.count().filter(full)
    if any(name.endswith(" used") for name in asked):
        this_month = and_(Standing.tenant_id == Tenant.id, Standing.month == month_of(now()))
        query = query.outerjoin(Standing, this_month)
    row = db.session.execute(query.add_columns(*asked.values())).one()
    return dict(zip(asked, row, strict=True))


def _limit(plan: Plan, draft: PlanEdit, name: str, counted: dict[str, int]) -> LimitEdit:
    included, ceiling = (plan.included[name], draft.included[name]), (plan.ceilings[name], draft.ceilings[name])
    follow = counted[f"{name} follow"]
    return LimitEdit(
        label=called(name),
        included=included,
        ceiling=ceiling,
        follow=follow if included[0] != included[1] else 0,
        own=counted["tenants"] - follow,
        above=counted[f"{name} above"] if ceiling[1] < ceiling[0] else 0,
        used_up=counted.get(f"{name} used", 0),
    )


def _facts(plan: Plan, draft: PlanEdit) -> Iterator[tuple[str, str, str]]:
    """Give what changes of the plan beside limits and features: words, before, after."""
    for label, before, after in (
        ("Label", plan.label, draft.label),
        ("Place in the list", str(plan.position), str(draft.position)),
        ("Price a month", _dollars(plan.monthly_price_cents), _dollars(draft.monthly_price_cents)),
        ("Who chooses it", _who(plan.on_request), _who(draft.on_request)),
    ):
        if before != after:
            yield label, before, after


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _who(on_request: bool) -> str:
    return "on request: owners ask for it" if on_request else "any owner"
