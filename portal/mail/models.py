"""The outbox of mail: messages, and each attempt to send one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import Base, JsonColumn, UtcDateTime, checks
from portal.foundation.ids import new_id
from portal.foundation.leases import Leased, due_index
from portal.mail import limits
from portal.mail.limits import State


class Message(Leased, Base):
    """Something somebody is told. Its words are made when it is sent, from `kind` and `facts`, and so is the token of a
    one-time link: no secret lies here. The id is in the Message-ID, the same however often it is sent."""

    __tablename__ = "mail_messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[limits.Kind] = mapped_column(String(40))
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str | None] = mapped_column(String(50))
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    tenant_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    state: Mapped[State] = mapped_column(String(10), default=State.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        *checks(kind=limits.Kind, to_address=limits.Address, state=limits.State, attempts=limits.Attempts),
        due_index("mail_messages"),
        Index(None, "state", "written_at"),
    )


class MailAttempt(Base):
    """One attempt to send a message, how long it took in milliseconds, and what the mail server answered. `error` says
    in a sentence what went wrong."""

    __tablename__ = "mail_attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("mail_messages.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    took_ms: Mapped[int]
    code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        *checks(number=limits.Attempts, took_ms=limits.Milliseconds, code=limits.Code, error=limits.Words),
        Index(None, "message_id", "number"),
    )
