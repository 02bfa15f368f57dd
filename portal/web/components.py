"""What every template can reach: the `ui` components, icons, assets and where the person may go."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from jinja2 import Environment
from lucide.jinja import lucide
from markupsafe import Markup

from portal.config import Settings
from portal.foundation.permissions import Permission
from portal.web.doors import may


class Components:
    """The macros of `templates/ui/`, one a file: `ui.field` is the macro `field` of `ui/field.html`.

    A global and not an import, because imports are missing in a block rendered alone.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._kept: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._kept:
            module = self._environment.get_template(f"ui/{name}.html").module
            self._kept[name] = getattr(module, name)
        return self._kept[name]


@functools.cache
def icon(name: str, size: int = 16, **attributes: Any) -> Markup:
    """Give an icon of the lucide set as inline SVG, hidden from screen readers."""
    attributes.setdefault("class", "icon")
    return Markup(lucide(name, size=size, **{"aria-hidden": "true", **attributes}))  # noqa: S704 - the library's own SVG


@functools.cache
def asset(filename: str) -> str:
    """Give a static file's address with its content's hash, so that it can be kept for a year."""
    return url_for("static", filename=filename, v=_hash_of(filename))


def _hash_of(filename: str) -> str:
    path = Path(__file__).resolve().parents[2] / "static" / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"


@dataclass(frozen=True)
class Place:
    """One entry of the sidebar."""

    label: str
    href: str
    icon: str
    current: bool


_PLACES: list[tuple[str, str, str, Callable[[], bool]]] = [
    ("Overview", "home.start", "house", lambda: may(Permission.TENANTS_VIEW_ALL)),
    ("Tenants", "tenants.index", "building-2", lambda: True),
    ("Usage", "usage.platform", "chart-column", lambda: may(Permission.TENANTS_VIEW_ALL)),
    ("Calls", "usage.find", "phone", lambda: may(Permission.TENANTS_VIEW_ALL)),
    ("Deliveries", "webhooks.index", "send", lambda: may(Permission.TENANTS_VIEW_ALL)),
    ("Requests", "requests.index", "message-circle-question-mark", lambda: may(Permission.REQUESTS_ANSWER)),
    ("Plans", "plans.index", "layers", lambda: may(Permission.PLANS_EDIT)),
    ("Activity", "audit_log.index", "history", lambda: may(Permission.AUDIT_VIEW_ALL)),
    ("Daily work", "jobs.index", "calendar-clock", lambda: may(Permission.JOBS_VIEW)),
    ("Mail", "mail.index", "mail", lambda: may(Permission.MAIL_VIEW) and _demonstration()),
]


def _demonstration() -> bool:
    return bool(current_app.config["SETTINGS"].demonstration)


def navigation() -> list[Place]:
    """Give the places that the one who looks may go to."""
    return [
        Place(label, href := url_for(endpoint), sign, request.path == href or request.path.startswith(f"{href}/"))
        for label, endpoint, sign, allowed in _PLACES
        if getattr(g, "actor", None) is not None and g.actor.role is not None and allowed()
    ]


def init_app(app: Flask, settings: Settings) -> None:
    """Give the templates their globals."""
    app.jinja_env.globals.update(
        ui=Components(app.jinja_env),
        icon=icon,
        asset=asset,
        navigation=navigation,
        may=may,
        Permission=Permission,
        demonstration=settings.demonstration,
    )
