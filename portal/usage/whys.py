"""“Why was this call refused?”: finding a call by its id, and who set the limit that refused it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.tenants.queries import visible_to
from portal.usage.limits import LIMIT_OF, Refusal, Source
from portal.usage.models import Call, RefusedCall

FOUND = 50
"""So many of an id are shown: it is unique in a tenant, not across them."""
LOOKED_THROUGH = 500
"""So many changes of a tenant are looked through for the one that set a limit."""


def calls_of(actor: Actor, call_id: str) -> Sequence[Call]:
    """Find the calls of an id, in every tenant that the actor may see."""
    mine = select(Tenant.id).where(visible_to(actor))
    return db.session.scalars(select(Call).where(Call.call_id == call_id, Call.tenant_id.in_(mine)).limit(FOUND)).all()


def refusals_of(actor: Actor, call_id: str) -> Sequence[RefusedCall]:
    """Find how often and why a call of an id was refused, in every tenant that the actor may see, the latest first."""
    mine = select(Tenant.id).where(visible_to(actor))
    refused = select(RefusedCall).where(RefusedCall.call_id == call_id, RefusedCall.tenant_id.in_(mine))
    return db.session.scalars(refused.order_by(RefusedCall.last_at.desc()).limit(FOUND)).all()


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
