"""Pages and fragments. Every HX- header is read and written here and nowhere else."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, flash, make_response, redirect, render_template, request, url_for
from flask_htmx import HTMX
from jinja2_fragments.flask import render_block

from portal.web.listing import with_arguments

htmx = HTMX()


def init_app(app: Flask) -> None:
    """Let htmx's headers be read."""
    htmx.init_app(app)


def wants_fragment() -> bool:
    """Whether htmx asked, and not to restore its history or to replace the whole body."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def in_background() -> bool:
    """Whether a part of a page asked by itself, and nobody did anything: an element that asks every so often says so by
    `hx-headers='{"Portal-Background": "yes"}'`, as live.js does. Such a request keeps no session alive, and where
    nobody is signed in any more it is answered 401 and led nowhere."""
    return request.headers.get("Portal-Background") == "yes"


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page; where htmx asked for an element that is a block of the template, that block alone.

    A block named `tenant_table` is the element `#tenant-table`.
    """
    block = (htmx.target or "").replace("-", "_") if wants_fragment() else ""
    if block and block in _blocks(template):
        response = make_response(render_block(template, block, **context), status)
    else:
        response = make_response(render_template(template, **context), status)
        if wants_fragment():  # a whole page never lands inside an element, whatever it says
            response.headers["HX-Retarget"] = "body"
    response.vary.update(["HX-Request", "HX-Target"])
    return response


def leave_for(
    endpoint: str, *, message: str | None = None, tone: str = "good", undo: str | None = None, **values: Any
) -> Response:
    """Send the browser to one of our own routes, with a message to show there; `undo` is the address of ours that
    posting to takes it back."""
    if message:
        flash({"text": message, "undo": undo} if undo else message, tone)  # type: ignore[arg-type]
    return _lead_to(url_for(endpoint, **values))


def leave_as_asked(endpoint: str, **values: Any) -> Response:
    """Send the browser to one of our own routes, with the arguments of the running address as they are."""
    return _lead_to(with_arguments(url_for(endpoint, **values)))


def _lead_to(target: str) -> Response:
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = target
        return response
    return make_response(redirect(target, 303))


def signed_out() -> Response:
    """Answer what a page asked for where nobody is signed in any more: a 302 would be swapped into the page."""
    response = make_response("", 401)
    response.headers["HX-Redirect"] = url_for("accounts.sign_in")
    return response


def _blocks(template: str) -> Any:
    from flask import current_app

    return current_app.jinja_env.get_template(template).blocks
