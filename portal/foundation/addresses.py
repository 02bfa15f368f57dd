"""Where a program of ours may be sent by what somebody typed: to the public internet, and nowhere else.

An address is judged when it is saved and again when the connection is made, to the very address that was judged. What
tells the two apart is only that a name that does not resolve yet may be saved.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, quote, urlsplit

LOOKUP_SECONDS = 2.0
"""How long saving waits for a host's name."""

_NOT_PUBLIC = [
    ipaddress.ip_network(block)
    for block in (
        # IANA's special-purpose registry for IPv4 (RFC 6890 and its successors), multicast and what is reserved.
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # Azure's metadata service has an address of the public range.
        "168.63.129.16/32",
    )
]
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
"""The only IPv6 addresses in public use. IPv4 in IPv6, as ::ffff:0:0/96 and NAT64 have it, lies outside."""
_NOT_PUBLIC_V6 = [
    ipaddress.ip_network(block)
    # Teredo and its neighbours, documentation, 6to4, and the direct delegation of AS112.
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
_OURS = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion")
"""Last parts of names that no public name has."""
_UNRESOLVED = ("example", "test", "invalid")
"""Last parts of names that never resolve (RFC 2606), so nobody is asked for them."""
_HTTPS, _HTTP = 443, 80
_NOT_PUBLIC_WORDS = "the host is not on the public internet, and webhooks go only there"
_NO_NAME = "this is not a host name; write it like https://example.com/hook"


class NotPublic(ValueError):
    """The host, or one of its addresses, is not on the public internet."""


class NotFoundByName(ValueError):
    """The host's name leads to no address, or not in time."""


@dataclass(frozen=True)
class Target:
    """A URL taken apart. `host` is in ASCII and without brackets; `path` is percent-encoded, with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": _HTTPS, "http": _HTTP}[self.scheme] else f"{host}:{self.port}"


class Outside:
    """What of the world outside may be called: public hosts by https at some ports, and hosts that are named."""

    def __init__(self) -> None:
        self.use((), (_HTTPS,))

    def use(self, allowed_hosts: Collection[str], ports: Collection[int]) -> None:
        """Call public hosts at these ports; hosts of these names may be private, at any port and by http."""
        self.allowed_hosts, self.ports = frozenset(allowed_hosts), frozenset(ports)

    def checked_url(self, url: str) -> str:
        """Give the URL back if it may be called; ValueError with a sentence for what is wrong with it.

        Waits at most two seconds for the host's name; one that does not resolve yet passes, because it is asked again
        when the connection is made.
        """
        target = self.target(url)
        with contextlib.suppress(NotFoundByName):
            self.addresses(target.host, LOOKUP_SECONDS)
        return url

    def leads_nowhere(self, url: str) -> bool:
        """Say whether the host's name of a URL that was checked is not known, asking for two seconds at most."""
        try:
            self.addresses(self.target(url).host, LOOKUP_SECONDS)
        except NotFoundByName:
            return True
        except NotPublic:
            return False
        return False

    def target(self, url: str) -> Target:
        """Take a URL apart; ValueError with a sentence where it cannot be called, whatever its host's address is."""
        if any(character.isspace() or character == "\\" for character in url):
            raise ValueError("it contains a space or a backslash; write them as %20 or %5C")
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in url):
            raise ValueError("it contains control characters; leave them out")
        parts = _split(url)
        named = (parts.hostname or "").rstrip(".") in self.allowed_hosts
        if parts.scheme != "https" and not (named and parts.scheme == "http"):
            raise ValueError("it begins with https://, so that nobody on the way can read what is sent")
        if not parts.hostname:
            raise ValueError("the host is missing; write it like https://example.com/hook")
        if "@" in parts.netloc:
            raise ValueError("leave the user name and password out; what is sent is signed instead")
        if "#" in url:
            raise ValueError("leave out the part behind #; it is never sent")
        port = parts.port if parts.port is not None else {"https": _HTTPS, "http": _HTTP}[parts.scheme]
        if not (named or port in self.ports):
            raise ValueError(f"the port is {_listed(self.ports)}; others belong to other services")
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~[]|")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~?[]|")
        return Target(parts.scheme, _in_ascii(parts.hostname), port, f"{path}?{query}" if query else path)

    def addresses(self, host: str, seconds: float) -> list[str]:
        """Give the addresses of a host, waiting `seconds` at most.

        Raises NotPublic where one of them is not public, NotFoundByName where there is none.
        """
        found = looked_up(host, seconds, even_ours=host in self.allowed_hosts)
        if host not in self.allowed_hosts and not all(is_public(address) for address in found):
            raise NotPublic(_NOT_PUBLIC_WORDS)
        return found


outside = Outside()


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet's. IPv4 in IPv6 never is."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _PUBLIC_V6 and not any(ip in block for block in _NOT_PUBLIC_V6)
    return not any(ip in block for block in _NOT_PUBLIC)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError("this is not a web address; write it like https://example.com/hook") from error
    return parts


def _listed(ports: Collection[int]) -> str:
    return " or ".join(str(port) for port in sorted(ports))


def _in_ascii(host: str) -> str:
    """Give a host as the resolver is asked for it; ValueError where it is neither a name nor an address."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return host
    try:
        name = host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError as error:
        raise ValueError(_NO_NAME) from error
    if not re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", name):
        raise ValueError(_NO_NAME)
    return name


def looked_up(host: str, seconds: float, *, even_ours: bool = True) -> list[str]:
    """Give the addresses of a host, whatever they are, waiting `seconds` at most; names of a local network are asked
    for where `even_ours` says so.

    Raises NotPublic for such a name otherwise, and NotFoundByName where there is no address, or not in time.
    """
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    last = host.rpartition(".")[2]
    # A name without a dot is one of a local network, unless it is a number: 2130706433 is an address too.
    local = last in _OURS or ("." not in host and not re.fullmatch(r"[0-9]+|0x[0-9a-f]+", host))
    if local and not even_ours:
        raise NotPublic(_NOT_PUBLIC_WORDS)
    if last in _UNRESOLVED:
        raise NotFoundByName("the host's name is not known")
    answer: SimpleQueue[list[str]] = SimpleQueue()
    # A thread of its own: the resolver cannot be told how long to wait, and one that hangs holds up nobody else.
    threading.Thread(target=_ask, args=(host, answer), daemon=True, name="lookup").start()
    with contextlib.suppress(Empty):
        if found := answer.get(timeout=max(seconds, 0)):
            return found
    raise NotFoundByName("the host's name is not known")


def _ask(host: str, answer: SimpleQueue[list[str]]) -> None:
    found: list[str] = []
    with contextlib.suppress(OSError, UnicodeError):
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, 0, socket.SOCK_STREAM)]
    answer.put(list(dict.fromkeys(found)))
