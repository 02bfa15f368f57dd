"""Signing up and in for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from portal.accounts import actions
from portal.accounts.actions import TokenPair
from portal.accounts.drafts import Credentials, Refresh, SignUp
from portal.foundation.permissions import Permission
from portal.web.access import public, requires
from portal.web.doors import answer, json_body
from portal.web.limiter import api_limit, refresh_limit, sign_in_limit, sign_up_limit

blueprint = Blueprint("accounts_api", __name__)

FORM = "application/x-www-form-urlencoded"
OAUTH_FIELDS = {"grant_type": {"password", ""}, "scope": {""}, "client_id": {""}, "client_secret": {""}}
"""What OAuth 2 clients send along with a password (RFC 6749, section 4.3.2), and the values that change nothing."""


@blueprint.post("/auth/signup")
@public
@sign_up_limit
def sign_up() -> Response:
    """Make an account; a business one with its tenant."""
    user = actions.sign_up(g.actor, json_body(SignUp))
    told = {"user_id": user.id, "username": user.username, "email": user.email, "role": user.role}
    return answer({**told, "message": "The account has been made. Ask for a token to use it."}, 201)


@blueprint.post("/auth/token")
@public
@sign_in_limit
def token() -> Response:
    """Give tokens for a name and password."""
    draft = Credentials.read(_form()) if request.mimetype == FORM else json_body(Credentials)
    return _tokens(actions.issue_tokens(g.actor, draft))


@blueprint.post("/auth/refresh")
@public
@refresh_limit
def refresh() -> Response:
    """Give a new pair of tokens for a refresh token."""
    return _tokens(actions.refresh_tokens(g.actor, json_body(Refresh).refresh_token))


@blueprint.get("/auth/me")
@requires(Permission.ACCOUNT_VIEW)
@api_limit
def me() -> Response:
    """Say who the token belongs to."""
    return answer(
        {
            "user_id": g.actor.user_id,
            "username": g.actor.username,
            "owner_id": g.actor.owner_id,
            "role": g.actor.role,
        }
    )


def _form() -> dict[str, Any]:
    """Give what a form sent; a field that came twice is a list, which no draft takes."""
    sent = {name: values[0] if len(values) == 1 else values for name, values in request.form.lists()}
    return {name: value for name, value in sent.items() if value not in OAUTH_FIELDS.get(name, ())}


def _tokens(pair: TokenPair) -> Response:
    told = {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "token_type": "bearer",
        "expires_in": pair.expires_in,
        "owner_id": pair.user.owner_id,
        "tenant_id": pair.user.owner_id,
    }
    return answer(told, headers={"Cache-Control": "no-store"})
