"""Removing what has had its time: daily work, of operational rows only."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.webhooks.models import Delivery

KEPT = timedelta(days=90)
"""How long a delivery is kept, whether it arrived, failed, or was held back all the time."""
AT_ONCE = 5_000


@action(Permission.TENANTS_ADMINISTER)
def forget_old_deliveries(actor: Actor) -> int:  # noqa: ARG001 - every action takes its actor
    """Remove deliveries of things long past, with their attempts, up to 5,000 at once; give how many."""
    old = select(Delivery.id).where(Delivery.occurred_at < now() - KEPT).limit(AT_ONCE)
    removed = db.session.scalars(delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id)).all()
    return len(removed)
