"""Reading the catalogue. Everybody may: a plan says what the platform offers and nothing about a tenant."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, select
from sqlalchemy.orm import selectinload

from portal.foundation.database import db
from portal.foundation.errors import Conflict, NotFound
from portal.plans.models import MinutePrice, Plan

USUAL = "starter"
"""The plan that a tenant begins with where nobody chooses one, as long as it may be chosen."""


def catalogue(*, with_prices: bool = False) -> list[Plan]:
    """Give every plan in the order they are shown, those no longer offered too; prices are read where asked for."""
    query = select(Plan).order_by(Plan.position, Plan.key)
    return list(db.session.scalars(query.options(selectinload(Plan.prices)) if with_prices else query))


def plan(key: str) -> Plan | None:
    """Give the plan with this key, with its prices; None where there is none."""
    return db.session.get(Plan, key, options=[selectinload(Plan.prices)])


def plan_by_key(key: str) -> Plan:
    """Give the plan with this key, with its prices. Raises NotFound."""
    found = plan(key) if "\x00" not in key else None
    if found is None:
        raise NotFound
    return found


def price_on(key: ColumnElement[str], day: ColumnElement[date]) -> ScalarSelect[int]:
    """Write what a call minute costs on a plan on a day, in hundredths of a cent, for a query that knows both; NULL
    before the plan's first price."""
    prices = MinutePrice.__table__.c
    known = select(prices.hundredths).where(prices.plan_key == key, prices.since <= day)
    return known.order_by(prices.since.desc()).limit(1).scalar_subquery()


def held(key: str) -> Plan | None:
    """Give the plan with this key as it is now, and keep others from editing it until the transaction ends, so that
    what a tenant is given is what the plan includes. Several tenants at once hold the same plan."""
    query = select(Plan).where(Plan.key == key).with_for_update(read=True, of=Plan)
    return db.session.scalars(query, execution_options={"populate_existing": True}).first()


def first_choice() -> Plan:
    """Give the plan that a tenant begins with where nobody chooses: the usual one, or the first of those that anybody
    may choose. Raises Conflict where there is none."""
    choosable = [plan for plan in catalogue() if plan.open_to_all]
    usual = [plan for plan in choosable if plan.key == USUAL]
    if not choosable:
        raise Conflict("No plan can be chosen at present. Ask a platform administrator.")
    return (usual or choosable)[0]
