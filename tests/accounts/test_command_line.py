"""`portal users create`, and taking lost second factors away."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal.accounts import queries
from portal.accounts.commands import group
from portal.accounts.passwords import passwords
from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.permissions import Role
from tests.accounts.authenticator import give_passkey
from tests.client import PASSPHRASE


@pytest.fixture
def run(app, monkeypatch):
    """Run the command beside the portal, on its database."""
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    yield lambda *words, given="": CliRunner().invoke(group, ["create", *words], input=given)
    passwords.use(settings.argon2_memory_kib)


ROOT = ("--username", "root", "--email", "root@portal.example", "--role", "ADMIN")


def test_a_user_is_made_with_the_password_of_one_line(run, records):
    made = run(*ROOT, "--password-stdin", given=f"{PASSPHRASE}\nanother line\n")
    assert made.exit_code == 0, made.output
    db.session.rollback()
    user = queries.user_by_login("root")
    assert user.role == Role.ADMIN
    assert passwords.verify(user.password_hash, PASSPHRASE)
    (record,) = records(Event.USER_CREATED)
    assert record.door == "command_line"
    assert PASSPHRASE not in made.output


@pytest.mark.parametrize(
    ("words", "given", "says"),
    [
        ((*ROOT, "--password-stdin"), "short\n", "8 to 72 characters"),
        ((*ROOT, "--password-stdin"), "", "8 to 72 characters"),
        ((*ROOT, "--password-stdin"), b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\n", "not UTF-8"),
        ((*ROOT, "--password-stdin"), "password123\n", "among the first that are guessed"),
        ((*ROOT[:-1], "god", "--password-stdin"), PASSPHRASE, "admin, support, business, developer"),
        (ROOT, "", "--password-stdin"),
        (ROOT[:4], "", "--role"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(run, words, given, says):
    refused = run(*words, given=given)
    assert refused.exit_code == 2
    assert says in refused.output
    db.session.rollback()
    assert queries.user_by_login("root") is None


def test_a_taken_name_is_said(run, ada):
    refused = run(
        "--username", "ada.l", "--email", "x@x.example", "--role", "admin", "--password-stdin", given=PASSPHRASE
    )
    assert refused.exit_code == 2
    assert "taken" in refused.output


def test_lost_second_factors_are_taken_away(cast, app, monkeypatch, records):
    settings = app.config["SETTINGS"]
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    give_passkey(cast.actor(cast.olive))
    command = ["remove-second-factor", "--username"]
    done = CliRunner().invoke(group, [*command, "olive"])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert not queries.has_second_factor(cast.olive.id)
    assert records(Event.FACTOR_REMOVED)[0].door == "command_line"
    assert "has no second factor" in CliRunner().invoke(group, [*command, "olive"]).output
    assert "nobody called" in CliRunner().invoke(group, [*command, "nobody"]).output
    passwords.use(settings.argon2_memory_kib)
