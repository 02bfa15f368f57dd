"""The command `portal`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from portal.config import Settings, WrongSetting, from_environment
from portal.foundation.errors import Refusal


class _InWords(click.Group):
    """Commands whose refusals are told in a line, and not as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except WrongSetting as wrong:
            click.echo(f"portal: {wrong}", err=True)
        except Refusal as refusal:
            click.echo(f"portal: {refusal.message or refusal.type}", err=True)
        except OperationalError as error:
            click.echo(f"portal: PORTAL_DATABASE_URL: the database cannot be used: {error.orig}", err=True)
        sys.exit(2)


@click.group(cls=_InWords)
def main() -> None:
    """The Tenant Portal: serve it, and look after it."""
    os.umask(0o077)  # the database, the keys and the mail are for this user alone


def _settings(**options: Any) -> Settings:
    try:
        return from_environment(**options)
    except WrongSetting as wrong:
        click.echo(f"portal: {wrong}", err=True)
        sys.exit(2)


def _within_app(group: click.Group) -> click.Group:
    """Let a room's commands run inside the application, with the database migrated."""
    inner = group.invoke

    def invoke(context: click.Context) -> Any:
        from portal import create_app
        from portal.migrations.state import upgrade_database

        with create_app(_settings()).app_context():
            upgrade_database()
            return inner(context)

    group.invoke = invoke  # type: ignore[assignment, method-assign]
    return group


@main.command()
def serve() -> None:
    """Serve the portal in production: no demonstration data."""
    from portal import server

    settings = _settings()
    settings.require_public_webhooks()
    server.run(server.prepare(settings), settings)


@main.command()
@click.option("--tenants", default=200, show_default=True, type=click.IntRange(1, 100_000), help="How many to make.")
@click.option("--load-only", is_flag=True, help="Load the data into a new database and stop.")
def demo(tenants: int, load_only: bool) -> None:
    """Serve the portal with demonstration data, which a new database gets."""
    from portal import server

    settings = _settings(demonstration=True)
    app = server.prepare(settings, demonstration_tenants=tenants)
    if not load_only:
        with _worker_beside():
            server.run(app, settings)


@contextmanager
def _worker_beside() -> Iterator[None]:
    """Run a worker in a process of its own, which ends with this one, however this one ends."""
    command = [sys.executable, "-c", "from portal.commands import main; main()", "worker", "--parent", str(os.getpid())]
    with subprocess.Popen(command) as child:  # noqa: S603 - our own command
        try:
            yield
        finally:
            child.terminate()


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--parent", type=int, hidden=True, help="The demonstration's process, to end with.")
def worker(once: bool, parent: int | None) -> None:
    """Do in the background what is due. Run as many as wanted; SIGTERM ends one when it has finished."""
    from portal import create_app
    from portal.migrations.state import upgrade_database
    from portal.worker import runners
    from portal.worker.running import work

    settings = _settings(demonstration=parent is not None)
    if parent is None:
        settings.require_public_webhooks()
    app = create_app(settings)
    with app.app_context():
        upgrade_database()
    work(app, runners(settings), once=once, parent=parent, ready=lambda: click.echo("The worker works."))


@main.command()
def links() -> None:
    """Print new one-time sign-in links for the demonstration's admin, support and business user."""
    from portal import create_app, server
    from portal.migrations.state import upgrade_database

    settings = _settings(demonstration=True)
    with create_app(settings).app_context():
        upgrade_database()
        server.print_links(settings)


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration."""
    from portal import create_app
    from portal.migrations.state import head, upgrade_database

    with create_app(_settings()).app_context():
        done = upgrade_database()
        click.echo(f"{'Upgraded to' if done else 'Already at'} {head()}.")


def _add_rooms() -> None:
    from portal.accounts.commands import group as users
    from portal.keys.commands import group as keys
    from portal.usage.commands import group as usage

    main.add_command(_within_app(users))
    main.add_command(_within_app(keys))
    main.add_command(_within_app(usage))


if len(sys.argv) > 1 and sys.argv[1] in {"users", "keys", "usage", "--help"}:
    _add_rooms()
