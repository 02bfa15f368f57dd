"""The Tenant Portal. `create_app` is the only place where rooms are plugged in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g
from flask_wtf import CSRFProtect

from portal.config import Settings, from_environment

__version__ = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Make the web application. Raises WrongSetting where it cannot work as set."""
    settings = settings or from_environment()
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(_flask_settings(settings))
    _plug_in_foundation(app, settings)
    _plug_in_web(app, settings)
    _plug_in_rooms(app)
    return app


def _flask_settings(settings: Settings) -> dict[str, Any]:
    from portal.foundation.connections import engine_options

    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "SESSION_COOKIE_NAME": "__Host-portal" if settings.https else "portal",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_PATH": "/",
        "PREFERRED_URL_SCHEME": "https" if settings.https else "http",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": True,
        "TESTING": settings.testing,
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _plug_in_foundation(app: Flask, settings: Settings) -> None:
    from portal.foundation.addresses import outside
    from portal.foundation.database import db
    from portal.foundation.vault import vault

    db.init_app(app)
    vault.use(settings.key_source)
    outside.use(settings.webhook_allowed_hosts, settings.webhook_ports)


def _plug_in_web(app: Flask, settings: Settings) -> None:
    from portal.web import components, compression, doors, headers, pages, words

    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    compression.init_app(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (pages, doors, words):
        part.init_app(app)
    components.init_app(app, settings)
    headers.init_app(app, settings)


def _doors() -> tuple[list[Blueprint], list[Blueprint]]:
    """Give the rooms' blueprints: of pages, and of the JSON API."""
    import portal.demo.models
    import portal.foundation.personal_secrets
    import portal.mail.models  # noqa: F401 - tables without a door of their own
    from portal.accounts import api as accounts_api
    from portal.accounts import pages as accounts
    from portal.administration import api as administration_api
    from portal.audit_log import pages as audit_log
    from portal.health import pages as health
    from portal.home import pages as home
    from portal.jobs import pages as jobs
    from portal.mail import pages as mail
    from portal.plans import pages as plans
    from portal.requests import pages as requests
    from portal.resources import api as resources_api
    from portal.styleguide import pages as styleguide
    from portal.tenants import api as tenants_api
    from portal.tenants import pages as tenants
    from portal.usage import api as usage_api
    from portal.usage import pages as usage
    from portal.webhooks import pages as webhooks

    doors = (health, home, tenants, accounts, audit_log, usage, webhooks, plans, requests, jobs, mail, styleguide)
    apis = (accounts_api, tenants_api, usage_api, resources_api, administration_api)
    return [*(door.blueprint for door in doors), accounts.account, tenants.setup], [api.blueprint for api in apis]


def _plug_in_rooms(app: Flask) -> None:
    from portal.accounts import pages as accounts
    from portal.usage.limits import longest_call
    from portal.web import access, limiter

    csrf = CSRFProtect()
    longest_call.use(app.config["SETTINGS"].longest_call_hours)
    accounts.init_app(app)

    @app.before_request
    def who_acts() -> None:
        g.actor = accounts.load_actor()

    limiter.init_app(app, app.config["SETTINGS"])  # behind the actor, whose token it counts by
    csrf.init_app(app)
    pages, apis = _doors()
    for blueprint in pages:
        app.register_blueprint(blueprint)
    for blueprint in apis:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint, url_prefix=f"/api/v1{blueprint.url_prefix or ''}")
    access.init_app(app)
    app.before_request(accounts.keep_out)
