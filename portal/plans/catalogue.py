"""The plan catalogue that comes with a new database, as plain data. From then on it is the administrators'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.plans.limits import Feature

FIRST_DAY = date(2020, 1, 1)
"""Prices hold from here on, long before any call."""

NEW_PRICES = date(2026, 1, 1)

_EVERYWHERE = (Feature.RECORDING, Feature.ANALYTICS)


@dataclass(frozen=True)
class Offer:
    """One plan. `monthly` is in cents, `minute` maps the day a price holds from to hundredths of a cent a minute,
    `limits` maps each limit of a tenant to (included, ceiling)."""

    key: str
    label: str
    monthly: int
    minute: dict[date, int]
    limits: dict[str, tuple[int, int]]
    features: tuple[Feature, ...]


OFFERS = (
    Offer(
        key="free",
        label="Free",
        monthly=0,
        minute={FIRST_DAY: 0},
        limits={
            "max_concurrent_calls": (2, 2),
            "monthly_call_limit": (100, 100),
            "max_users": (3, 3),
            "max_workspaces": (1, 1),
            "max_projects": (2, 2),
            "max_environments": (1, 1),
            "max_agents": (2, 2),
            "max_squads": (1, 1),
            "max_minutes_per_month": (250, 250),
            "max_campaigns": (0, 0),
            "max_recordings_gb": (1, 1),
            "max_files_gb": (1, 1),
            "max_file_size_mb": (10, 10),
        },
        features=_EVERYWHERE,
    ),
    Offer(
        key="starter",
        label="Starter",
        monthly=4_900,
        minute={FIRST_DAY: 1_000, NEW_PRICES: 900},
        limits={
            "max_concurrent_calls": (10, 20),
            "monthly_call_limit": (1_000, 2_500),
            "max_users": (10, 15),
            "max_workspaces": (2, 4),
            "max_projects": (5, 10),
            "max_environments": (2, 3),
            "max_agents": (10, 20),
            "max_squads": (3, 5),
            "max_minutes_per_month": (5_000, 10_000),
            "max_campaigns": (5, 10),
            "max_recordings_gb": (10, 25),
            "max_files_gb": (2, 5),
            "max_file_size_mb": (25, 50),
        },
        features=(*_EVERYWHERE, Feature.SIP),
    ),
    Offer(
        key="pro",
        label="Pro",
        monthly=19_900,
        minute={FIRST_DAY: 850, NEW_PRICES: 775},
        limits={
            "max_concurrent_calls": (25, 60),
            "monthly_call_limit": (5_000, 15_000),
            "max_users": (25, 50),
            "max_workspaces": (5, 10),
            "max_projects": (20, 40),
            "max_environments": (3, 5),
            "max_agents": (50, 100),
            "max_squads": (10, 20),
            "max_minutes_per_month": (25_000, 75_000),
            "max_campaigns": (25, 75),
            "max_recordings_gb": (50, 150),
            "max_files_gb": (10, 25),
            "max_file_size_mb": (50, 100),
        },
        features=(*_EVERYWHERE, Feature.SIP),
    ),
    Offer(
        key="business",
        label="Business",
        monthly=79_900,
        minute={FIRST_DAY: 700, NEW_PRICES: 650},
        limits={
            "max_concurrent_calls": (100, 250),
            "monthly_call_limit": (25_000, 100_000),
            "max_users": (100, 250),
            "max_workspaces": (20, 40),
            "max_projects": (100, 200),
            "max_environments": (5, 10),
            "max_agents": (200, 400),
            "max_squads": (25, 50),
            "max_minutes_per_month": (125_000, 500_000),
            "max_campaigns": (100, 300),
            "max_recordings_gb": (250, 500),
            "max_files_gb": (25, 50),
            "max_file_size_mb": (100, 250),
        },
        features=(*_EVERYWHERE, Feature.SIP),
    ),
    Offer(
        key="enterprise",
        label="Enterprise",
        monthly=249_900,
        minute={FIRST_DAY: 550, NEW_PRICES: 525},
        limits={
            "max_concurrent_calls": (500, 1_000),
            "monthly_call_limit": (250_000, 5_000_000),
            "max_users": (500, 10_000),
            "max_workspaces": (100, 1_000),
            "max_projects": (500, 5_000),
            "max_environments": (10, 50),
            "max_agents": (500, 1_000),
            "max_squads": (50, 100),
            "max_minutes_per_month": (1_000_000, 25_000_000),
            "max_campaigns": (500, 1_000),
            "max_recordings_gb": (500, 1_000),
            "max_files_gb": (50, 100),
            "max_file_size_mb": (250, 500),
        },
        features=(*_EVERYWHERE, Feature.SIP, Feature.COMPLIANCE),
    ),
)


def rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the rows of the tables `plans` and `minute_prices`, in this order of insertion, columns by name."""
    plans = [
        {
            "key": offer.key,
            "label": offer.label,
            "position": position,
            "monthly_price_cents": offer.monthly,
            "included": {name: included for name, (included, _) in offer.limits.items()},
            "ceilings": {name: ceiling for name, (_, ceiling) in offer.limits.items()},
            "features": [feature.value for feature in offer.features],
            "offered": True,
        }
        for position, offer in enumerate(OFFERS, start=1)
    ]
    prices = [
        {"plan_key": offer.key, "since": since, "hundredths": hundredths}
        for offer in OFFERS
        for since, hundredths in offer.minute.items()
    ]
    return plans, prices
