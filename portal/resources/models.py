"""What a tenant owns on the platform, one row a thing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import Base, UtcDateTime, checks
from portal.resources import limits


class Resource(Base):
    """An agent, squad, workflow, integration, file or SIP trunk: the platform's own key, its name, and its size."""

    __tablename__ = "resources"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[limits.Kind] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    label: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = checks(kind=limits.Kind, key=limits.Key, label=limits.Label, size_bytes=limits.Bytes)

    @property
    def audit_id(self) -> str:
        """The platform's key."""
        return self.key

    @property
    def audit_label(self) -> str:
        """The name."""
        return self.label
