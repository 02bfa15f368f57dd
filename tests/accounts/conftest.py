"""People of the accounts' stories, and a browser that fills in forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import argon2
import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import actions, one_time_codes
from portal.accounts.drafts import Credentials, NewUser, SignUp
from portal.accounts.models import User
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.permissions import ANONYMOUS, Actor, Door, Role, system
from tests.accounts.authenticator import NOON, code_at
from tests.cast import Cast
from tests.client import PASSPHRASE, Page, Visitor


@pytest.fixture
def somebody() -> Actor:
    """Nobody in particular, at the browser's door."""
    return replace(ANONYMOUS, address="192.0.2.7")


@pytest.fixture
def at_the_api(somebody: Actor) -> Actor:
    return replace(somebody, door=Door.API)


@pytest.fixture
def operator() -> Actor:
    return system(Door.COMMAND_LINE, "operator")


@pytest.fixture
def ada(app: Any, somebody: Actor) -> User:
    """Signed up for an organization; her password is PASSPHRASE."""
    return actions.sign_up(somebody, SignUp(username="Ada.L", email="Ada@lovelace.example", password=PASSPHRASE))


@pytest.fixture
def dev(app: Any, somebody: Actor) -> User:
    draft = SignUp(username="dev-1", email="dev@code.example", password=PASSPHRASE, role=Role.DEVELOPER)
    return actions.sign_up(somebody, draft)


@pytest.fixture
def admin(app: Any, operator: Actor) -> User:
    draft = NewUser(username="root", email="root@portal.example", password=PASSPHRASE, role=Role.ADMIN)
    return actions.create_user(operator, draft)


@pytest.fixture
def right() -> Credentials:
    return Credentials(username="ada.l", password=PASSPHRASE)


@pytest.fixture
def wrong() -> Credentials:
    return Credentials(username="ada.l", password="not her password")


@pytest.fixture
def records(app: Any) -> Callable[..., list[AuditRecord]]:
    """Give the audit records of an event, oldest first."""

    def of(event: Event) -> list[AuditRecord]:
        db.session.rollback()
        return list(db.session.scalars(select(AuditRecord).filter_by(event=event).order_by(AuditRecord.id)))

    return of


@pytest.fixture
def fill() -> Callable[..., Page]:
    """Open a form as a person does, fill it in and send it."""
    return lambda client, path, **fields: client.submit(path, fields)


@pytest.fixture
def signed_in(client: Visitor, ada: User) -> Visitor:
    """Ada's browser."""
    return client.sign_in("ada.l")


@pytest.fixture
def demonstration(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], demonstration=True))


@pytest.fixture
def forms_without_tokens(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """For stories about what a form leads to, sent without opening it first."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


@pytest.fixture
def verifications(monkeypatch):
    """Count how often Argon2 checks a password; it still does."""
    checked: list[str] = []
    real = argon2.PasswordHasher.verify

    def counting(self, hash, password):
        checked.append(hash)
        return real(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    return checked


@pytest.fixture
def clock() -> Iterator[Any]:
    """Noon, which stays until the story moves it."""
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


@pytest.fixture
def key(cast: Cast, clock: Any) -> str:
    """What olive's authenticator app shares with the portal; its code of noon is spent, and a minute has passed."""
    secret = one_time_codes.new_app_secret()
    actions.add_authenticator(cast.actor(cast.olive), secret, code_at(secret, NOON))
    clock.shift(timedelta(minutes=1))
    return secret
