"""A receiver of webhooks on loopback: a real server, which answers as it is told and keeps what came."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Answering = Callable[[socket.socket, int], None]
"""Answers on a connection whose request has been read; the number counts requests from 1."""


@dataclass(frozen=True)
class Request:
    """What came in."""

    line: str
    headers: dict[str, str]
    body: bytes


def saying(status: int, body: bytes = b"", **headers: str) -> Answering:
    """Answer with a status, a body and further headers: `saying(503, Retry_After="60")`."""
    lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join([*lines, "", ""]).encode() + body)


def raw(answer: bytes) -> Answering:
    """Answer with these bytes, and close."""
    return lambda connection, _number: connection.sendall(answer)


def in_turn(*answers: Answering) -> Answering:
    """Answer the first request by the first, and so on; the last one goes on."""
    return lambda connection, number: answers[min(number, len(answers)) - 1](connection, number)


@dataclass
class Receiver:
    """`with Receiver() as receiver:` listens at `receiver.url`. With `tls`, it speaks https."""

    answer: Answering = field(default_factory=lambda: saying(200, b"thanks"))
    tls: ssl.SSLContext | None = None
    path: str = "/in"

    def __enter__(self) -> Receiver:
        self.requests: list[Request] = []
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}{self.path}"

    def ids(self) -> list[str]:
        """The `webhook-id` of each request, in the order in which they came."""
        return [request.headers["webhook-id"] for request in self.requests]

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            connection.settimeout(30)
            request = _read(connection)
            with self._lock:
                self.requests.append(request)
                number = len(self.requests)
            self.answer(connection, number)
        except OSError:
            pass
        finally:
            connection.close()


def _read(connection: socket.socket) -> Request:
    came = b""
    while b"\r\n\r\n" not in came:
        came += _some(connection)
    head, _, body = came.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
    while len(body) < int(headers["content-length"]):
        body += _some(connection)
    return Request(line, headers, body)


def _some(connection: socket.socket) -> bytes:
    some = connection.recv(65536)
    if not some:
        raise ConnectionError
    return some
