"""Mail goes out after the commit: by a mail server of each kind, again where that failed, and never twice as two."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.config import Settings
from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.mail.actions import write
from portal.mail.limits import JITTER_PERCENT, WAITS, Kind, State
from portal.mail.models import Message
from portal.mail_setting import MailServer, Security
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from tests.cast import Cast
from tests.mail.conftest import Serve, Worker, attempts, outbox

Deliver = Callable[..., None]
LONGER = 1 + JITTER_PERCENT / 100
"""By how much a wait may be longer than the schedule says."""


def a_message(to: str = "bills@acme.example", tenant: str = "Acme Corp") -> None:
    """Write one."""
    with unit_of_work():
        write(Kind.TENANT_DEACTIVATED, to, {"tenant": tenant, "slug": "acme"})


@pytest.mark.parametrize("login", [False, True])
@pytest.mark.parametrize("security", list(Security))
def test_a_message_reaches_a_server_of_each_kind(
    app: Flask, mail_server: Serve, deliver: Deliver, security: Security, login: bool
) -> None:
    postbox, server = mail_server(security, login=login)
    a_message()
    deliver(server)
    ((envelope, message),) = postbox.letters
    assert envelope.rcpt_tos == ["bills@acme.example"]
    assert message["Subject"] == "Acme Corp was deactivated"
    (written,) = outbox()
    assert (written.state, written.due_at, written.attempts) == (State.SENT, None, 1)
    (attempt,) = attempts()
    assert (attempt.code, attempt.error) == (250, None)


def test_it_has_what_a_message_needs(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    postbox, server = mail_server()
    a_message()
    deliver(server)
    (message,) = postbox.messages
    (written,) = outbox()
    assert message["Message-ID"] == f"<{written.id}@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Tenant Portal <portal@localhost>"
    assert message["Date"].datetime == written.written_at.replace(microsecond=0)
    assert message.get_content_type() == "multipart/alternative"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for words in ("all its services are stopped", "http://localhost/tenants/acme", "You get this because"):
        assert words in text
        assert words in html
    assert not [each for each in ("<img", "src=", "url(", "@import", "<script", "<link") if each in html]


@pytest.mark.parametrize("name", ["Acme\r\nBcc: thief@example.com", "Ünïcode 日本 <b>&amp;", "A" * 255, "\u2028x\x85y"])
def test_no_name_ends_a_header_or_becomes_html(app: Flask, mail_server: Serve, deliver: Deliver, name: str) -> None:
    postbox, server = mail_server()
    a_message(tenant=name)
    deliver(server)
    ((envelope, message),) = postbox.letters
    plain = " ".join(name.split())
    assert message["Subject"] == f"{plain} was deactivated"
    assert (message["Bcc"], envelope.rcpt_tos) == (None, ["bills@acme.example"])
    assert "<b>" not in message.get_body(("html",)).get_content()


def test_addresses_beyond_ascii(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    modern, server = mail_server()
    a_message("büro@bücher.example")
    a_message("office@bücher.example")
    deliver(server)
    assert sorted(each.rcpt_tos[0] for each, _ in modern.letters) == [
        "büro@xn--bcher-kva.example", "office@xn--bcher-kva.example",
    ]  # fmt: skip
    old, server = mail_server(utf8=False)
    a_message("büro@bücher.example")
    deliver(server)
    assert not old.letters
    assert outbox()[-1].state == State.FAILED
    assert "SMTPUTF8" in attempts()[-1].error


def test_a_4xx_is_tried_again_and_the_message_is_the_same_one(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    postbox, server = mail_server(to_data="451 4.3.0 Come back later")
    a_message()
    deliver(server)
    (written,) = outbox()
    assert (written.state, written.attempts) == (State.PENDING, 1)
    assert attempts()[0].error == "The mail server answered 451 to the message: 4.3.0 Come back later"
    deliver(server)
    assert len(attempts()) == 1, "not before it is due"
    postbox.to_data = None
    with time_machine.travel(now() + timedelta(seconds=LONGER * WAITS[0] + 1)):
        deliver(server)
    (again,) = outbox()
    assert (again.state, again.attempts, again.id) == (State.SENT, 2, written.id)
    assert postbox.messages[0]["Message-ID"] == f"<{written.id}@localhost>"


def test_a_5xx_about_the_recipient_is_for_good(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    _, server = mail_server(to_recipient="550 5.1.1 No such user here")
    a_message()
    deliver(server)
    (written,) = outbox()
    assert (written.state, written.due_at) == (State.FAILED, None)
    (attempt,) = attempts()
    assert (attempt.code, attempt.error) == (
        550, "The mail server answered 550 to the recipient: 5.1.1 No such user here")  # fmt: skip


def test_after_the_whole_schedule_it_is_given_up(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    _, server = mail_server(to_recipient="450 4.2.0 Full")
    a_message()
    at = now()
    for wait in (0, *WAITS):
        at += timedelta(seconds=LONGER * wait + 1)
        with time_machine.travel(at):
            assert outbox()[0].state == State.PENDING
            deliver(server)
    (written,) = outbox()
    assert (written.state, written.attempts, len(attempts())) == (State.FAILED, len(WAITS) + 1, len(WAITS) + 1)


WRONG_SIDE = {
    "a wrong password": ("signing in", lambda server: replace(server, password="wrong")),
    "an authority nobody trusts": ("cannot be trusted", lambda server: replace(server, ca_file=None)),
    "another name": ("cannot be trusted", lambda server: replace(server, host="127.0.0.1")),
    "no TLS where TLS was meant": ("answered", lambda server: replace(server, security=Security.NONE)),
}


@pytest.mark.parametrize("what", WRONG_SIDE)
def test_what_the_portal_is_to_blame_for_is_tried_again(
    app: Flask, mail_server: Serve, deliver: Deliver, what: str
) -> None:
    words, spoil = WRONG_SIDE[what]
    postbox, server = mail_server(Security.STARTTLS, login=True)
    a_message()
    deliver(spoil(server))
    (written,) = outbox()
    (attempt,) = attempts()
    assert (written.state, written.attempts) == (State.PENDING, 1)
    assert words in attempt.error
    assert "wrong" not in attempt.error
    assert not postbox.letters


def test_without_starttls_nothing_is_sent_in_clear(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    postbox, server = mail_server()
    a_message()
    deliver(replace(server, security=Security.STARTTLS))
    assert "STARTTLS" in attempts()[0].error
    assert not postbox.letters


def test_tls_that_is_none_is_said_in_words(app: Flask, mail_server: Serve, deliver: Deliver) -> None:
    _, server = mail_server()
    a_message()
    deliver(replace(server, security=Security.TLS), mail_timeout_seconds=1.0)
    assert "No protected connection" in attempts()[0].error or "too long" in attempts()[0].error


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
@pytest.mark.parametrize("says", [b"", b"220 slow\r\n" + b"250-and so on\r\n" * 1000])
def test_a_server_that_hangs_or_drips_is_left_after_the_time_out(
    app: Flask, deliver: Deliver, hanging_server: Callable[[bytes], MailServer], says: bytes, security: Security
) -> None:
    if says and security is Security.TLS:
        says = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"\x00" * 1000  # a handshake without an end
    a_message()
    deliver(replace(hanging_server(says), security=security), mail_timeout_seconds=0.7)
    (attempt,) = attempts()
    assert "took too long" in attempt.error
    assert outbox()[0].state == State.PENDING


def test_a_name_server_that_hangs_is_left_after_the_time_out(
    app: Flask, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given: over.wait(60) and [])
    a_message()
    deliver(MailServer("mail.acme.com", 25), mail_timeout_seconds=0.3)
    over.set()
    assert attempts()[0].error == "The name mail.acme.com was not found."
    assert outbox()[0].state == State.PENDING


def test_a_message_survives_a_worker_that_is_killed_while_sending(
    app: Flask, settings: Settings, deliver: Deliver, mail_server: Serve, hanging_server: Callable[[bytes], MailServer]
) -> None:
    a_message()
    hanging = hanging_server(b"")
    worker = Worker(settings, hanging)
    while not (written := outbox()[0]).lease:
        time.sleep(0.02)
    assert worker.end(signal.SIGKILL) == -signal.SIGKILL
    postbox, server = mail_server()
    deliver(server)
    assert not postbox.messages, "its lease holds"
    with time_machine.travel(now() + timedelta(seconds=200)):
        deliver(server)
    (message,) = postbox.messages
    assert message["Message-ID"] == f"<{written.id}@localhost>"
    assert outbox()[0].state == State.SENT


def test_nobody_at_the_address(app: Flask, deliver: Deliver) -> None:
    a_message()
    deliver(MailServer("127.0.0.1", 1))
    assert attempts()[0].error == "Nobody listens at 127.0.0.1:1."


def test_a_dead_server_keeps_no_change_waiting_and_loses_nothing(
    cast: Cast, deliver: Deliver, mail_server: Serve, hanging_server: Callable[[bytes], MailServer]
) -> None:
    tenants.suspend_tenant(system(), cast.acme, Suspension.read({"reason": "Overdue"}))
    deliver(hanging_server(b""), mail_timeout_seconds=0.5)
    postbox, server = mail_server()
    with time_machine.travel(time.time() + 60):
        deliver(server)
    assert [each["To"] for each in postbox.messages] == ["olive <olive@example.com>"]


def test_a_change_that_does_not_happen_tells_nobody(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012 - what breaks comes after the change
        tenants.suspend_tenant(system(), cast.acme, Suspension.read({"reason": "Overdue"}))
        raise ZeroDivisionError
    assert not outbox()


def test_a_message_without_words_is_not_lost(app: Flask, deliver: Deliver, mail_server: Serve) -> None:
    _, server = mail_server()
    with unit_of_work() as session:
        session.add(Message(kind=Kind.MEMBER_ADDED, to_address="x@example.com", facts={}, due_at=now()))
    deliver(server)
    assert outbox()[0].state == State.PENDING
    assert "could not be put into words" in attempts()[0].error
    db.session.rollback()
