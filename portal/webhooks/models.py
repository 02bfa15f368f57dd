"""What is sent to tenants' webhooks, each attempt at it, and how each webhook stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import Base, JsonColumn, UtcDateTime, checks
from portal.foundation.ids import new_id
from portal.foundation.leases import Leased, due_index
from portal.webhooks import limits
from portal.webhooks.limits import DeliveryState


def _tenant_key() -> Mapped[UUID]:
    return mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)


class Webhook(Base):
    """What people decided about a tenant's webhook, beside its address and secret: no row, nothing decided.

    `events` None means all of them. `paused_at` and `off_at` hold deliveries back; nothing is lost. A secret that was
    replaced signs until `previous_secret_until`; it lies in the vault.
    """

    __tablename__ = "webhooks"

    tenant_id: Mapped[UUID] = _tenant_key()
    events: Mapped[list[str] | None] = mapped_column(JsonColumn)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    off_reason: Mapped[str | None] = mapped_column(String(300))
    previous_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = checks(off_reason=limits.Reason)

    @property
    def audit_id(self) -> str:
        """The tenant's id."""
        return str(self.tenant_id)

    @property
    def audit_label(self) -> str:
        """What it is."""
        return "webhook"

    @property
    def held(self) -> bool:
        """Whether nothing is sent now: by a person's decision, or because it failed for too long."""
        return self.paused_at is not None or self.off_at is not None


class WebhookHealth(Base):
    """How a tenant's receiver answers: since when it only fails, and in how many different hours it did."""

    __tablename__ = "webhook_health"

    tenant_id: Mapped[UUID] = _tenant_key()
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_hours: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = checks(failed_hours=limits.Attempts)


class WebhookStream(Base):
    """The last number given to an event of a tenant. Numbers grow in the order in which changes were committed."""

    __tablename__ = "webhook_streams"

    tenant_id: Mapped[UUID] = _tenant_key()
    last_sequence: Mapped[int] = mapped_column(default=0)

    __table_args__ = checks(last_sequence=limits.Attempts)


class Delivery(Leased, Base):
    """An event on its way to a tenant's webhook; its id is the `webhook-id`, however often it is sent.

    The last event of a deleted tenant belongs to none: `farewell` holds all that sending it takes.
    """

    __tablename__ = "deliveries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    tenant_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"))
    event: Mapped[limits.EventType] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(String(10), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    farewell: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)

    __table_args__ = (
        *checks(
            event=limits.EventType,
            state=limits.DeliveryState,
            sequence=limits.Attempts,
            attempts=limits.Attempts,
            tries=limits.Attempts,
            last_status=limits.Status,
        ),
        due_index("deliveries", "tenant_id"),
        Index(None, "tenant_id", "occurred_at", "id"),
        Index(None, "tenant_id", "state", "occurred_at"),
        Index(None, "occurred_at", "id"),
        Index(None, "state", "occurred_at", "id"),
        Index(None, "event", "occurred_at", "id"),
        Index(None, "tenant_id", "event", "occurred_at"),
    )


class Attempt(Base):
    """One attempt at a delivery: where it went, how long it took in milliseconds, and what came of it. `answer` is the
    first 64 KiB of the body; `error` says in a sentence what went wrong."""

    __tablename__ = "delivery_attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("deliveries.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    url: Mapped[str] = mapped_column(String(2048))
    took_ms: Mapped[int]
    status: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        *checks(number=limits.Attempts, took_ms=limits.Milliseconds, status=limits.Status),
        Index(None, "delivery_id", "number"),
    )
