"""Who belongs to a tenant's scope, and as what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import Base, UtcDateTime, checks
from portal.members import limits


class Membership(Base):
    """A user's role in a tenant."""

    __tablename__ = "memberships"

    scope_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("scopes.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[limits.Role] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__ = (*checks(role=limits.Role), Index(None, "user_id"))

    @property
    def audit_id(self) -> str:
        """The member's user id."""
        return str(self.user_id)

    @property
    def audit_label(self) -> str:
        """The role."""
        return str(self.role)
