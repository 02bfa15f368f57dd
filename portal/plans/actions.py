"""What administrators do to the catalogue."""

from __future__ import annotations

from datetime import date, timedelta

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Fault, Invalid, NotFound, Stale
from portal.foundation.permissions import Actor, Permission
from portal.plans import outlook, queries
from portal.plans.catalogue import FIRST_DAY
from portal.plans.drafts import NewPlan, NewPrice, PlanEdit
from portal.plans.models import MinutePrice, Plan
from portal.tenants.words import called

FARTHEST = timedelta(days=3653)
"""How far ahead a price may begin."""


@action(Permission.PLANS_EDIT)
def create_plan(actor: Actor, draft: NewPlan) -> Plan:
    """Put a plan into the catalogue; its price a minute holds from the first day on. Raises Invalid."""
    if queries.plan(draft.key) is not None:
        raise Invalid.at("key", f"There is a plan “{draft.key}” already. A key is never used twice.", "taken")
    _check_ceilings(draft)
    plan = Plan(key=draft.key, offered=True, **draft.columns())
    price = MinutePrice(plan_key=draft.key, since=FIRST_DAY, hundredths=draft.hundredths)
    db.session.add_all([plan, price])
    changes = audit.changed_fields(plan) | {"hundredths": [None, draft.hundredths]}
    audit.record(actor, Event.PLAN_CREATED, plan, changes=changes)
    return plan


@action(Permission.PLANS_EDIT)
def edit_plan(actor: Actor, plan: Plan, draft: PlanEdit, version: int | None = None) -> Plan:
    """Change a plan for every tenant on it, now and to come; changing nothing writes nothing.

    Raises Stale where the plan is not of this version any more, Invalid where a ceiling would be below what is
    included, where a feature would go that tenants have switched on, or where nobody could choose a plan any more.
    """
    check_edit(plan, draft, version)
    for name, value in draft.columns().items():
        if name != "features" or set(value) != set(plan.features):  # whatever the order in which they are kept
            setattr(plan, name, value)
    changes = audit.changed_fields(plan)
    if changes:
        audit.record(actor, Event.PLAN_UPDATED, plan, changes=changes)
    return plan


def check_edit(plan: Plan, draft: PlanEdit, version: int | None) -> None:
    """Raise Stale or Invalid for what stands against an edit; changes nothing."""
    if version is not None and version != plan.version:
        raise Stale("Somebody else changed this plan in between. Nothing was saved yet. Look at it again.")
    _check_ceilings(draft)
    if draft.on_request and not plan.on_request:
        _check_another(plan, "on_request")
    used = outlook.in_the_way(plan, draft)
    if used:
        raise Invalid(*(Fault("features", each.sentence, "in_use") for each in used))


@action(Permission.PLANS_EDIT)
def retire_plan(actor: Actor, plan: Plan) -> None:
    """Offer a plan no more: who has it keeps it, and nobody new may choose it. Raises Conflict where it is so already,
    or where nothing would be left to choose."""
    if not plan.offered:
        raise Conflict(f"The {plan.label} plan is retired already.")
    _check_another(plan, None)
    plan.offered = False
    audit.record(actor, Event.PLAN_RETIRED, plan)


@action(Permission.PLANS_EDIT)
def offer_plan(actor: Actor, plan: Plan) -> None:
    """Offer a retired plan again. Raises Conflict where it is offered."""
    if plan.offered:
        raise Conflict(f"The {plan.label} plan is offered already.")
    plan.offered = True
    audit.record(actor, Event.PLAN_OFFERED, plan)


@action(Permission.PLANS_EDIT)
def set_price(actor: Actor, plan: Plan, draft: NewPrice) -> None:
    """Set a plan's price a minute from a day on, today or later. Calls keep the price of the day they were admitted.
    Raises Invalid."""
    today = now().date()
    if draft.since < today:
        raise Invalid.at("since", f"From today on, {today:%Y-%m-%d}, or later: the past keeps its prices.", "past")
    if draft.since > today + FARTHEST:
        raise Invalid.at("since", "From a day within ten years.", "too_far")
    if any(price.since == draft.since for price in plan.prices):
        standing = "Withdraw it first." if draft.since > today else "Choose tomorrow or a later day."
        raise Invalid.at("since", f"A price begins on this day already. {standing}", "taken")
    before = plan.price_on(draft.since)
    if before == draft.hundredths:
        raise Invalid.at("hundredths", "This is the price on that day already. Nothing would change.", "same")
    db.session.add(MinutePrice(plan_key=plan.key, since=draft.since, hundredths=draft.hundredths))
    changes = {"since": [None, draft.since.isoformat()], "hundredths": [before, draft.hundredths]}
    audit.record(actor, Event.PLAN_PRICE_SET, plan, changes=changes)


@action(Permission.PLANS_EDIT)
def withdraw_price(actor: Actor, plan: Plan, since: date) -> None:
    """Take back a price that has not begun. Raises NotFound where none begins on that day, Conflict where it holds."""
    price = next((each for each in plan.prices if each.since == since), None)
    if price is None:
        raise NotFound("No price begins on this day. It may have been withdrawn already.")
    if price.since <= now().date():
        raise Conflict("This price holds already. Past prices are never changed; set another one from a later day on.")
    db.session.delete(price)
    changes = {"since": [since.isoformat(), None], "hundredths": [price.hundredths, None]}
    audit.record(actor, Event.PLAN_PRICE_WITHDRAWN, plan, changes=changes)


def _check_ceilings(draft: PlanEdit) -> None:
    faults = [
        Fault(f"ceilings_{name}", f"{called(name)}: the ceiling is {included:,}, what is included, or more.", "ceiling")
        for name, included in draft.included.items()
        if draft.ceilings[name] < included
    ]
    if faults:
        raise Invalid(*faults)


def _check_another(plan: Plan, field: str | None) -> None:
    """Make sure that there is another plan that anybody may choose, which signing up needs."""
    if plan.open_to_all and not any(each.open_to_all for each in queries.catalogue() if each.key != plan.key):
        words = "This is the last plan that anybody may choose, and who signs up needs one. Offer another one first."
        raise Invalid.at(field, words, "last") if field else Conflict(words)
