"""Removing calls, with their recordings and refusals, that are older than their tenant keeps. The figures stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, delete, func, not_, select, tuple_

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.usage.customer import Customer
from portal.usage.figures import Ledger
from portal.usage.models import Call, Recording, RefusedCall, Removal
from portal.usage.queries import running
from portal.usage.retention import kept_from, tenants_past_retention
from portal.usage.turn import in_turn

AT_ONCE = 1_000
"""Rows that one transaction removes: calls are admitted between two of them."""


def remove_past_retention(actor: Actor) -> str:
    """Remove what is older than its tenant keeps, in small transactions; say how much. Daily work. Whoever ends in the
    middle is gone on with by the next run: what is left is found by its age."""
    calls, tenants = 0, 0
    for tenant_id in tenants_past_retention(actor, now()):
        db.session.rollback()
        tenant = db.session.get(Tenant, tenant_id)
        if tenant is None:
            continue  # deleted meanwhile
        tenants += 1
        while removed := remove_old_calls(actor, tenant):
            calls += removed
    return f"{calls:,} rows of {tenants:,} tenants removed" if tenants else "Nothing is older than it is kept"


@action(Permission.TENANTS_ADMINISTER, lock=in_turn)
def remove_old_calls(_actor: Actor, tenant: Customer) -> int:
    """Remove up to 1,000 calls and as many refusals from before what a tenant keeps, and note it; give how many."""
    at = now()
    before = kept_from(tenant, at)
    old = select(Call.call_id).where(Call.tenant_id == tenant.id, Call.started_at < before, not_(running()))
    ids = db.session.scalars(old.limit(AT_ONCE)).all()
    recordings, size = _recordings(tenant, ids)
    with Ledger(tenant, at) as ledger:
        ledger.keep_recording(-size)
    db.session.execute(_of(Recording, tenant, ids))
    db.session.execute(_of(Call, tenant, ids))
    refusals = _remove_refusals(tenant, before)
    if ids or refusals:
        removal = db.session.get(Removal, (tenant.id, at.date())) or Removal(
            tenant_id=tenant.id, day=at.date(), calls=0, recordings=0, recording_bytes=0, refusals=0
        )
        removal.before, removal.at = before, at
        removal.calls += len(ids)
        removal.recordings += recordings
        removal.recording_bytes += size
        removal.refusals += refusals
        db.session.add(removal)
    return len(ids) + refusals


def _of(model: type[Call] | type[Recording], tenant: Customer, ids: Sequence[str]) -> Delete:
    return delete(model).where(model.tenant_id == tenant.id, model.call_id.in_(ids))


def _recordings(tenant: Customer, ids: Sequence[str]) -> tuple[int, int]:
    counted = select(func.count(), func.coalesce(func.sum(Recording.size_bytes), 0))
    of_calls = (Recording.tenant_id == tenant.id, Recording.call_id.in_(ids))
    number, size = db.session.execute(counted.where(*of_calls)).one()
    return int(number), int(size)


def _remove_refusals(tenant: Customer, before: Any) -> int:
    key = (RefusedCall.call_id, RefusedCall.day, RefusedCall.reason)
    old = select(*key).where(RefusedCall.tenant_id == tenant.id, RefusedCall.last_at < before).limit(AT_ONCE)
    rows = [tuple(row) for row in db.session.execute(old)]
    for start in range(0, len(rows), 200):  # three values each, and a statement holds so many
        chosen = tuple_(*key).in_(rows[start : start + 200])
        db.session.execute(delete(RefusedCall).where(RefusedCall.tenant_id == tenant.id, chosen))
    return len(rows)
