"""The tokens of the API: a pair of one family for each signing in, renewed pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from portal.accounts import queries
from portal.accounts.actions.accepting import SecondFactorRequired, WrongFactor, accept
from portal.accounts.actions.trust import Proof, WrongCredentials, prove, refuse_attempt, uncount_attempt
from portal.accounts.drafts import Credentials, GivenFactor
from portal.accounts.models import ApiToken, User
from portal.accounts.random_secrets import ACCESS_PREFIX, REFRESH_PREFIX, hashed, new_secret
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotSignedIn
from portal.foundation.ids import new_id
from portal.foundation.permissions import Actor

ACCESS_LASTS = timedelta(hours=1)
REFRESH_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class TokenPair:
    """Tokens as they are shown once. `expires_in` is the access token's life in seconds."""

    user: User
    access_token: str
    refresh_token: str
    expires_in: int = int(ACCESS_LASTS.total_seconds())


class InvalidToken(NotSignedIn):
    """A refresh token was never given out, has expired, has been used or was ended (401)."""

    type = "invalid-token"


def issue_tokens(actor: Actor, credentials: Credentials) -> TokenPair:
    """Give a first pair of tokens for a name and password, and a second factor where one is set.

    Raises WrongCredentials, SecondFactorRequired where the factor is missing, WrongFactor, and TooMany while locked.
    """
    proof = prove(actor, credentials)
    try:
        return _issue(actor, proof.user, proof, credentials.otp)
    except SecondFactorRequired:
        uncount_attempt(actor, proof.attempts)
        raise
    except WrongFactor:
        refuse_attempt(actor, proof.user, "wrong second factor")
        raise


@action(ANYONE)
def _issue(actor: Actor, user: User, proof: Proof, otp: str | None) -> TokenPair:
    if user.disabled_at is not None:
        raise WrongCredentials
    note = None
    if queries.has_second_factor(user.id):
        if otp is None:
            raise SecondFactorRequired
        note = accept(user, GivenFactor(code=otp))
    proof.settle(user)
    themselves = queries.actor_of(user, actor.door, actor.address)
    audit.record(themselves, Event.TOKEN_ISSUED, user, changes={}, note=note)
    return _pair(user, new_id())


def refresh_tokens(actor: Actor, refresh_token: str) -> TokenPair:
    """Turn a refresh token into a new pair; it can be used once. Raises InvalidToken.

    One that is used twice is in two hands, so that its whole family ends: the thief's tokens and the owner's.
    """
    pair = _rotate(actor, hashed(refresh_token))
    if pair is None:  # refused out here, so that the family's end is kept
        raise InvalidToken("This refresh token cannot be used any more. Sign in again.")
    return pair


@action(ANYONE)
def _rotate(actor: Actor, token_hash: str) -> TokenPair | None:
    token = db.session.get(ApiToken, token_hash)
    if token is None or not token.refresh:
        return None
    # One at a time for each user: of two that use the same token, the second sees that it has been used.
    user = db.session.get_one(User, token.user_id, populate_existing=True, with_for_update={"of": User})
    token = db.session.get(ApiToken, token_hash, populate_existing=True)
    if token is None:
        return None
    if token.used_at is not None:
        audit.record(actor, Event.TOKEN_FAMILY_ENDED, user, changes={}, note="a refresh token was used twice")
        db.session.execute(delete(ApiToken).where(ApiToken.family_id == token.family_id))
        return None
    if token.expires_at <= now() or user.disabled_at is not None:
        return None
    token.used_at = now()
    return _pair(user, token.family_id)


def _pair(user: User, family_id: UUID) -> TokenPair:
    pair = TokenPair(user, new_secret(ACCESS_PREFIX), new_secret(REFRESH_PREFIX))
    at = now()
    for secret, refresh, lasts in (
        (pair.access_token, False, ACCESS_LASTS),
        (pair.refresh_token, True, REFRESH_LASTS),
    ):
        db.session.add(
            ApiToken(
                token_hash=hashed(secret),
                family_id=family_id,
                refresh=refresh,
                user_id=user.id,
                created_at=at,
                expires_at=at + lasts,
            )
        )
    return pair
