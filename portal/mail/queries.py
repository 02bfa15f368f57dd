"""How mail stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.mail.limits import State
from portal.mail.models import MailAttempt, Message

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """How many messages wait, and how many of those failed before; how many were given up within a week; and the last
    thing that went wrong, with when."""

    waiting: int
    failing: int
    given_up: int
    last_error: str | None
    last_error_at: datetime | None


def standing(actor: Actor) -> Standing:
    """Say how mail stands, without saying to whom."""
    actor.require(Permission.MAIL_VIEW)
    again = func.count().filter(Message.attempts > 0)
    waiting, failing = db.session.execute(select(func.count(), again).where(Message.state == State.PENDING)).one()
    lately = Message.written_at > now() - LATELY
    given_up = db.session.scalar(select(func.count()).where(Message.state == State.FAILED, lately)) or 0
    last = None
    if failing or given_up:
        wrong = select(MailAttempt.error, MailAttempt.at).join(Message, Message.id == MailAttempt.message_id)
        wrong = wrong.where(Message.state.in_([State.PENDING, State.FAILED]), MailAttempt.error.is_not(None), lately)
        last = db.session.execute(wrong.order_by(MailAttempt.at.desc()).limit(1)).first()
    return Standing(waiting, failing, given_up, last[0] if last else None, last[1] if last else None)
