"""Plans and prices as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.plans.catalogue import FIRST_DAY
from portal.plans.limits import Feature
from portal.plans.models import Plan


@dataclass(frozen=True)
class PriceRow:
    """A price a minute: from which day on (None: from the start), whether it holds today, whether it lies ahead."""

    since: date
    words: str
    minute: str
    holds: bool
    ahead: bool


@dataclass(frozen=True)
class PlanLine:
    """A plan as the catalogue shows it."""

    plan: Plan
    minute: str
    following: PriceRow | None
    tenants: int
    compliance: bool


def minute_price(hundredths: int) -> str:
    """Write a price given in hundredths of a cent: 150 is $0.015, 9000 is $0.90."""
    whole, rest = f"{hundredths / 10_000:,.4f}".split(".")
    return f"${whole}.{rest[:2]}{rest[2:].rstrip('0')}"


def price_rows(plan: Plan, today: date) -> list[PriceRow]:
    """Give a plan's prices a minute, the latest first."""
    begun = [price.since for price in plan.prices if price.since <= today]
    return [
        PriceRow(
            since=price.since,
            words="From the start" if price.since <= FIRST_DAY else f"From {price.since.day} {price.since:%b %Y}",
            minute=minute_price(price.hundredths),
            holds=bool(begun) and price.since == max(begun),
            ahead=price.since > today,
        )
        for price in reversed(plan.prices)
    ]


def lines(catalogue: Sequence[Plan], tenants: Mapping[str, int], today: date) -> list[PlanLine]:
    """Give the lines of the catalogue; a price that begins later stands beside the one that holds."""
    return [
        PlanLine(
            plan=plan,
            minute=minute_price(plan.price_on(today)),
            following=next((row for row in reversed(price_rows(plan, today)) if row.ahead), None),
            tenants=tenants.get(plan.key, 0),
            compliance=plan.includes(Feature.COMPLIANCE),
        )
        for plan in catalogue
    ]
