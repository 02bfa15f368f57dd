"""Where the pages about webhooks hang."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("webhooks", __name__)
