"""Where mail goes, as the settings say it: the parts of `PORTAL_SMTP_URL`, and the sender."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


SCHEMES = {
    "smtp": (Security.NONE, 25),
    "smtp+starttls": (Security.STARTTLS, 587),
    "smtps": (Security.TLS, 465),
}
"""Scheme → how the connection is protected, and the port where none is named."""


@dataclass(frozen=True)
class MailServer:
    """A mail server. `ca_file` holds the authorities to trust instead of the system's."""

    host: str
    port: int
    security: Security = Security.NONE
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    def tls(self) -> ssl.SSLContext:
        """Give what verifies the server's certificate and name."""
        return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)


def mail_server(text: str, ca_file: str | None = None) -> MailServer:
    """Read a server's address; ValueError, which never says the address back, where it cannot work."""
    parts, port = _split(text)
    if parts.scheme not in SCHEMES:
        raise ValueError("begins with smtp://, smtp+starttls:// or smtps://.")
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("is like smtp+starttls://user:password@mail.example.com:587; encode what is special in it.")
    security, usual = SCHEMES[parts.scheme]
    username, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    if (username is None) != (password is None):
        raise ValueError("names a user and a password, or neither of them.")
    if username and security is Security.NONE and not _is_here(parts.hostname):
        raise ValueError("would send the password in clear; write smtp+starttls:// or smtps://.")
    if port == 0:
        raise ValueError("names no port that can be reached; leave it out for the usual one.")
    return MailServer(parts.hostname, port or usual, security, username, password, _authorities(ca_file))


def _split(text: str) -> tuple[SplitResult, int | None]:
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("holds spaces or control characters; encode them.")
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError as error:
        raise ValueError("is like smtp+starttls://user:password@mail.example.com:587.") from error


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _authorities(ca_file: str | None) -> Path | None:
    return Path(ca_file).resolve() if ca_file else None


def check_authorities(ca_file: str | None) -> None:
    """Raise ValueError where a file of authorities cannot be read."""
    try:
        if ca_file:
            ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ValueError("names a file of certificates in PEM; this one cannot be read.") from error


def sender(text: str | None, base_url: str) -> str:
    """Give the From of every mail: what is set, else an address at the portal's host. ValueError where it is none."""
    if not text:
        return str(Address("Tenant Portal", addr_spec=f"portal@{_mail_host(base_url)}"))
    name, address = parseaddr(text)
    wrong = ValueError("is like portal@example.com, or Tenant Portal <portal@example.com>.")
    if not address or not text.isprintable():
        raise wrong
    try:
        plain = validate_email(address, check_deliverability=False, test_environment=True).ascii_email
    except EmailNotValidError as error:
        raise wrong from error
    if plain is None:
        raise ValueError("has a sender whose part before the @ is ASCII.")
    return str(Address(name, addr_spec=plain))


def _mail_host(base_url: str) -> str:
    host = urlsplit(base_url).hostname or "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{'IPv6:' if address.version == 6 else ''}{host}]"
