"""Removing what has had its time: daily work, of operational rows only."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from portal.accounts.actions.trust import LOCKED_FOR
from portal.accounts.models import (
    ApiToken,
    ConfirmationLink,
    KnownDevice,
    PasskeyChallenge,
    ResetLink,
    Session,
    SignInAttempts,
    SignInLink,
    WaitingSignIn,
)
from portal.accounts.queries import Lifetime
from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission

DEVICE_KEPT = timedelta(days=365)
LINK_KEPT = timedelta(days=30)
"""How long a used or expired link is still told from one that never was."""


@action(Permission.USERS_MANAGE)
def tidy(actor: Actor, lifetime: Lifetime) -> None:  # noqa: ARG001 - every action takes its actor
    """Remove sessions, tokens, links, devices and counters whose time is over. A used refresh token stays until it
    would have expired, so that its second use is noticed."""
    at = now()
    for over in (
        delete(Session).where((Session.seen_at < at - lifetime.idle) | (Session.created_at < at - lifetime.absolute)),
        delete(ApiToken).where(ApiToken.expires_at < at),
        delete(ConfirmationLink).where(ConfirmationLink.expires_at < at - LINK_KEPT),
        delete(ResetLink).where(ResetLink.expires_at < at - LINK_KEPT),
        delete(WaitingSignIn).where(WaitingSignIn.expires_at < at),
        delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < at),
        delete(SignInLink).where(SignInLink.expires_at < at - LINK_KEPT),
        delete(KnownDevice).where(KnownDevice.seen_at < at - DEVICE_KEPT),
        delete(SignInAttempts).where(SignInAttempts.last_at < at - LOCKED_FOR),
    ):
        db.session.execute(over)
