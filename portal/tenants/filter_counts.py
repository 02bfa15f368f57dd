"""How many tenants each choice of a filter would give, with everything else that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ScalarSelect, func, literal, select

from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import BY_WHAT_IS_UNFINISHED, Tenant
from portal.tenants.queries import visible_to
from portal.tenants.search import Search
from portal.tenants.term_conditions import counted_by_use

EXACT_TO = 10_000
"""Counting ends here: nobody reads further, and a count must not grow with the table."""


def counts(actor: Actor, search: Search, name: str, values: Sequence[str]) -> dict[str, str]:
    """Give for each value of a filter how many tenants it would give, in words: "1,234", "10,000+". One query."""
    chosen: list[dict[str, Any]] = [{name: (value,)} for value in values]
    found = numbers(actor, [replace(search, **each) for each in chosen])
    return {value: _words(number) for value, number in zip(values, found, strict=True)}


def numbers(actor: Actor, searches: Sequence[Search]) -> list[int]:
    """Count what each search finds, up to one more than `EXACT_TO` or exactly. One query; a second one for all that
    compare use with its limit and nothing else, where the actor sees all tenants."""
    of_use = [each for each in searches if each.of_use] if actor.can(Permission.TENANTS_VIEW_ALL) else []
    others = [each for each in searches if each not in of_use]
    found: dict[Search, int] = {}
    if others:
        columns = [_number(actor, search).label(f"n{at}") for at, search in enumerate(others)]
        found |= zip(others, db.session.execute(select(*columns)).one(), strict=True)
    if of_use:
        row = db.session.execute(counted_by_use([each.terms for each in of_use])).one()
        found |= zip(of_use, row, strict=True)
    return [found[each] for each in searches]


def _number(actor: Actor, search: Search) -> ScalarSelect[int]:
    found = select(literal(1)).select_from(Tenant).where(visible_to(actor), *search.conditions())
    if search.few_unfinished:
        found = found.with_hint(Tenant, BY_WHAT_IS_UNFINISHED, "sqlite")
    return select(func.count()).select_from(found.limit(EXACT_TO + 1).subquery()).scalar_subquery()


def _words(number: int) -> str:
    return f"{EXACT_TO:,}+" if number > EXACT_TO else f"{number:,}"
