"""When each job ran last, what came of it, and when it is due."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, UtcDateTime, checks
from portal.foundation.ids import new_id
from portal.foundation.leases import Leased, due_index
from portal.jobs import limits


class Job(Leased, Base):
    """A job that was declared. `failures` counts those in a row."""

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    took_ms: Mapped[int | None]
    outcome: Mapped[limits.Outcome | None] = mapped_column(String(10))
    words: Mapped[str | None] = mapped_column(String(300))
    failures: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        *checks(
            name=limits.Name,
            took_ms=limits.Milliseconds,
            outcome=limits.Outcome,
            words=limits.Words,
            failures=limits.Failures,
        ),
        due_index("jobs"),
    )

    @property
    def audit_id(self) -> str:
        """The name."""
        return self.name

    @property
    def audit_label(self) -> str:
        """The name, as a person reads it."""
        return self.name.replace("_", " ")
