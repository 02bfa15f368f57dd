"""What the mail's stories share: a mail server on loopback, a worker, and what lies in the outbox."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.foundation.database import db
from portal.mail.models import MailAttempt, Message
from portal.mail.sending import Mail
from portal.mail_setting import MailServer, Security
from portal.worker.leasing import LeasingRunner
from portal.worker.running import work

USER, PASSWORD = "portal@example.com", "p/ss:wörd@1"


@dataclass
class Postbox:
    """What a mail server was handed, and what it answers instead of taking it."""

    letters: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)
    to_recipient: str | None = None
    to_data: str | None = None
    utf8: bool = True
    login: bool = False

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return responses if self.utf8 else [each for each in responses if "SMTPUTF8" not in each]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.login and not session.authenticated:
            return "530 5.7.0 Sign in first"
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.to_data:
            return self.to_data
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        self.letters.append((envelope, message))
        return "250 Taken"

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages alone."""
        return [message for _, message in self.letters]


class _OnAnyPort(Controller):
    """Listens on whatever port is free, and knows which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _signs_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority that nobody knows but these tests."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """The authority's certificate."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


Serve = Callable[..., tuple[Postbox, MailServer]]


@pytest.fixture
def mail_server(authority: trustme.CA, ca_file: Path) -> Iterator[Serve]:
    """Starts mail servers: `mail_server(security, login=True)` gives what it was handed, and how to reach it."""
    started: list[Controller] = []

    def serve(
        security: Security = Security.NONE, *, login: bool = False, name: str = "localhost", **answers: Any
    ) -> tuple[Postbox, MailServer]:
        postbox = Postbox(login=login, **answers)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(context)
        options: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": "127.0.0.1", "port": 0}
        if security is Security.TLS:
            options["ssl_context"] = context
        if security is Security.STARTTLS:
            options |= {"tls_context": context, "require_starttls": True}
        if login:
            options |= {"authenticator": _signs_in, "auth_require_tls": False}
        controller = _OnAnyPort(postbox, **options)
        controller.start()
        started.append(controller)
        server = MailServer("localhost", controller.port, security, ca_file=ca_file)
        return postbox, replace(server, username=USER, password=PASSWORD) if login else server

    yield serve
    for each in started:
        each.stop()


class Hanging:
    """A server that says a beginning, one byte after the other, and then nothing for ever."""

    def __init__(self, words: bytes) -> None:
        self.words, self.over = words, threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self.over.is_set():
                self.connections.append(self.listening.accept()[0])
                self._drip(self.connections[-1])

    def _drip(self, connection: socket.socket) -> None:
        with suppress(OSError):
            for byte in self.words:
                if self.over.wait(0.1):
                    return
                connection.send(bytes([byte]))

    def stop(self) -> None:
        """Go away."""
        self.over.set()
        with suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        for each in (self.listening, *self.connections):
            each.close()
        self.thread.join(5)


@pytest.fixture
def hanging_server() -> Iterator[Callable[[bytes], MailServer]]:
    """Starts a server that hangs, after it has said something."""
    started: list[Hanging] = []

    def start(words: bytes = b"") -> MailServer:
        started.append(Hanging(words))
        return MailServer("127.0.0.1", started[-1].listening.getsockname()[1])

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def deliver(app: Flask, settings: Settings) -> Callable[..., None]:
    """Runs a worker of mail until nothing is due: `deliver(server)`; without one, mail goes into files."""

    def run(server: MailServer | None = None, **changes: Any) -> None:
        db.session.rollback()
        work(app, [LeasingRunner(Mail(replace(settings, mail_server=server, **changes)))], once=True)
        db.session.rollback()

    return run


class Worker:
    """`portal worker` in a process of its own, over the database of the tests and with a mail server."""

    def __init__(self, settings: Settings, server: MailServer) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
            "PORTAL_INSTANCE": str(settings.instance),
            "PORTAL_DATABASE_URL": settings.database_url,
            "PORTAL_SECRET_KEY": "q7Jd0vXr2mKp9sTz4wLb8nHc5yGf1aEe",
            "PORTAL_SMTP_URL": f"smtp://{server.host}:{server.port}",
        }
        command = [sys.executable, "-c", "from portal.commands import main; main()", "worker"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def end(self, how: signal.Signals) -> int:
        """End it, and wait for it."""
        self.process.send_signal(how)
        return self.process.wait(60)


def outbox() -> Sequence[Message]:
    """Everything that was written, in order."""
    db.session.rollback()
    return db.session.scalars(select(Message).order_by(Message.id)).all()


def attempts() -> Sequence[MailAttempt]:
    """Every attempt, in order."""
    db.session.rollback()
    return db.session.scalars(select(MailAttempt).order_by(MailAttempt.id)).all()
