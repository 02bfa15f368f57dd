"""`portal usage …`"""

from __future__ import annotations

import click

from portal.foundation.permissions import Door, system
from portal.usage.verification import Replay, differences

group = click.Group("usage", help="Look after calls and figures.")


@group.command("verify")
@click.pass_context
def verify(context: click.Context) -> None:
    """Replay the calls that are kept and compare what they add up to with the figures."""
    replay = Replay()
    for difference in differences(system(Door.COMMAND_LINE, "portal usage verify"), replay):
        click.echo(difference)
    replayed = f"{replay.calls:,} calls of {replay.tenants:,} tenants on {replay.days:,} days"
    if replay.faults:
        click.echo(f"{replayed} were replayed; {replay.faults:,} figures differ.", err=True)
        context.exit(1)
    click.echo(f"{replayed} give the same figures.")
