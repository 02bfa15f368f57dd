"""The demonstration's sign-in links, as they are printed."""

from __future__ import annotations

from collections.abc import Iterable

import click

from portal.accounts import actions
from portal.accounts.models import User
from portal.foundation.permissions import Door, Role, system


def print_sign_in_links(base_url: str, users: Iterable[User | None]) -> None:
    """Print a new one-time link for each user: its role, then the address. `base_url` is how people reach the portal;
    who is None is passed over."""
    actor = system(Door.COMMAND_LINE, "command line")
    for user in users:
        if user is not None:
            token = actions.make_sign_in_link(actor, user)
            click.echo(f"{Role(user.role).value:<9} {base_url.rstrip('/')}/login/link/{token}")
