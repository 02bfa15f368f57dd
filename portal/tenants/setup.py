"""How far a tenant's set-up is: computed from the tenant, where each choice has its time, and kept nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from portal.foundation.clock import now
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import CHOICES, Tenant


def open_choices(tenant: Tenant) -> list[str]:
    """Give the choices that nobody has made yet, in the order of the set-up, by their columns."""
    return [name for name in CHOICES if getattr(tenant, name) is None]


def unfinished() -> ColumnElement[bool]:
    """Give the condition that some choice of a tenant's set-up is open. A partial index holds just those."""
    return or_(*(getattr(Tenant, name).is_(None) for name in CHOICES))


def finished() -> ColumnElement[bool]:
    """Give the condition that a tenant's set-up is finished."""
    return and_(*(getattr(Tenant, name).is_not(None) for name in CHOICES))


def made_by(tenant: Tenant, given: Mapping[str, Any]) -> list[str]:
    """Give the open choices that saving these fields makes, also where it leaves them as they are: to keep what is
    there is a choice too."""
    return [name for name in open_choices(tenant) if any(field in given for field in CHOICES[name])]


def made_by_actor(actor: Actor, tenant: Tenant, given: Mapping[str, Any]) -> list[str]:
    """Give the open choices that somebody makes by saving these fields; a plan is chosen only by who may change it."""
    may_choose_plan = actor.can(Permission.TENANTS_CHANGE_PLAN, tenant)
    return [name for name in made_by(tenant, given) if name != "plan_chosen_at" or may_choose_plan]


def choose(tenant: Tenant, names: list[str]) -> None:
    """Note that choices are made now."""
    at = now()
    for name in names:
        setattr(tenant, name, at)
