"""What this database is."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base

DEMONSTRATION = "demonstration"
"""The key that says that this is a demonstration; its value is the number of tenants it began with. Behind a dot:
`admin`, `support`, `owner`, whose values are the ids of those who are given sign-in links."""


class Installation(Base):
    """Facts about this database, written when it is made: whether it holds demonstration data."""

    __tablename__ = "installation"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))

    @property
    def audit_id(self) -> str:
        """The key."""
        return self.key

    @property
    def audit_label(self) -> str:
        """What the key stands for, in a word."""
        return self.key
