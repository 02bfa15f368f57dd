"""The only way anything is written."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from portal.foundation.database import Base, unit_of_work
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=Base)
Held = TypeVar("Held")

ANYONE = None
"""The permission of the few actions that need none, such as signing up."""

Lock = Callable[[Session, Row], Held]
"""Waits until nobody else changes what hangs on a row, and gives the row as it is then, or what the function needs of
it."""

REGISTRY: dict[str, Permission | None] = {}
"""Every action by its dotted name, with its permission; house tests read it."""


@overload
def action(
    permission: Permission | None,
) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[Concatenate[Actor, P], R]]: ...


@overload
def action(
    permission: Permission | None, lock: Lock[Row, Held]
) -> Callable[[Callable[Concatenate[Actor, Held, P], R]], Callable[Concatenate[Actor, Row, P], R]]: ...


def action(permission: Permission | None, lock: Lock[Any, Any] | None = None) -> Any:
    """Make a function the one place where something is written.

    The function's first argument is the actor. If its second is a stored row, that row is locked and read again
    first, so that what the function sees is what it changes; a row that has gone raises `NotFound`. Then the
    permission is asked for (`Forbidden`), then the function runs, in one transaction: whatever it raises undoes all of
    it, and a change without an audit record is an error. An action called by another joins its transaction.
    `lock` waits for something else than the row itself, where that would hold up what need not wait; the function is
    given what it gives.
    """

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        REGISTRY[f"{function.__module__}.{function.__qualname__}"] = permission

        @functools.wraps(function)
        def run(actor: Actor, *args: Any, **kwargs: Any) -> R:
            with unit_of_work() as session:
                given = args
                if given and isinstance(given[0], Base):
                    given = ((lock or _locked)(session, given[0]), *given[1:])
                subject = given[0] if given and hasattr(given[0], "scope_id") else None
                if permission is not None:
                    actor.require(permission, subject)
                return function(actor, *given, **kwargs)

        return run

    return decorate


def _locked(session: Session, row: Base) -> Base:
    state = inspect(row)
    identity = state.identity
    if identity is None or row in session.new:
        return row
    # SQLite has one writer, which is this one. `key_share` lets others refer to the row, as a new call does.
    one_writer = session.get_bind().dialect.name == "sqlite"
    lock = None if one_writer else {"of": type(row), "key_share": True}
    fresh = session.get(type(row), identity, populate_existing=not state.modified, with_for_update=lock)
    if fresh is None:
        raise NotFound("This has been deleted in the meantime.")
    return fresh
