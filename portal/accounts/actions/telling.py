"""Telling people by mail what happens to their account."""

from __future__ import annotations

from typing import Any

from portal.accounts.models import User
from portal.mail import actions as mail
from portal.mail.limits import Kind


def tell(user: User, kind: Kind, **facts: Any) -> None:
    """Tell somebody about the own account, within the running transaction. An address that nobody confirmed may be
    another's, and is told nothing."""
    if user.email_confirmed_at is not None:
        mail.write(kind, user.email, {"username": user.username, **facts}, name=user.username, user=user)
