"""`portal keys …`"""

from __future__ import annotations

import click

from portal.foundation.permissions import Door, system
from portal.keys import actions

group = click.Group("keys", help="Look after the master keys.")


@group.command("rotate")
def rotate() -> None:
    """Bring all secrets under a new master key. Run it again where it was interrupted."""
    brought = actions.rotate(system(Door.COMMAND_LINE, "portal keys rotate"))
    click.echo(f"{brought:,} data keys and secrets of people were brought under the new master key.")
