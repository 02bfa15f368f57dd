"""The headers of every answer."""

from __future__ import annotations

from flask import Flask, Response, g, request

from portal.config import Settings
from portal.web.doors import in_api

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def init_app(app: Flask, settings: Settings) -> None:
    """Add them after each request."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)  # a view may have set a stricter one
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        if settings.https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint != "static":
            signed_in = getattr(g, "actor", None) is not None and g.actor.role is not None
            if signed_in or response.headers.get("Set-Cookie"):
                response.cache_control.no_store = True
            response.vary.update(["Authorization"] if in_api() else ["Cookie"])
        elif request.args.get("v"):
            response.cache_control.max_age = 31536000
            response.cache_control.immutable = True
            response.cache_control.public = True
            response.cache_control.no_cache = None
        return response
