"""Whether this database holds the demonstration, and who in it is given sign-in links."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from portal.accounts.models import User
from portal.demo.models import DEMONSTRATION, Installation
from portal.foundation.database import db


@dataclass(frozen=True)
class People:
    """Those who are given sign-in links; None for one who is gone or disabled."""

    admin: User | None
    support: User | None
    business: User | None


def is_demonstration() -> bool:
    """Say whether this database was made with the demonstration's data."""
    return db.session.scalar(select(Installation.key).where(Installation.key == DEMONSTRATION)) is not None


def people() -> People:
    """Give an admin, a support, and the owner of one tenant with much going on, as the demonstration chose them."""
    chosen = select(Installation).where(Installation.key.startswith(f"{DEMONSTRATION}."))
    marks = {mark.key: mark.value for mark in db.session.scalars(chosen)}

    def user(name: str) -> User | None:
        mark = marks.get(f"{DEMONSTRATION}.{name}")
        found = db.session.get(User, UUID(mark)) if mark else None
        return None if found is None or found.disabled_at else found

    return People(user("admin"), user("support"), user("owner"))
