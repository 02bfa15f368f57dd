"""What is done about mail. Other rooms tell people something by `write` and `tell_owner`, within their own actions."""

from __future__ import annotations

from portal.mail.actions.telling import tell_member, tell_owner, tell_owners, tell_people
from portal.mail.actions.tidying import forget_old_messages
from portal.mail.actions.writing import write, written_since

__all__ = [
    "forget_old_messages",
    "tell_member",
    "tell_owner",
    "tell_owners",
    "tell_people",
    "write",
    "written_since",
]
