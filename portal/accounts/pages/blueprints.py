"""Where the pages hang: signing in and what belongs to it, and one's own account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
account = Blueprint("account", __name__, url_prefix="/account")
