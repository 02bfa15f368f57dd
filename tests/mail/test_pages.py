"""Mail in files: for the portal's user alone; and the demonstration's page, where the HTML can do nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.config import Settings
from portal.foundation.ids import new_id
from portal.foundation.permissions import system
from portal.mail.models import Message
from portal.mail_setting import MailServer
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from tests.cast import Cast
from tests.client import Visitor
from tests.mail.conftest import attempts, outbox

Deliver = Callable[..., None]


@pytest.fixture
def written(cast: Cast, deliver: Deliver, tmp_path: Path) -> Message:
    """Olive was told that Acme is suspended; the mail lies in a folder."""
    tenants.suspend_tenant(system(), cast.acme, Suspension.read({"reason": "Overdue <script>alert(1)</script>"}))
    deliver(instance=tmp_path)
    return outbox()[0]


@pytest.fixture
def ada(written: Message, another_portal: Callable[..., Flask], visitor: type[Visitor], tmp_path: Path) -> Visitor:
    """An administrator in the demonstration."""
    return visitor(another_portal(demonstration=True, instance=tmp_path)).sign_in("ada")


def test_a_file_is_whole_and_its_user_s_alone(written: Message, tmp_path: Path) -> None:
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == f"{written.id}.eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert b"\r\nSubject: Acme Corp is suspended\r\n" in path.read_bytes()


def test_a_folder_that_cannot_be_written_to_is_said_in_words(cast: Cast, deliver: Deliver, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    tenants.suspend_tenant(system(), cast.acme, Suspension.read({"reason": "Overdue"}))
    deliver(instance=tmp_path)
    assert outbox()[0].state == "pending"
    assert "cannot be written to" in attempts()[0].error


def test_it_is_listed_and_read(ada: Visitor, written: Message) -> None:
    page = ada.visit("/mail")
    assert page.one("tbody a").text == "Acme Corp is suspended"
    assert "olive@example.com" in page
    page = ada.visit(f"/mail/{written.id}")
    assert "The reason given: Overdue <script>alert(1)</script>" in page
    assert [link["href"] for link in page.soup.select(".letter-text a")] == ["/tenants/acme", "/"]
    assert page.one("iframe").has_attr("sandbox")


def test_its_html_can_do_nothing(ada: Visitor, written: Message) -> None:
    response = ada.client.get(f"/mail/{written.id}/html")
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    text = response.get_data(as_text=True)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_without_mail_it_says_where_some_comes_from(
    cast: Cast, another_portal: Callable[..., Flask], visitor: type[Visitor], tmp_path: Path
) -> None:
    ada = visitor(another_portal(demonstration=True, instance=tmp_path)).sign_in("ada")
    assert "No mail yet" in ada.visit("/mail")
    assert "No mail yet" in ada.visit("/mail?offset=-1")
    for missing in (f"/mail/{new_id()}", f"/mail/{new_id()}/html", "/mail/..%2Fsecret.key"):
        assert ada.get(missing).status == 404


def test_elsewhere_there_is_no_such_page(written: Message, client: Visitor) -> None:
    client.sign_in("ada")
    assert client.get("/mail").status == 404
    assert not client.visit("/tenants").soup.select("a[href='/mail']")


def test_a_mail_server_that_is_set_is_named(
    cast: Cast, another_portal: Callable[..., Flask], visitor: type[Visitor], settings: Settings, tmp_path: Path
) -> None:
    server = MailServer("mail.example.com", 25, username="u", password="hidden-word")
    portal = another_portal(demonstration=True, instance=tmp_path, mail_server=server)
    page = visitor(portal).sign_in("ada").visit("/mail")
    assert "Mail goes to mail.example.com." in page
    assert "hidden-word" not in page.text
