"""The demonstration's mail: what was written into files, shown to administrators. Nowhere else is there such a page."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, current_app, make_response, request
from werkzeug.wrappers import Response

from portal.config import Settings
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Permission
from portal.mail.files import Kept, kept, kept_one
from portal.web.access import requires
from portal.web.listing import Listing
from portal.web.pages import page

blueprint = Blueprint("mail", __name__)

A_PAGE = 50
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""What the HTML of a mail may do: have its own style, and be shown within a page of ours."""


@blueprint.get("/mail")
@requires(Permission.MAIL_VIEW)
def index() -> Response:
    """List the mail, the newest first."""
    settings = _demonstration()
    typed = request.args.get("offset", "")
    start = int(typed) if re.fullmatch(r"[0-9]{1,7}", typed) else 0
    rows, total = kept(settings.instance / "mail", A_PAGE, start)
    listing = Listing(rows, total, A_PAGE, start)
    return page("mail/index.html", listing=listing, server=settings.mail_server)


@blueprint.get("/mail/<uuid:letter>")
@requires(Permission.MAIL_VIEW)
def show(letter: UUID) -> Response:
    """Show one mail: its text, whose links to the portal work here, and its HTML in a frame."""
    found = _found(letter)
    return page("mail/show.html", letter=found, text=_linked(found.part("plain"), _demonstration().base_url))


@blueprint.get("/mail/<uuid:letter>/html")
@requires(Permission.MAIL_VIEW)
def html(letter: UUID) -> Response:
    """Give the HTML of a mail as it is, where it can do nothing."""
    response = make_response(_found(letter).part("html"))
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _demonstration() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demonstration:
        raise NotFound
    return settings


def _found(letter: UUID) -> Kept:
    found = kept_one(_demonstration().instance / "mail", letter)
    if found is None:
        raise NotFound
    return found


def _linked(text: str, base_url: str) -> list[tuple[str, str | None]]:
    """Cut a text into parts, each with the path of ours that it is the address of, if it is one."""
    parts = re.split(rf"({re.escape(base_url)}(?:/[A-Za-z0-9/_.~-]*)?)", text)
    return [(part, (part.removeprefix(base_url) or "/") if part.startswith(base_url) else None) for part in parts]
