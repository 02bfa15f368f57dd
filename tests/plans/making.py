"""Edits of plans as the form would make them, for the stories about plans."""

from __future__ import annotations

from typing import Any

from portal.plans import queries
from portal.plans.drafts import NewPlan, PlanEdit
from portal.plans.limits import Feature
from portal.plans.models import Plan


def plan(key: str = "starter") -> Plan:
    """Give a plan of the catalogue."""
    return queries.plan_by_key(key)


def _as_it_is(like: Plan) -> dict[str, Any]:
    fields = ("label", "position", "monthly_price_cents", "on_request")
    return {name: getattr(like, name) for name in fields} | {
        "included": dict(like.included),
        "ceilings": dict(like.ceilings),
        "features": tuple(Feature(each) for each in like.features),
    }


def edit(like: Plan, included: dict[str, int] | None = None, ceilings: dict[str, int] | None = None,
         **fields: Any) -> PlanEdit:  # fmt: skip
    """Draft a plan as it is, but for some fields."""
    values = _as_it_is(like) | fields
    values["included"] |= included or {}
    values["ceilings"] |= ceilings or {}
    return PlanEdit.read(values)


def new(key: str, like: Plan, **fields: Any) -> NewPlan:
    """Draft a new plan like another one."""
    return NewPlan.read(_as_it_is(like) | {"key": key, "label": key.capitalize(), "hundredths": 500} | fields)
