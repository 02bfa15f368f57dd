"""What tenants' people have asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import Base, UtcDateTime, checks
from portal.foundation.ids import new_id
from portal.requests import limits
from portal.requests.limits import State

_OPEN = text("state = 'open'")
_SUBJECTS = ", ".join(f"'{name}'" for name in limits.SUBJECTS)


class Request(Base):
    """A plan, or a value of a limit, that somebody asks for a tenant. `subject` is `plan` or the limit's field. Names
    are kept as they were then; an answer is the reason of who declined."""

    __tablename__ = "requests"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(40))
    wanted_plan: Mapped[str | None] = mapped_column(String(100), ForeignKey("plans.key"))
    wanted_value: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[State] = mapped_column(String(10), default=State.OPEN)
    asked_by: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    answered_by: Mapped[str | None] = mapped_column(String(255))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        *checks(wanted_value=limits.Value, reason=limits.Reason, state=State, answer=limits.Answer),
        CheckConstraint(f"subject IN ({_SUBJECTS})", name="subject"),
        CheckConstraint("(subject = 'plan') = (wanted_plan IS NOT NULL)", name="a_plan"),
        CheckConstraint("(subject = 'plan') = (wanted_value IS NULL)", name="a_value"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        Index("uq_requests_open", "tenant_id", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "tenant_id", "asked_at"),
        Index(None, "state", "asked_at", "id"),
        Index(None, "wanted_plan"),
    )

    @property
    def audit_id(self) -> str:
        """The id, as text."""
        return str(self.id)

    @property
    def audit_label(self) -> str:
        """What is asked for, as programs know it."""
        return f"{self.subject}: {self.wanted_plan or self.wanted_value}"
