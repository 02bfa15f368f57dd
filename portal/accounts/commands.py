"""`portal users …`"""

from __future__ import annotations

import sys

import click

from portal.accounts import actions, queries
from portal.accounts.drafts import NewUser
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.permissions import Door, Role, system

LONGEST_LINE = 4096

group = click.Group("users", help="People who sign in.")


@group.command("create")
@click.option("--username", required=True)
@click.option("--email", required=True)
@click.option("--role", required=True, help="admin, support, business or developer, in any case.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input: one line.")
def create(username: str, email: str, role: str, password_stdin: bool) -> None:
    """Make a user of any role. One of role business gets its tenant with it."""
    password = _piped() if password_stdin else _typed()
    try:
        draft = NewUser.read({"username": username, "email": email, "password": password, "role": role})
        _create(draft)
    except Invalid as refusal:
        raise click.UsageError("\n".join(fault.message for fault in refusal.faults)) from refusal


def _create(draft: NewUser) -> None:
    user = actions.create_user(system(Door.COMMAND_LINE, "portal users create"), draft)
    click.echo(f"Made {user.username} ({Role(user.role).value}), {user.id}.")


@group.command("remove-second-factor")
@click.option("--username", required=True, help="The username, or the e-mail address.")
def remove_second_factor(username: str) -> None:
    """Take all second factors of somebody away who has lost them. Make sure first that it is the person who asks."""
    user = queries.user_by_login(username)
    if user is None:
        raise click.UsageError(f"There is nobody called “{username}”.")
    try:
        actions.take_away_factors(system(Door.COMMAND_LINE, "portal users remove-second-factor"), user)
    except Conflict as refusal:
        raise click.UsageError(refusal.message) from refusal
    click.echo(f"{user.username} signs in by password alone until a new factor is set up; sessions and tokens ended.")


def _piped() -> str:
    line = sys.stdin.buffer.readline(LONGEST_LINE)
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise click.UsageError("The password on standard input is not UTF-8.") from error


def _typed() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("A password is needed. Run this in a terminal, or use --password-stdin.")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
