"""Starting the portal: the database made ready, then a production server."""

from __future__ import annotations

import socket
import sys

import click
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from portal import create_app
from portal.accounts.links import print_sign_in_links
from portal.config import Settings, WrongSetting
from portal.demo import queries as demo
from portal.foundation.database import db
from portal.foundation.permissions import Door, system
from portal.migrations.state import upgrade_database


def prepare(settings: Settings, *, demonstration_tenants: int | None = None) -> Flask:
    """Make the application and bring its database to the newest migration; for the demonstration, fill a new database
    and print the sign-in links. Leaves no connection open, so that worker processes can be forked off."""
    app = create_app(settings)
    with app.app_context():
        upgrade_database()
        if demonstration_tenants is not None:
            _demonstrate(settings, demonstration_tenants)
        db.session.remove()
        db.engine.dispose()
    return app


def _demonstrate(settings: Settings, tenants: int) -> None:
    if not demo.is_demonstration():
        from portal.demo.load import load

        click.echo(f"Loading demonstration data: {tenants:,} tenants, 90 days of calls …")
        sys.stdout.flush()
        summary = load(system(Door.COMMAND_LINE), tenants=tenants)
        click.echo(f"Loaded {sum(summary.rows.values()):,} rows.")
    print_links(settings)


def print_links(settings: Settings) -> None:
    """Print one-time sign-in links, flushed, so that whoever waits for readiness has them."""
    if not demo.is_demonstration():
        click.echo("portal: this database holds no demonstration data, and only that has sign-in links.", err=True)
        sys.exit(2)
    people = demo.people()
    print_sign_in_links(settings.base_url, [people.admin, people.support, people.business])
    sys.stdout.flush()


def _require_free(settings: Settings) -> None:
    """Raise WrongSetting where the address cannot be listened on. The server itself would share a port in silence."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise WrongSetting(f"PORTAL_HOST, PORTAL_PORT: cannot listen on {where}: {error.strerror}.") from error


def run(app: Flask, settings: Settings) -> None:
    """Serve until stopped; requests under way are finished. Workers are forked from this process, with the application
    made already."""
    _require_free(settings)
    click.echo(f"Serving on http://{settings.host}:{settings.port} as {settings.base_url}")
    sys.stdout.flush()
    Server(
        "portal",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=4,
        backpressure=128,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=30,
    ).serve(target_loader=lambda: app, wrap_loader=False)
