"""What another plan would change for a tenant, worked out before anything is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.foundation.permissions import Actor, Permission
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.tenants import queries, rules
from portal.tenants.entitlement import entitlement
from portal.tenants.limit_changes import Carried, carried, stands_against
from portal.tenants.limits import LIMITS
from portal.tenants.looking_back import considered
from portal.tenants.models import CHOICES, Tenant
from portal.tenants.words import FEATURE_WORDS, called
from portal.usage import queries as usage

SECTION_OF = {
    "sip_enabled": "sip",
    "recording_enabled": "recording",
    "analytics_enabled": "features",
    "hipaa_enabled": "compliance",
    "pci_enabled": "compliance",
}
"""Where each switch is."""


@dataclass(frozen=True)
class LimitMove:
    """A limit whose value in force changes."""

    label: str
    before: int
    after: int


@dataclass(frozen=True)
class Obstacle:
    """What has to be settled before the plan can change, and the section and field where that can be done, if there."""

    sentence: str
    section: str | None
    field: str


@dataclass(frozen=True)
class PlanChange:
    """Everything that a change of plan does to one tenant, as this actor would make it."""

    old: Plan
    new: Plan
    moves: list[LimitMove]
    stays: list[str]
    gained: list[str]
    lost: list[str]
    obstacles: list[Obstacle]
    kept: list[str]
    warnings: list[str]
    in_hindsight: list[str]


def plan_change(actor: Actor, tenant: Tenant, new: Plan) -> PlanChange:
    """Work out what changing to a plan would do. Changes nothing."""
    old, in_use = tenant.plan, queries.in_use(tenant)
    limits = carried(tenant, new, in_use, {})
    overrides = actor.can(Permission.TENANTS_ADMINISTER, tenant)
    after = _after(limits, new, kept=overrides)
    obstacles = list(_switches(tenant, new))
    if not overrides:
        obstacles = [*_limits_first(limits, in_use, new), *obstacles]
    return PlanChange(
        old=old,
        new=new,
        moves=[
            LimitMove(called(name), tenant.limit(name), after[name])
            for name in LIMITS
            if tenant.limit(name) != after[name]
        ],
        stays=list(_stays(tenant, limits, new)),
        gained=[FEATURE_WORDS[each] for each in Feature if new.includes(each) and not old.includes(each)],
        lost=[FEATURE_WORDS[each] for each in Feature if old.includes(each) and not new.includes(each)],
        obstacles=obstacles,
        kept=list(_kept(limits, new)) if overrides else [],
        warnings=list(_warnings(actor, tenant, after)),
        in_hindsight=list(_in_hindsight(actor, tenant, after)),
    )


def _after(limits: Carried, new: Plan, *, kept: bool) -> dict[str, int]:
    """Give the values in force afterwards; what an owner has to settle first is then at most what the plan allows."""
    own = dict(limits.own)
    for name, value in limits.unsettled.items():
        own[name] = value if kept else (None if own[name] is None else new.ceilings[name])
    return {name: entitlement(name, own[name], new, limits.overrides).value for name in LIMITS}


def _stays(tenant: Tenant, limits: Carried, new: Plan) -> Iterator[str]:
    for name, own in limits.own.items():
        if own is None or name in limits.unsettled:
            continue
        words = called(name)
        if name in limits.overrides:
            yield f"{words}: {own:,}, an override."
        elif tenant.entitlement(name).overridden:
            yield f"{words}: {own:,}, which the {new.label} plan allows without an override."
        else:
            yield f"{words}: {own:,}, a value of its own."


def _limits_first(limits: Carried, in_use: dict[str, int], new: Plan) -> Iterator[Obstacle]:
    for name in limits.unsettled:
        own, used = limits.own[name], in_use.get(name, 0)
        sentence = stands_against(name, own, used, new)
        if own is None and used <= new.ceilings[name]:
            sentence += f" Set a limit of its own to at least {used:,} first."
        elif own is None:
            sentence += " Wait until fewer run." if name == "max_concurrent_calls" else " Remove some first."
        helps = own is not None or used <= new.ceilings[name]
        yield Obstacle(sentence, "limits" if helps else None, name)


def _switches(tenant: Tenant, new: Plan) -> Iterator[Obstacle]:
    for fault in rules.not_in_plan(tenant, new):
        flag = str(fault.field)
        if tenant.features_chosen_at is None and flag in CHOICES["features_chosen_at"]:
            continue  # nobody asked for it yet, and it goes with the plan
        sentence = f"{rules.FLAG_WORDS[flag]} is on, and the {new.label} plan does not include it. Switch it off first."
        yield Obstacle(sentence, SECTION_OF[flag], flag)


def _kept(limits: Carried, new: Plan) -> Iterator[str]:
    for name, value in limits.unsettled.items():
        words, ceiling = called(name), new.ceilings[name]
        if value > ceiling:
            yield f"{words}: {value:,} becomes an override, because the {new.label} plan goes up to {ceiling:,}."
        else:
            yield f"{words}: {value:,} becomes a value of its own, because that many are in use."


def _warnings(actor: Actor, tenant: Tenant, after: dict[str, int]) -> Iterator[str]:
    month = usage.month(actor, tenant)
    for name, used, words in (
        ("monthly_call_limit", month.calls, "calls"),
        ("max_minutes_per_month", month.minutes, "minutes"),
    ):
        if used >= after[name] < tenant.limit(name):
            yield f"{used:,} {words} were used this month. With {after[name]:,} no more calls are admitted this month."


def _in_hindsight(actor: Actor, tenant: Tenant, after: dict[str, int]) -> Iterator[str]:
    lower = {name: value for name, value in after.items() if value < tenant.limit(name)}
    for each in considered(actor, tenant, lower).values():
        if each.found.refused:
            yield each.sentence
