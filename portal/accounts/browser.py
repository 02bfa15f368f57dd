"""What a browser keeps of being signed in, and where it may be sent after that."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import flask_login
from flask import Flask, Response, current_app, request, session
from werkzeug.exceptions import HTTPException

from portal.accounts import actions, queries
from portal.accounts.actions.sessions import SEEN_EVERY
from portal.accounts.drafts import Proving
from portal.accounts.passkeys import passkeys
from portal.accounts.passwords import passwords
from portal.config import Settings
from portal.foundation.clock import now
from portal.foundation.errors import Conflict
from portal.foundation.permissions import ANONYMOUS, Actor, Door
from portal.web.doors import in_api
from portal.web.pages import in_background, leave_for

A_YEAR = timedelta(days=365)
START = "home.start"
"""The endpoint of the start page."""


@dataclass
class SignedInBrowser(flask_login.UserMixin):
    """What Flask-Login holds as its user: the session's random id, which is all that the cookie says, the actor, when
    they last proved who they are, and the address that they have not confirmed yet."""

    session_id: str
    actor: Actor
    proved_at: datetime
    unconfirmed: str | None = None

    def get_id(self) -> str:
        """The id that the cookie keeps; the database knows its hash."""
        return self.session_id


class _SessionsOnly(flask_login.LoginManager):
    """Flask-Login without its remember cookie: nobody is given one here, so that none is read either."""

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        return None


def init_app(app: Flask) -> None:
    """Let Flask-Login keep and read the session's id, and passwords be hashed as set."""
    manager = _SessionsOnly()
    # The session lives in the database, so that an address that changes, as a phone's does, need not end it.
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(_present)
    app.jinja_env.globals["unconfirmed_address"] = unconfirmed_address
    passwords.use(app.config["SETTINGS"].argon2_memory_kib)
    passkeys.use(app.config["SETTINGS"].base_url)


def settings() -> Settings:
    """Give the settings of the running application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def lifetime() -> queries.Lifetime:
    """Give how long sessions last, as set."""
    return queries.Lifetime(
        idle=timedelta(minutes=settings().session_idle_minutes),
        absolute=timedelta(hours=settings().session_absolute_hours),
    )


def load_actor() -> Actor:
    """Give who acts in this request: by bearer token in the API, by session elsewhere; else nobody, with the door and
    the address. Static files and the machines' questions are for everybody: nothing is looked up
    for them."""
    door = Door.API if in_api() else Door.WEB
    actor: Actor | None = None
    if door is Door.API:
        given = request.authorization
        if given is not None and given.type == "bearer" and given.token:
            actor = queries.actor_for_token(given.token, request.remote_addr)
    elif (request.endpoint or "").split(".")[0] not in _FOR_EVERYBODY and flask_login.current_user.is_authenticated:
        actor = flask_login.current_user.actor
    return actor or replace(ANONYMOUS, door=door, address=request.remote_addr)


_FOR_EVERYBODY = {"static", "health"}


def _present(session_id: Any) -> SignedInBrowser | None:
    found = queries.actor_for_session(str(session_id), lifetime(), request.remote_addr)
    if found is None:
        return None
    if not in_background() and now() - found.seen_at >= min(SEEN_EVERY, lifetime().idle / 4):
        with suppress(Conflict):  # a busy database is no reason to refuse a page
            actions.touch_session(found.actor, str(session_id))
    return SignedInBrowser(str(session_id), found.actor, found.proved_at, found.unconfirmed)


def unconfirmed_address() -> str | None:
    """Give the address that the one who looks has not confirmed yet; None where there is none."""
    return getattr(flask_login.current_user, "unconfirmed", None)


def enter(entered: actions.SignedIn, *, message: str | None = None) -> Response:
    """Renew the browser's session, so that nothing of it is known from before, not even its form token; then lead to
    where the person came for."""
    endpoint, values = came_for(request.args.get("next"))
    _forget()
    flask_login.login_user(SignedInBrowser(entered.session_id, entered.actor, now()))
    response = leave_for(endpoint, message=message, **values)
    response.set_cookie(
        _device_cookie(),
        entered.device_mark,
        max_age=A_YEAR,
        path="/",
        secure=settings().https,
        httponly=True,
        samesite="Lax",
    )
    return response


def wait(waiting: actions.Waiting) -> Response:
    """Lead somebody whose password was right to the second step; what they came for stays in the address. The session
    is renewed, because a right password is more than nothing."""
    came = request.args.get("next")
    _forget()
    session[_WAITING] = waiting.waiting_id
    return leave_for("accounts.second_step", **({"next": came} if came else {}))


def waiting_id() -> str:
    """Give what the sign-in that waits for its second factor is known by; nothing where there is none."""
    return str(session.get(_WAITING) or "")


_WAITING = "waiting"


def leave(actor: Actor) -> None:
    """End the browser's session, on the server and in the cookie."""
    if flask_login.current_user.is_authenticated:
        actions.end_session(actor, flask_login.current_user.get_id())
    _forget()


