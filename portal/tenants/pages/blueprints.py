"""Where the pages about tenants hang."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("tenants", __name__, url_prefix="/tenants")
setup = Blueprint("setup", __name__, url_prefix="/setup")
