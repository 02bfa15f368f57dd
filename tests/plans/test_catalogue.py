"""The catalogue that comes with a new database."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from flask import Flask

from portal.foundation.limits import bounds
from portal.plans import catalogue, queries
from portal.plans.limits import Feature
from portal.tenants.limits import LIMITS

PLANS, PRICES = catalogue.rows()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan["key"])
def test_what_a_plan_includes_is_within_its_ceilings_and_both_within_the_limits(plan):
    assert plan["included"].keys() == plan["ceilings"].keys() == LIMITS.keys()
    for name, limit in LIMITS.items():
        allowed = bounds(limit)
        assert allowed.low <= plan["included"][name] <= plan["ceilings"][name] <= allowed.high, name


def test_plans_grow_from_one_to_the_next():
    for smaller, larger in pairwise(PLANS):
        assert smaller["position"] < larger["position"]
        assert smaller["monthly_price_cents"] < larger["monthly_price_cents"]
        for name in LIMITS:
            assert smaller["included"][name] <= larger["included"][name]
            assert smaller["ceilings"][name] <= larger["ceilings"][name]
        assert set(smaller["features"]) <= set(larger["features"])


def test_compliance_comes_with_enterprise_only():
    assert [plan["key"] for plan in PLANS if Feature.COMPLIANCE in plan["features"]] == ["enterprise"]


def test_starter_is_what_the_documents_promise():
    starter = next(plan for plan in PLANS if plan["key"] == "starter")
    assert starter["included"]["max_concurrent_calls"] == 10
    assert starter["included"]["monthly_call_limit"] == 1000


def test_a_new_database_holds_this_catalogue(app: Flask):
    stored = queries.catalogue(with_prices=True)
    assert [plan.key for plan in stored] == ["free", "starter", "pro", "business", "enterprise"]
    for plan, row in zip(stored, PLANS, strict=True):
        assert {name: getattr(plan, name) for name in row} == row
    held = [
        {"plan_key": price.plan_key, "since": price.since, "hundredths": price.hundredths}
        for plan in stored
        for price in plan.prices
    ]
    assert held == PRICES


def test_a_minute_costs_what_it_cost_on_the_day(app: Flask):
    starter = queries.plan("starter")
    assert starter is not None
    assert starter.price_on(date(2025, 12, 31)) == 1000
    assert starter.price_on(date(2026, 1, 1)) == 900
    assert starter.price_on(date(2019, 12, 31)) == 0


def test_a_plan_that_is_not_in_the_catalogue_is_none(app: Flask):
    assert queries.plan("platinum") is None
