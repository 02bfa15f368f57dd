"""“Why was this call refused?”: finding a call by its id or number, and who set the limit that refused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import null, select

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.tenants.queries import visible_to
from portal.usage.limits import LIMIT_OF, Refusal, Source
from portal.usage.models import Call, Recording, RefusedCall

LOOKED_THROUGH = 500
"""So many changes of a tenant are looked through for the one that set a limit."""


@dataclass(frozen=True)
class CallStory:
    """All that is known of one call id of a tenant: the call, its recording, and when it was refused before."""

    tenant: Tenant
    call_id: str
    call: Call | None
    recording: Recording | None
    refusals: Sequence[RefusedCall]


def story(actor: Actor, tenant: Tenant, call_id: str) -> CallStory:
    """Tell of a call. Raises NotFound where neither a call nor a refusal has this id, Forbidden."""
    actor.require(Permission.USAGE_VIEW, tenant)
    call = db.session.get(Call, (tenant.id, call_id))
    refusals = db.session.scalars(
        select(RefusedCall)
        .where(RefusedCall.tenant_id == tenant.id, RefusedCall.call_id == call_id)
        .order_by(RefusedCall.last_at.desc())
        .limit(100)
    ).all()
    if call is None and not refusals:
        raise NotFound
    return CallStory(tenant, call_id, call, db.session.get(Recording, (tenant.id, call_id)), refusals)


def tenants_of_call(actor: Actor, call_id: str, limit: int = 20) -> Sequence[Tenant]:
    """Give the tenants that have a call or a refusal of this id, by name, as many of them as the actor may see."""
    having = select(Call.tenant_id).where(Call.call_id == call_id)
    refusing = select(RefusedCall.tenant_id).where(RefusedCall.call_id == call_id)
    query = select(Tenant).where(visible_to(actor), Tenant.id.in_(having.union(refusing)))
    return db.session.scalars(query.order_by(Tenant.sort_name).limit(limit)).all()


@dataclass(frozen=True)
class Found:
    """A call, or a refusal, of some tenant that has a number."""

    slug: str
    tenant_name: str
    call_id: str
    at: datetime
    refused_for: str | None


def of_number(actor: Actor, number: str, limit: int = 50) -> Sequence[Found]:
    """Give the last calls and refusals from or to a telephone number, exactly as the platform wrote it, of the tenants
    that the actor may see; the newest first, each answered from an index on the number."""
    rows: list[Found] = []
    for model, at, refused_for in (
        (Call, Call.started_at, null()),
        (RefusedCall, RefusedCall.last_at, RefusedCall.reason),
    ):
        for side in (model.caller, model.callee):
            query = select(Tenant.slug, Tenant.name, model.call_id, at, refused_for).join(
                Tenant, Tenant.id == model.tenant_id
            )
            latest = query.where(side == number, visible_to(actor)).order_by(at.desc()).limit(limit)
            rows += [Found(*row) for row in db.session.execute(latest)]
    return sorted(set(rows), key=lambda found: found.at, reverse=True)[:limit]


def set_by(actor: Actor, tenant: Tenant, refused: RefusedCall) -> AuditRecord | None:
    """Find in the trail who gave the limit the value that refused a call; for a plan's value, who chose the plan.

    None where no limit was the reason, or it lies too far back.
    """
    actor.require(Permission.AUDIT_VIEW, tenant)
    limit = LIMIT_OF.get(Refusal(refused.reason))
    if limit is None:
        return None
    changed = (Event.TENANT_UPDATED, Event.TENANT_PLAN_CHANGED, Event.TENANT_CREATED)
    records = db.session.scalars(
        select(AuditRecord)
        .where(
            AuditRecord.tenant_id == tenant.id, AuditRecord.event.in_(changed), AuditRecord.at <= refused.last_at
        )
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
        .limit(LOOKED_THROUGH)
    )  # fmt: skip
    fields = {"billing_plan"} if refused.source == Source.PLAN else {limit}
    return next((record for record in records if fields & record.changes.keys()), None)
