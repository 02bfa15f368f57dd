"""What an administrator may ask of a plan."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator

from portal.foundation.drafts import Draft
from portal.foundation.limits import bounds
from portal.plans import limits
from portal.plans.limits import Feature
from portal.tenants.limits import LIMITS


def _each_within(values: dict[str, int]) -> dict[str, int]:
    """Raise ValueError where a limit is missing, unknown, or outside of the range it has for tenants."""
    if values.keys() != LIMITS.keys():
        raise ValueError(f"it holds each of these once: {', '.join(LIMITS)}")
    for name, value in values.items():
        allowed = bounds(LIMITS[name])
        if not (allowed.low or 0) <= value <= (value if allowed.high is None else allowed.high):
            raise ValueError(f"{name} is {allowed.words}")
    return values


EachLimit = Annotated[dict[str, int], AfterValidator(_each_within)]
"""A number for every limit that a tenant has, within the limit's own range."""


class PlanEdit(Draft):
    """A plan as it is to be: everything but its key and its prices a minute."""

    label: limits.Label
    position: limits.Position
    monthly_price_cents: limits.MonthlyPriceCents
    on_request: bool
    included: EachLimit
    ceilings: EachLimit
    features: tuple[Feature, ...]

    def columns(self) -> dict[str, Any]:
        """Give the values of the plan's columns. Features stand in their own order, each once."""
        given = self.model_dump(exclude={"key", "hundredths"})
        return given | {"features": [each.value for each in Feature if each in self.features]}


class NewPlan(PlanEdit):
    """A plan that is to be, with its first price a minute."""

    key: limits.NewKey
    hundredths: limits.MinutePrice


class NewPrice(Draft):
    """A price a minute, in hundredths of a cent, from a day on."""

    since: date
    hundredths: limits.MinutePrice
