"""One-time links that sign in. They are the demonstration's; the doors know no others."""

from __future__ import annotations

from datetime import timedelta

from portal.accounts import queries
from portal.accounts.actions.sessions import SignedIn, start_session
from portal.accounts.models import SignInLink, User
from portal.accounts.random_secrets import hashed, new_secret
from portal.foundation.actions import ANYONE, action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Gone
from portal.foundation.permissions import Actor, Permission

LINK_LASTS = timedelta(minutes=15)


@action(Permission.USERS_MANAGE)
def make_sign_in_link(actor: Actor, user: User) -> str:  # noqa: ARG001 - every action takes its actor
    """Make a link's token for a user: 15 minutes, once. Only its hash is kept."""
    token = new_secret()
    db.session.add(SignInLink(token_hash=hashed(token), user_id=user.id, expires_at=now() + LINK_LASTS))
    return token


def use_sign_in_link(
    actor: Actor, token: str, device_mark: str | None = None, user_agent: str | None = None
) -> SignedIn:
    """Let somebody in by a link. Raises NotFound where there never was one, Gone where it cannot be used any more."""
    return _use(actor, queries.usable_link(token), device_mark, user_agent)


@action(ANYONE)
def _use(actor: Actor, link: SignInLink, device_mark: str | None, user_agent: str | None) -> SignedIn:
    if link.used_at is not None:
        raise Gone("This link has been used.")  # by another at the same moment, who was first
    link.used_at = now()
    return start_session(actor, link.user, device_mark=device_mark, user_agent=user_agent, note="by a one-time link")
