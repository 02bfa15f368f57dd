"""Receivers of every kind: slow, endless, broken, unreachable, badly certified. Each has its sentence, and its end."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from portal.foundation.addresses import outside
from portal.webhooks.exchange import Answer, _authorities, post
from portal.webhooks.limits import ANSWER_BYTES
from tests.webhooks.receiver import Answering, Receiver, raw, saying

FAR_TOO_LONG = 20.0
"""Seconds after which a time-out of one second has not been kept."""


def sent_to(answer: Answering, seconds: float = 10) -> Answer:
    with Receiver(answer) as receiver:
        return post(receiver.url, {"webhook-id": "1"}, b"{}", seconds)


def drip(connection: socket.socket, piece: bytes, receiver_gone: Callable[[], bool] = lambda: False) -> None:
    while not receiver_gone():
        connection.sendall(piece)
        time.sleep(0.2)


def hang(connection: socket.socket, _number: int) -> None:
    connection.recv(1)


def drip_headers(connection: socket.socket, _number: int) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(connection, b"x")


def drip_body(connection: socket.socket, _number: int) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    drip(connection, b"x")


def drip_chunks(connection: socket.socket, _number: int) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    drip(connection, b"1\r\nx\r\n")


def only_informs(connection: socket.socket, _number: int) -> None:
    drip(connection, b"HTTP/1.1 102 Processing\r\n\r\n")


@pytest.mark.parametrize("answer", [hang, drip_headers, only_informs], ids=lambda each: each.__name__)
def test_who_does_not_answer_in_time_is_left(loopback: None, answer: Answering) -> None:
    began = time.monotonic()
    result = sent_to(answer, 1)
    assert time.monotonic() - began < FAR_TOO_LONG
    assert (result.status, result.error) == (None, "The receiver did not answer within 1 second.")
    assert result.took_ms >= 900


@pytest.mark.parametrize("answer", [drip_body, drip_chunks], ids=lambda each: each.__name__)
def test_who_answers_a_byte_at_a_time_is_left_too(loopback: None, answer: Answering) -> None:
    began = time.monotonic()
    result = sent_to(answer, 1)
    assert time.monotonic() - began < FAR_TOO_LONG
    assert (result.status, result.error) == (200, "The receiver did not finish its answer within 1 second.")
    assert set(result.body or "") <= {"x"}


def test_who_does_not_read_is_left_too(loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://localhost:{deaf.getsockname()[1]}/"
        result = post(address, {}, b"x" * 20_000_000, 1)
    assert result.error == "The receiver did not answer within 1 second."


def test_of_ten_megabytes_64_kib_are_kept(loopback: None) -> None:
    result = sent_to(saying(200, b"y" * 10_000_000))
    assert (result.status, result.error, len(result.body or "")) == (200, None, ANSWER_BYTES)


def test_an_answer_without_an_end_is_not_read_to_it(loopback: None) -> None:
    def endless(connection: socket.socket, _number: int) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"z" * 1024 + b"\r\n")

    result = sent_to(endless)
    assert (result.error, len(result.body or "")) == (None, ANSWER_BYTES)


def reset(connection: socket.socket, _number: int) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


BROKE_OFF = "The receiver broke the connection off before it answered."
BROKE_OFF_WITHIN = "The receiver broke the connection off within its answer."


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reset, BROKE_OFF),
        (raw(b""), BROKE_OFF),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), BROKE_OFF),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), BROKE_OFF_WITHIN),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno chunk\r\n"), BROKE_OFF_WITHIN),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000), BROKE_OFF),
        (raw(b"HTTP/1.1 999999 OK\r\n\r\n"), BROKE_OFF),
        (saying(404), "The receiver answered 404."),
        (saying(500, b"\x00\xff"), "The receiver answered 500."),
    ],
)
def test_what_is_no_answer_has_its_sentence(loopback: None, answer: Answering, error: str) -> None:
    result = sent_to(answer)
    assert result.error == error
    assert "\x00" not in (result.body or "")


def test_a_closed_port_is_not_told_from_a_silent_host(loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    assert post(f"http://localhost:{closed}/", {}, b"", 2).error == "The receiver could not be reached."
    # Nobody answers there, and no packet comes back: TEST-NET-1 leads nowhere.
    outside.use(["192.0.2.1"], [443])
    assert post("http://192.0.2.1:9/", {}, b"", 0.5).error == "The receiver could not be reached."


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[trustme.CA]:
    """A certificate authority that the system trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    _authorities.cache_clear()
    yield authority
    _authorities.cache_clear()


def secured(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def sent_securely(certificate: trustme.LeafCert) -> Answer:
    with Receiver(tls=secured(certificate)) as receiver:
        return post(receiver.url, {"webhook-id": "1"}, b"{}", 10)


def test_a_certificate_of_the_host_s_name_is_accepted(loopback: None, authority: trustme.CA) -> None:
    result = sent_securely(authority.issue_cert("localhost"))
    assert (result.status, result.body, result.error) == (200, "thanks", None)


def test_the_name_is_told_to_the_server_though_the_address_is_pinned(loopback: None, authority: trustme.CA) -> None:
    asked: list[str | None] = []
    context = secured(authority.issue_cert("localhost"))
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with Receiver(tls=context) as receiver:
        post(receiver.url, {}, b"{}", 10)
    assert asked == ["localhost"]


@pytest.mark.parametrize("name", ["elsewhere.example", "127.0.0.1"])
def test_a_certificate_of_another_name_is_not(loopback: None, authority: trustme.CA, name: str) -> None:
    result = sent_securely(authority.issue_cert(name))
    assert result.status is None
    assert result.error
    assert result.error.startswith("The receiver’s certificate is not accepted: Hostname mismatch")


def test_a_certificate_of_an_unknown_authority_is_not(loopback: None, authority: trustme.CA) -> None:
    result = sent_securely(trustme.CA().issue_cert("localhost"))
    assert result.error
    assert result.error.startswith("The receiver’s certificate is not accepted: ")


def test_a_server_that_speaks_no_tls_is_said(loopback: None, authority: trustme.CA) -> None:
    with Receiver() as receiver:
        result = post(receiver.url.replace("http:", "https:"), {}, b"{}", 2)
    assert result.error == "No secure connection could be made with the receiver."
