"""Reading requests, always through the actor."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.requests.limits import State
from portal.requests.models import Request


def open_count(actor: Actor) -> int:
    """Count the requests that wait for an answer, on their index. Raises Forbidden for who does not answer them."""
    actor.require(Permission.REQUESTS_ANSWER)
    return db.session.scalar(select(func.count()).select_from(Request).where(Request.state == State.OPEN)) or 0
