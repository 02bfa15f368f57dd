"""Whether a webhook may be sent to an address: https, a public host, no name or password in it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

LOOKUP_SECONDS = 2
_lookups = concurrent.futures.ThreadPoolExecutor(max_workers=4, thread_name_prefix="webhook-lookup")

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
_HTTPS = 443
_FIRST_FREE_PORT = 1024


def checked_url(url: str) -> str:
    """Give the URL back if a webhook may be sent there; ValueError with a sentence for what is wrong with it.

    Waits at most two seconds for the host's name; one that does not resolve yet passes, because it is asked again
    when the connection is made.
    """
    if any(character.isspace() or character == "\\" for character in url):
        raise ValueError("it contains a space or a backslash; write them as %20 or %5C")
    parts = _split(url)
    if parts.scheme != "https":
        raise ValueError("it begins with https://, so that nobody on the way can read what is sent")
    if not parts.hostname:
        raise ValueError("the host is missing; write it like https://example.com/hook")
    if "@" in parts.netloc:
        raise ValueError("leave the user name and password out; what is sent is signed instead")
    if "#" in url:
        raise ValueError("leave out the part behind #; it is never sent")
    if parts.port is not None and parts.port != _HTTPS and parts.port < _FIRST_FREE_PORT:
        raise ValueError(f"the port is {_HTTPS}, or {_FIRST_FREE_PORT:,} and above; others belong to other services")
    if not all(is_public(address) for address in _addresses(parts.hostname)):
        raise ValueError("the host is not on the public internet, and webhooks go only there")
    return url


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError("this is not a web address; write it like https://example.com/hook") from error
    return parts


def _addresses(host: str) -> Iterable[str]:
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    name = _in_ascii(host)
    if name.rpartition(".")[2] in _OURS:
        return ["127.0.0.1"]
    if name.rpartition(".")[2] in _UNRESOLVED:
        return []
    try:
        found = _lookups.submit(socket.getaddrinfo, name, _HTTPS, 0, socket.SOCK_STREAM).result(timeout=LOOKUP_SECONDS)
    except (OSError, concurrent.futures.TimeoutError):
        return []
    return {str(entry[4][0]) for entry in found}


def _in_ascii(host: str) -> str:
    """Give a host's name as the resolver is asked for it; ValueError where it is none."""
    try:
        name = host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError as error:
        raise ValueError("this is not a host name; write it like https://example.com/hook") from error
    if not re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", name):
        raise ValueError("this is not a host name; write it like https://example.com/hook")
    if "." not in name and not re.fullmatch(r"[0-9]+|0x[0-9a-f]+", name):
        return f"{name}.internal"  # a name without a dot is one of a local network
    return name


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet's. IPv4 in IPv6 never is."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _PUBLIC_V6 and not any(ip in block for block in _NOT_PUBLIC_V6)
    return not any(ip in block for block in _NOT_PUBLIC)
