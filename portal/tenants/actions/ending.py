"""What ends by itself: overrides and trials. Work for every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, select

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.mail.actions import tell_owners
from portal.mail.limits import Kind as Mail
from portal.tenants.limits import Kind, Status
from portal.tenants.models import Tenant, TenantNotice
from portal.tenants.words import called
from portal.webhooks.actions import announce_update

AT_ONCE = 500
"""How many tenants are seen to in one transaction."""
AHEAD = timedelta(days=3)
"""How long before its end an owner is told that a trial ends."""
TOO_LATE = timedelta(days=7)
"""How long after its end nobody is told any more that a trial has ended, as where no worker ran."""


@action(Permission.TENANTS_ADMINISTER)
def end_overrides(actor: Actor) -> int:
    """Take off the overrides whose end has come, so that the plan's values return, of up to `AT_ONCE` tenants; give
    how many tenants that were. Their owners are told."""
    at = now()
    ids = [tenant_id for tenant_id, overrides in _with_an_end() if _over(overrides, at)][:AT_ONCE]
    chosen = select(Tenant).where(Tenant.id.in_(ids)).order_by(Tenant.id)
    tenants = db.session.scalars(chosen.with_for_update(of=Tenant, skip_locked=True)).all() if ids else []
    told = [(tenant, {"limits": _end(actor, tenant, at)}) for tenant in tenants]
    tell_owners(Mail.OVERRIDE_ENDED, [(tenant, facts) for tenant, facts in told if facts["limits"]])
    return len(tenants)


@action(Permission.TENANTS_ADMINISTER)
def tell_of_trials(actor: Actor) -> int:  # noqa: ARG001 - every action takes its actor
    """Tell owners that a trial ends within three days, or has ended, each once; give how many tenants that were."""
    at = now()
    soon = (Tenant.trial_ends_at > at) & (Tenant.trial_ends_at <= at + AHEAD)
    past = (Tenant.trial_ends_at <= at) & (Tenant.trial_ends_at > at - TOO_LATE)
    return _tell_once(Mail.TRIAL_ENDING, soon) + _tell_once(Mail.TRIAL_ENDED, past)


def _with_an_end() -> Sequence[Any]:
    has_end = cast(Tenant.limit_overrides, Text).contains('"until"', autoescape=True)
    return db.session.execute(select(Tenant.id, Tenant.limit_overrides).where(has_end).order_by(Tenant.id)).all()


def _over(overrides: dict[str, Any], at: datetime) -> set[str]:
    ends = {name: each["until"] for name, each in overrides.items() if each.get("until")}
    return {name for name, until in ends.items() if datetime.fromisoformat(until) <= at}


def _end(actor: Actor, tenant: Tenant, at: datetime) -> list[dict[str, Any]]:
    """Take off what is over; give each limit with what it was and what it is now."""
    ended, limits = _over(tenant.limit_overrides, at), []
    if not ended:
        return []  # somebody set it anew meanwhile
    tenant.limit_overrides = {name: each for name, each in tenant.limit_overrides.items() if name not in ended}
    for name in sorted(ended):
        own = getattr(tenant, name)
        setattr(tenant, name, None)
        if own is not None:
            limits.append({"words": called(name), "before": own, "after": tenant.plan.included[name]})
    record = audit.record(actor, Event.TENANT_UPDATED, tenant, note="the end of the override had come")
    announce_update(tenant, record.changes)
    return limits


def _tell_once(kind: Mail, when: ColumnElement[bool]) -> int:
    told = exists().where(
        TenantNotice.tenant_id == Tenant.id, TenantNotice.kind == kind, TenantNotice.about == Tenant.trial_ends_at
    )
    trials = select(Tenant).where(Tenant.kind == Kind.TRIAL, Tenant.status != Status.INACTIVE, when, ~told)
    tenants = db.session.scalars(trials.order_by(Tenant.id).limit(AT_ONCE)).all()
    tell_owners(kind, [(tenant, {"ends_at": tenant.trial_ends_at}) for tenant in tenants])
    before = _notices(kind, [tenant.id for tenant in tenants])
    for tenant in tenants:
        assert tenant.trial_ends_at is not None
        if tenant.id in before:
            before[tenant.id].about = tenant.trial_ends_at
        else:
            db.session.add(TenantNotice(tenant_id=tenant.id, kind=kind, about=tenant.trial_ends_at))
    return len(tenants)


def _notices(kind: Mail, ids: Sequence[UUID]) -> dict[UUID, TenantNotice]:
    rows = db.session.scalars(select(TenantNotice).where(TenantNotice.tenant_id.in_(ids), TenantNotice.kind == kind))
    return {row.tenant_id: row for row in rows}
