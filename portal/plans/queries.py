"""Reading the catalogue. Everybody may: a plan says what the platform offers and nothing about a tenant."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.foundation.database import db
from portal.plans.models import Plan


def catalogue(*, with_prices: bool = False) -> list[Plan]:
    """Give every plan in the order they are shown, those no longer offered too; prices are read where asked for."""
    query = select(Plan).order_by(Plan.position, Plan.key)
    return list(db.session.scalars(query.options(selectinload(Plan.prices)) if with_prices else query))


def plan(key: str) -> Plan | None:
    """Give the plan with this key, with its prices; None where there is none."""
    return db.session.get(Plan, key, options=[selectinload(Plan.prices)])
