"""What machines ask: alive, and ready."""

from __future__ import annotations

from flask import Blueprint, Response, make_response
from sqlalchemy import text

from portal.foundation.database import db
from portal.migrations.state import head, revision
from portal.web.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Say that the process answers."""
    return _plain("alive", 200)


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Say whether the database can be reached and is migrated."""
    try:
        db.session.execute(text("SELECT 1"))
        migrated = revision() == head()
    except Exception:
        return _plain("the database cannot be reached", 503)
    return _plain("ready", 200) if migrated else _plain("the database is not migrated", 503)


def _plain(words: str, status: int) -> Response:
    response = make_response(words + "\n", status)
    response.mimetype = "text/plain"
    response.cache_control.no_store = True
    return response
