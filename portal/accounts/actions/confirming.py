"""Confirming an e-mail address: a link is mailed to it, and whoever has the link reads its mail."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from portal.accounts import queries
from portal.accounts.models import ConfirmationLink, User
from portal.accounts.random_secrets import hashed, new_secret
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Gone, TooMany
from portal.foundation.permissions import Actor, Permission
from portal.mail import actions as mail
from portal.mail.limits import Kind

CONFIRMATION_LASTS = timedelta(hours=24)
AN_HOUR = timedelta(hours=1)
AGAIN_AN_HOUR = 3
"""How many confirmations are mailed to one user in an hour at most, so that nobody floods another's mailbox."""


def ask_for_confirmation(user: User) -> None:
    """Write the mail with the link, within the running transaction. The user's row is in the database already."""
    mail.write(Kind.CONFIRM_ADDRESS, user.email, {"username": user.username}, name=user.username, user=user)


@action(Permission.ACCOUNT_EDIT)
def send_confirmation(actor: Actor) -> str:
    """Mail the link once more; give the address. Raises Conflict where the address is confirmed, TooMany after three
    in an hour."""
    user = queries.user_by_id(actor.user_id)
    if user.email_confirmed_at is not None:
        raise Conflict(f"{user.email} is confirmed already.")
    if mail.written_since(user, Kind.CONFIRM_ADDRESS, AN_HOUR) >= AGAIN_AN_HOUR:
        raise TooMany(
            "The link was sent several times within the last hour. Look where unwanted mail goes, or wait an hour.",
            retry_after=int(AN_HOUR.total_seconds()),
        )
    ask_for_confirmation(user)
    return user.email


@action(Permission.JOBS_RUN)
def make_confirmation_link(actor: Actor, user_id: UUID | None, address: str) -> str | None:  # noqa: ARG001 - every action takes its actor
    """Make the token of a link that confirms an address: 24 hours, once. Only its hash is kept. None where there is
    nothing to confirm any more."""
    user = db.session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.email_confirmed_at is not None or user.email != address:
        return None
    token = new_secret()
    link = ConfirmationLink(token_hash=hashed(token), user_id=user.id, email_key=user.email_key)
    link.expires_at = now() + CONFIRMATION_LASTS
    db.session.add(link)
    return token


def confirm_address(actor: Actor, token: str) -> User:
    """Confirm an address by a link. Raises NotFound where there never was one, Gone where it can be used no more."""
    return _confirm(actor, queries.usable_confirmation(token))


@action(ANYONE)
def _confirm(actor: Actor, link: ConfirmationLink) -> User:
    user = link.user
    if not link.usable:
        raise Gone("This link has been used.")  # by another at the same moment, who was first
    link.used_at = now()
    if user.email_confirmed_at is None:
        user.email_confirmed_at = link.used_at
        audit.record(queries.actor_of(user, actor.door, actor.address), Event.USER_EMAIL_CONFIRMED, user)
    return user
