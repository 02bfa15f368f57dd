"""Removing messages that have had their time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.mail.limits import State
from portal.mail.models import Message

KEPT = timedelta(days=90)
AT_ONCE = 5_000


@action(Permission.JOBS_RUN)
def forget_old_messages(actor: Actor) -> int:  # noqa: ARG001 - every action takes its actor
    """Remove messages settled 90 days ago, with their attempts, up to 5,000 at once; give how many."""
    old = select(Message.id).where(Message.written_at < now() - KEPT, Message.state != State.PENDING).limit(AT_ONCE)
    removed = db.session.scalars(delete(Message).where(Message.id.in_(old)).returning(Message.id))
    return len(removed.all())
