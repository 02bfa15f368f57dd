"""Writing a message: a row in the outbox, in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.foundation import audit
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.mail.limits import Kind
from portal.mail.models import Message
from portal.tenants.models import Tenant


def write(
    kind: Kind,
    to: str,
    facts: Mapping[str, Any],
    *,
    name: str | None = None,
    user: User | None = None,
    tenant: Tenant | None = None,
) -> Message:
    """Write a message to an address, within the running transaction: neither exists without what it tells of.

    `facts` are what its template needs, and nothing secret: a one-time link's token is made when it is sent. With
    `user` or `tenant`, whose rows have to be in the database already, it goes when they go.
    """
    at = now()
    message = Message(
        id=new_id(),
        kind=kind,
        to_address=to,
        to_name=name,
        user_id=user.id if user is not None else None,
        tenant_id=tenant.id if tenant is not None else None,
        facts={key: audit.plain(value) for key, value in facts.items() if value is not None},
        written_at=at,
        due_at=at,
    )
    db.session.add(message)
    return message


def written_since(user: User, kind: Kind, since: timedelta) -> int:
    """Count the messages of a kind written to a user lately."""
    of_user = select(func.count()).where(Message.user_id == user.id, Message.kind == kind)
    return db.session.scalar(of_user.where(Message.written_at > now() - since)) or 0