def proved_lately() -> bool:
    """Say whether the one who looks signed in, or was asked again, within the last minutes."""
    browser = flask_login.current_user
    return bool(browser.is_authenticated) and now() - browser.proved_at < actions.PROOF_LASTS


def prove_again(actor: Actor, given: Proving) -> None:
    """Check the password or second factor of the one who looks, and let that hold for the next minutes. Raises
    WrongCredentials or WrongFactor, and TooMany while the name is locked."""
    renewed(actions.prove_again(actor, flask_login.current_user.get_id(), given, device_mark()))


def renewed(session_id: str) -> None:
    """Let the browser keep the new id of its session, which begins now."""
    held = flask_login.current_user
    flask_login.login_user(SignedInBrowser(session_id, held.actor, now(), held.unconfirmed))


def session_id() -> str:
    """Give the id of the session of the one who looks."""
    return str(flask_login.current_user.get_id())


def device_mark() -> str | None:
    """Give the mark that this browser keeps since somebody signed in from it, if it looks like one of ours."""
    mark = request.cookies.get(_device_cookie(), "")
    return mark if len(mark) == 43 and mark.isascii() else None


def user_agent() -> str | None:
    """Give what the browser calls itself."""
    return request.user_agent.string or None


def came_for(target: str | None) -> tuple[str, dict[str, Any]]:
    """Give the endpoint and values of a path that somebody came for; the start page's for any other.

    The path must be one of our own pages. It is matched with the routes and built anew from them, so that nothing a
    stranger wrote is sent to the browser.
    """
    start: tuple[str, dict[str, Any]] = (START, {})
    if not target or len(target) > 2000 or not target.isprintable() or not target.startswith("/"):
        return start
    try:
        parts = urlsplit(target)
        endpoint, values = current_app.url_map.bind(request.host).match(parts.path, method="GET")
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except (ValueError, HTTPException):
        return start
    room = endpoint.split(".")[0]
    if parts.netloc or room in _NO_PAGES or room.endswith("_api"):
        return start
    asked: dict[str, list[str]] = {}
    for name, value in query:
        if name not in values and name not in _NOT_FOR_URL_FOR and not name.startswith("_"):
            asked.setdefault(name, []).append(value)
    return endpoint, {**values, **asked}


_NO_PAGES = {"static", "health", "accounts"}
"""Blueprints that nobody comes for: files, answers for machines, and signing in itself."""
_NOT_FOR_URL_FOR = {"endpoint", "message", "tone", "undo"}
"""Names that `leave_for` takes for itself; those that begin with `_` are `url_for`'s."""


def _forget() -> None:
    flask_login.logout_user()
    session.clear()


def _device_cookie() -> str:
    return "__Host-device" if settings().https else "device"
