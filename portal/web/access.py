"""Deny unless declared: every view names its permission, or says that it is public."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, request

from portal.foundation.errors import NotFound, NotSignedIn
from portal.foundation.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Declare a view open to everybody."""
    view.declared_access = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: Permission, tenant: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Declare what a view needs.

    With `tenant`, a query that takes the actor and the part of the address that names a tenant, the view is given the
    `tenant` it finds. What the actor may not see is not found (404) before what it may not do is forbidden (403).
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(**parts: Any) -> Any:
            if g.actor.role is None:
                raise NotSignedIn
            if tenant is None:
                g.actor.require(permission)
                return view(**parts)
            named = next(name for name in ("slug", "tenant_id") if name in parts)
            found = tenant(g.actor, parts.pop(named))
            g.tenant = found
            g.actor.require(permission, found)
            return view(tenant=found, **parts)

        run.declared_access = permission  # type: ignore[attr-defined]
        run.takes_tenant = tenant is not None  # type: ignore[attr-defined]
        return run  # type: ignore[return-value]

    return decorate


def init_app(app: Flask) -> None:
    """Refuse every request to a view that declares nothing."""
    public(app.view_functions["static"])

    @app.before_request
    def deny_undeclared() -> None:
        if request.endpoint is None:
            return
        view = app.view_functions[request.endpoint]
        if not hasattr(view, "declared_access"):
            raise NotFound
