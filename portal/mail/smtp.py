"""Sending by SMTP (RFC 5321): one connection a message, TLS verified, and never longer than the time-out in all."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from portal.foundation.addresses import NotFoundByName, looked_up
from portal.mail.letters import Letter
from portal.mail.outcomes import Fate, Outcome, in_words
from portal.mail_setting import MailServer, Security

REFUSED_FROM = 500
"""From this code on a server means it for good."""


_GO_ON = 334


class _Answer(Exception):
    """The server said no. `final` says that this recipient or message will never be taken."""

    def __init__(self, step: str, code: int, text: bytes | str, *, final: bool = False) -> None:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        super().__init__(f"The mail server answered {code} to {step}: {said or 'nothing more'}")
        self.code, self.final = code, final and code >= REFUSED_FROM


class SmtpTransport:
    """Hands letters to a mail server. It is called from several threads at once."""

    def __init__(self, server: MailServer, timeout_seconds: float) -> None:
        self.server, self.timeout = server, timeout_seconds

    def send(self, letter: Letter) -> Outcome:
        """Hand over one letter; whatever goes wrong is an outcome. What the server or the portal's own setting is to
        blame for is tried again; what is refused about the recipient or the letter with 5xx is not."""
        began = time.monotonic()
        fate, code, error = Fate.TAKEN, None, None
        try:
            with self._connected() as connection:
                code = _hand_over(connection, letter)
        except _Answer as answer:
            fate, code, error = Fate.REFUSED if answer.final else Fate.AGAIN, answer.code, in_words(str(answer))
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            fate, error = Fate.AGAIN, in_words(_words_of(failure, self.server))
        code = code if code is not None and 200 <= code <= 599 else None
        return Outcome(fate, round((time.monotonic() - began) * 1000), code, error)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Connect, protect the connection, sign in; hang up after the time-out, however slowly the server talks."""
        connection = _Connection(self.server, self.timeout)
        clock = threading.Timer(self.timeout, connection.cut)
        clock.daemon = True
        clock.start()
        try:
            connection.begin()
            yield connection
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
        except (OSError, smtplib.SMTPException) as failure:
            if connection.was_cut:
                raise TimeoutError from failure
            raise
        finally:
            clock.cancel()
            connection.close()


class _Connection(smtplib.SMTP):
    """A connection that is made step by step, so that each answer is known by the step it was given to."""

    def __init__(self, server: MailServer, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.server = server
        self.was_cut = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = _reached(looked_up(host, timeout), port, timeout)
        plain.settimeout(2 * timeout)  # `cut` comes first, and knows that it was the time
        return self._protected(plain) if self.server.security is Security.TLS else plain

    def _protected(self, plain: socket.socket) -> ssl.SSLSocket:
        """Put TLS over a connection. The handshake comes last, so that it can be cut as well."""
        tls = self.server.tls().wrap_socket(plain, server_hostname=self.server.host, do_handshake_on_connect=False)
        self.sock, self.file = tls, None  # what was sent in clear before is forgotten
        tls.do_handshake()
        return tls

    def begin(self) -> None:
        """Connect and sign in."""
        _expect("the greeting", self.connect(self.server.host, self.server.port))
        _expect("EHLO", self.ehlo())
        if self.server.security is Security.STARTTLS:
            if not self.has_extn("starttls"):
                raise _Answer("EHLO", 250, "it offers no STARTTLS, and nothing is sent in clear")
            _expect("STARTTLS", self.docmd("STARTTLS"))
            assert self.sock is not None
            self._protected(self.sock)
            _expect("EHLO", self.ehlo())  # anew: what was offered in clear does not count
        if self.server.username is not None:
            self._sign_in(self.server.username, self.server.password or "")

    def _sign_in(self, username: str, password: str) -> None:
        """Sign in by PLAIN (RFC 4616) or LOGIN, in UTF-8, which smtplib does not."""
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            answer = self.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{username}{chr(0)}{password}')}")
        elif "LOGIN" in offered:
            answer = self.docmd("AUTH", "LOGIN")
            for given in (username, password):
                if answer[0] == _GO_ON:
                    answer = self.docmd(_base64(given))
        else:
            raise _Answer("EHLO", 250, "it offers no signing in by PLAIN or LOGIN")
        _expect("signing in", answer)

    def cut(self) -> None:
        """Hang up at once, from another thread."""
        self.was_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _reached(addresses: list[str], port: int, timeout: float) -> socket.socket:
    """Connect to the first address that answers. Their name is looked up before, because that cannot be cut."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout)
    return socket.create_connection((addresses[-1], port), timeout)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hand_over(connection: smtplib.SMTP, letter: Letter) -> int:
    options = ["SMTPUTF8", "BODY=8BITMIME"] if letter.needs_utf8 else []
    if letter.needs_utf8 and not connection.has_extn("smtputf8"):
        raise _Answer("EHLO", 550, "it takes no addresses with letters beyond ASCII (SMTPUTF8)", final=True)
    if options:
        connection.command_encoding = "utf-8"
    _expect("the sender", connection.mail(letter.sender_address, options))
    _expect("the recipient", connection.rcpt(letter.recipient), final=True)
    try:
        answer = connection.data(letter.message().as_bytes())
    except smtplib.SMTPDataError as refusal:
        raise _Answer("the message", refusal.smtp_code, refusal.smtp_error, final=True) from refusal
    return _expect("the message", answer, final=True)


def _expect(step: str, answer: tuple[int, bytes], *, final: bool = False) -> int:
    code, text = answer
    if not 200 <= code < 300:
        raise _Answer(step, code, text, final=final)
    return code


def _words_of(failure: Exception, server: MailServer) -> str:
    where = f"{server.host}:{server.port}"
    match failure:
        case ssl.SSLCertVerificationError():
            return f"The certificate of {where} cannot be trusted: {failure.verify_message}."
        case ssl.SSLError():
            return f"No protected connection to {where}: {failure.reason or 'it speaks no TLS there'}."
        case TimeoutError():
            return f"{where} took too long to answer."
        case ConnectionRefusedError():
            return f"Nobody listens at {where}."
        case NotFoundByName():
            return f"The name {server.host} was not found."
        case smtplib.SMTPServerDisconnected():
            return f"{where} hung up."
        case OSError():
            return f"No connection to {where}: {failure.strerror or 'it broke off'}."
        case _:
            return f"{where} does not speak as a mail server does: {failure}"
