"""One request to somebody else's server: to the address that was judged, within one time, and no more than is wanted.

A time-out of each read would let a receiver that sends a byte a second hold on for ever; so everything here, from
looking the name up to the last byte, draws on one deadline. The connection is httpcore2's, whose network can be given.
"""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

import httpcore2

from portal.foundation.addresses import NotFoundByName, NotPublic, Target, outside
from portal.foundation.clock import now
from portal.webhooks.limits import ANSWER_BYTES

_PIECE = 16 * 1024
_TRIED = 4
"""How many addresses of a host are tried."""
_FOLLOWED = range(300, 400)
_TAKEN = range(200, 300)
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What came of a request: the status and the first 64 KiB of the body, or a sentence that says what went wrong.
    `retry_after` is in seconds."""

    took_ms: int
    status: int | None = None
    body: str | None = None
    error: str | None = None
    retry_after: int | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None


class _Phase(Enum):
    FINDING = auto()
    CONNECTING = auto()
    SECURING = auto()
    TALKING = auto()


class _Network(httpcore2.NetworkBackend):
    """Connects to an address that has been judged, and keeps the deadline."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        self.phase = _Phase.FINDING
        self._real = httpcore2.SyncBackend()

    def left(self) -> float:
        """Give the seconds that are left; raises ReadTimeout where none are."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the host's addresses that answers."""
        addresses = outside.addresses(host, self.left())[:_TRIED]
        self.phase = _Phase.CONNECTING
        for number, address in enumerate(addresses, 1):
            share = self.left() / (len(addresses) - number + 1)
            try:
                return _Stream(self._real.connect_tcp(address, port, share, local_address, socket_options), self)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise httpcore2.ConnectError


class _Stream(httpcore2.NetworkStream):
    """A connection whose every step has only the time that is left of all."""

    def __init__(self, inner: httpcore2.NetworkStream, network: _Network) -> None:
        self._inner, self._network = inner, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        self._network.phase = _Phase.TALKING
        return self._inner.read(max_bytes, self._network.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write piece by piece: a receiver may take them slowly too."""
        self._network.phase = _Phase.TALKING
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], self._network.left())

    def close(self) -> None:
        """Close."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Secure the connection; the certificate has to be of the host's name."""
        self._network.phase = _Phase.SECURING
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._network.left()), self._network)

    def get_extra_info(self, info: str) -> Any:
        """Give what is known of the connection."""
        return self._inner.get_extra_info(info)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Trust whom the system trusts; `SSL_CERT_FILE` names others, as OpenSSL has it."""
    return ssl.create_default_context()


def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
    """Send a body as JSON and give what came of it; nothing is raised. `seconds` are for the whole exchange."""
    began = time.monotonic()
    network = _Network(seconds)
    status, retry_after, error = None, None, None
    kept = bytearray()
    try:
        target = outside.target(url)
        with (
            httpcore2.ConnectionPool(ssl_context=_authorities(), network_backend=network, max_connections=1) as pool,
            pool.stream("POST", _url(target), headers=_headers(target, headers), content=body) as response,
        ):
            status, retry_after = response.status, _retry_after(response.headers)
            for chunk in response.iter_stream():
                kept += chunk[: ANSWER_BYTES - len(kept)]
                if len(kept) >= ANSWER_BYTES:
                    break  # what else there is, stays there
        error = _refusal(status)
    except Exception as failure:
        error = _words(failure, network.phase, seconds, status)
    took = round((time.monotonic() - began) * 1000)
    shown = kept.decode("utf-8", "replace").replace("\x00", "\ufffd") if status is not None else None
    return Answer(took, status, shown, error, retry_after if error else None)


def _url(target: Target) -> httpcore2.URL:
    parts = {"scheme": target.scheme, "host": target.host, "target": target.path}
    return httpcore2.URL(port=target.port, **{name: part.encode() for name, part in parts.items()})


def _headers(target: Target, given: Mapping[str, str]) -> list[tuple[str, str]]:
    usual = {
        "Host": target.authority,
        "User-Agent": "tenant-portal",
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Connection": "close",
    }
    return [*usual.items(), *given.items()]


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Read the header in either of its forms; None where it is neither."""
    value = next((text for name, text in headers if name.lower() == b"retry-after"), b"").decode("ascii", "replace")
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, round((at - now()).total_seconds()))


def _refusal(status: int) -> str | None:
    if status in _TAKEN:
        return None
    if status == GONE:
        return "The receiver answered 410: it wants nothing any more."
    if status in _FOLLOWED:
        return f"The receiver answered {status}. Redirects are not followed: set the address it leads to."
    return f"The receiver answered {status}."


def _words(failure: Exception, phase: _Phase, seconds: float, status: int | None) -> str:
    """Say in a sentence what went wrong. Whether a port is closed or only silent makes no difference to it."""
    match failure:
        case NotPublic():
            return "The host is not on the public internet, and webhooks go only there."
        case NotFoundByName():
            return "The host’s name could not be found."
        case ValueError() if phase is _Phase.FINDING:
            return f"The address cannot be used: {failure}."
    if phase in {_Phase.FINDING, _Phase.CONNECTING}:
        return "The receiver could not be reached."
    if phase is _Phase.SECURING:
        return _words_of_tls(failure)
    if isinstance(failure, httpcore2.TimeoutException):
        what = "answer" if status is None else "finish its answer"
        return f"The receiver did not {what} within {seconds:g} {'second' if seconds == 1 else 'seconds'}."
    if isinstance(failure, httpcore2.RemoteProtocolError | httpcore2.ReadError | httpcore2.WriteError):
        broke_off = "The receiver broke the connection off"
        return f"{broke_off} before it answered." if status is None else f"{broke_off} within its answer."
    return "The exchange failed."


def _words_of_tls(failure: Exception) -> str:
    cause = failure.__cause__ or failure.__context__ or failure
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The receiver’s certificate is not accepted: {cause.verify_message.rstrip('.')}."[:300]
    return "No secure connection could be made with the receiver."
