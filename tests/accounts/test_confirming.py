"""An address is confirmed by a link mailed to it: for 24 hours, once, and by a press of a button."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import ConfirmationLink, User
from portal.config import Settings
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.mail.models import Message
from portal.mail.sending import Mail
from portal.worker.leasing import LeasingRunner
from portal.worker.running import work
from tests.cast import Cast
from tests.client import PASSPHRASE, Visitor

ADDRESS = "new@example.com"
Post = Callable[[], list[str]]


@pytest.fixture
def post(app: Flask, settings: Settings, tmp_path: Path) -> Post:
    """Sends the mail that is due; gives every link that was ever mailed, the newest last."""

    def send() -> list[str]:
        db.session.rollback()
        work(app, [LeasingRunner(Mail(replace(settings, instance=tmp_path)))], once=True)
        db.session.rollback()
        files = sorted((tmp_path / "mail").glob("*.eml"))
        messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
        texts = [each.get_body(("plain",)).get_content() for each in messages]
        return [found[1] for text in texts if (found := re.search(r"http://localhost(/confirm/\S+)", text))]

    return send


@pytest.fixture
def newcomer(client: Visitor) -> Visitor:
    """Somebody who has just signed up, by the form."""
    page = client.submit("/signup", {"username": "newcomer", "email": ADDRESS, "password": PASSPHRASE})
    assert page.status == 303
    return client


def confirmed() -> bool:
    db.session.rollback()
    return db.session.scalars(select(User.email_confirmed_at).where(User.email == ADDRESS)).one() is not None


def test_from_signing_up_to_a_confirmed_address(newcomer: Visitor, post: Post) -> None:
    assert "Your address is not confirmed yet." in newcomer.visit("/tenants")
    (link,) = post()
    assert newcomer.open(link, method="HEAD").status == 200
    page = newcomer.visit(link)
    assert ADDRESS in page
    assert not confirmed(), "opening the link is not confirming"
    assert newcomer.submit(link, {}).status == 303
    assert confirmed()
    page = newcomer.visit("/tenants")
    assert f"{ADDRESS} is confirmed." in page
    assert "not confirmed yet" not in page
    (record,) = db.session.scalars(select(AuditRecord).where(AuditRecord.event == Event.USER_EMAIL_CONFIRMED))
    assert record.actor_name == "newcomer"


def test_a_link_works_once_and_says_what_to_do_then(newcomer: Visitor, post: Post) -> None:
    (link,) = post()
    token = newcomer.visit(link).values("main form")
    newcomer.post(link, data=token)
    page = newcomer.post(link, data=token)
    assert page.status == 410
    assert "Your own address is confirmed." in newcomer.visit(link, 410)


def test_a_day_later_it_is_over_and_another_one_is_sent(
    newcomer: Visitor, visitor: type[Visitor], app: Flask, post: Post
) -> None:
    (link,) = post()
    with time_machine.travel(now() + timedelta(hours=24, minutes=1)):
        stranger = visitor(app)
        assert "sign in, and have a new link sent" in stranger.visit(link, 410)
        again = stranger.sign_in("newcomer")
        page = again.visit(link, 410)
        assert page.one("main a.button")["href"] == "/confirm"
        page = again.submit("/confirm", {}, follow_redirects=True)
        assert f"The link is on its way to {ADDRESS}." in page
        newest = post()[-1]
        assert again.submit(newest, {}).status == 303
    assert confirmed()


def test_it_is_not_sent_without_end(newcomer: Visitor) -> None:
    for _ in range(2):
        assert newcomer.submit("/confirm", {}).status == 303
    page = newcomer.submit("/confirm", {})
    assert (page.status, page.headers["Retry-After"]) == (429, "3600")


def test_who_is_confirmed_has_nothing_to_do_there(cast: Cast, client: Visitor) -> None:
    client.sign_in("olive")
    page = client.visit("/confirm")
    assert "Your address is confirmed." in page
    assert not page.soup.select("main form")


def test_no_token_lies_anywhere(newcomer: Visitor, post: Post) -> None:
    (link,) = post()
    token = link.rpartition("/")[2]
    kept = [
        db.session.scalars(select(ConfirmationLink.token_hash)).all(),
        db.session.scalars(select(Message.facts)).all(),
    ]
    assert len(token) == 43
    assert token not in str(kept)


def test_an_unknown_link_is_not_found(client: Visitor) -> None:
    assert client.visit(f"/confirm/{'x' * 43}", 404)
