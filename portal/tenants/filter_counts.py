"""How many tenants each choice of a filter would give, with everything else that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ScalarSelect, func, literal, select

from portal.foundation.database import db
from portal.foundation.permissions import Actor
from portal.tenants.models import Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search

EXACT_TO = 10_000
"""Counting ends here: nobody reads further, and a count must not grow with the table."""


def counts(actor: Actor, search: Search, name: str, values: Sequence[str]) -> dict[str, str]:
    """Give for each value of a filter how many tenants it would give, in words: "1,234", "10,000+". One query."""
    chosen: list[dict[str, Any]] = [{name: (value,)} for value in values]
    found = numbers(actor, [replace(search, **each) for each in chosen])
    return {value: _words(number) for value, number in zip(values, found, strict=True)}


def numbers(actor: Actor, searches: Sequence[Search]) -> list[int]:
    """Count what each search finds, up to one more than `EXACT_TO`. One query."""
    if not searches:
        return []
    columns = [_number(actor, search).label(f"n{at}") for at, search in enumerate(searches)]
    return list(db.session.execute(select(*columns)).one())


def _number(actor: Actor, search: Search) -> ScalarSelect[int]:
    found = select(literal(1)).select_from(Tenant).where(visible_to(actor), *search.conditions()).limit(EXACT_TO + 1)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def _words(number: int) -> str:
    return f"{EXACT_TO:,}+" if number > EXACT_TO else f"{number:,}"
