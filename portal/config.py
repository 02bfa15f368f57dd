"""Settings from the environment, checked at start. Nothing else reads the environment."""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.foundation.vault import GivenKeys, KeyFile
from portal.mail_setting import MailServer, check_authorities, mail_server, sender

ROOT = Path(__file__).resolve().parent.parent
_WELL_KNOWN = {"secret", "changeme", "change-me", "password", "development", "insecure"}


class WrongSetting(Exception):
    """A setting that cannot work; the message names it and says what would."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set, with its default. Times in minutes or hours as named."""

    database_url: str = field(repr=False)
    instance: Path
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://localhost:8000"
    secret_key: str = field(default="", repr=False)
    master_keys: tuple[str, ...] = field(default=(), repr=False)
    redis_url: str | None = field(default=None, repr=False)
    rate_limits: bool = True
    workers: int = 1
    session_idle_minutes: int = 120
    session_absolute_hours: int = 24 * 7
    trusted_proxies: int = 0
    webhook_allowed_hosts: tuple[str, ...] = ()
    webhook_allow_private: bool = False
    webhook_ports: tuple[int, ...] = (443,)
    webhook_schedule: tuple[int, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
    webhook_jitter_percent: int = 10
    mail_server: MailServer | None = None
    mail_from: str = "Tenant Portal <portal@localhost>"
    mail_timeout_seconds: float = 30.0
    longest_call_hours: int = 4
    demonstration: bool = False
    argon2_memory_kib: int = 65536
    testing: bool = False

    @property
    def https(self) -> bool:
        """Whether people reach the portal by https."""
        return self.base_url.startswith("https://")

    def require_public_webhooks(self) -> None:
        """Raise WrongSetting where webhooks may be sent to private hosts and nobody said that this is meant."""
        if self.webhook_allowed_hosts and not self.webhook_allow_private:
            raise WrongSetting(
                "PORTAL_WEBHOOK_ALLOWED_HOSTS is for development: whoever may set a webhook could reach these hosts. "
                "Where that is meant, set PORTAL_WEBHOOK_ALLOW_PRIVATE=yes."
            )

    @property
    def key_source(self) -> KeyFile | GivenKeys:
        """Where master keys come from: the environment, or a file of the instance."""
        return GivenKeys(list(self.master_keys)) if self.master_keys else KeyFile(self.instance / "master.keys")


DESCRIPTIONS = {
    "PORTAL_DATABASE_URL": ("a SQLite file in the instance folder", "SQLite or PostgreSQL: `postgresql://…`"),
    "PORTAL_INSTANCE": ("`instance/`", "folder of the database, the keys and the mail"),
    "PORTAL_HOST": ("`127.0.0.1`", "address to listen on"),
    "PORTAL_PORT": ("`8000`", "port to listen on"),
    "PORTAL_BASE_URL": ("`http://localhost:<port>`", "how people reach the portal; https makes cookies `Secure`"),
    "PORTAL_SECRET_KEY": ("made in the instance folder", "signs the session cookie; 32 characters or more"),
    "PORTAL_MASTER_KEYS": ("made in the instance folder", "keys under which secrets lie, newest first, by commas"),
    "PORTAL_REDIS_URL": ("none", "where rate limits are counted with several machines"),
    "PORTAL_RATE_LIMITS": ("`on`", "`off` counts nothing"),
    "PORTAL_WORKERS": ("`1`", "processes that serve"),
    "PORTAL_SESSION_IDLE_MINUTES": ("`120`", "a session unused for this long has ended"),
    "PORTAL_SESSION_HOURS": ("`168`", "a session this old has ended, used or not"),
    "PORTAL_WEBHOOK_ALLOWED_HOSTS": (
        "none",
        "for development: hosts that webhooks may reach though private, by commas",
    ),
    "PORTAL_WEBHOOK_ALLOW_PRIVATE": ("`no`", "`yes` lets production start with allowed hosts"),
    "PORTAL_WEBHOOK_PORTS": ("`443`", "ports that webhooks may be sent to, by commas"),
    "PORTAL_WEBHOOK_SCHEDULE": (
        "`5s 5m 30m 2h 5h 10h 10h`",
        "how long a failed delivery waits before each further attempt",
    ),
    "PORTAL_WEBHOOK_JITTER_PERCENT": ("`10`", "by how much such a wait may be longer, at random"),
    "PORTAL_SMTP_URL": (
        "none: mail is written to `instance/mail/`",
        "the mail server: `smtp://`, `smtp+starttls://` or `smtps://`, with `user:password@`",
    ),
    "PORTAL_SMTP_CA_FILE": (
        "the system's",
        "certificates (PEM) of the authorities that the mail server's is checked by",
    ),
    "PORTAL_MAIL_FROM": ("`portal@` the host of `PORTAL_BASE_URL`", "who mail is from: `Name <address>`"),
    "PORTAL_LONGEST_CALL_HOURS": ("`4`", "a call that never ends stops counting as running after this"),
    "PORTAL_TRUSTED_PROXIES": ("`0`", "how many proxies in front set `X-Forwarded-For` and `-Proto`"),
}
"""Every setting of the environment: its default and what it is, as the README lists them."""


def from_environment(environment: Mapping[str, str] | None = None, *, demonstration: bool = False) -> Settings:
    """Read the settings; raises WrongSetting at the first that cannot work."""
    given = dict(os.environ if environment is None else environment)
    unknown = sorted(name for name in given if name.startswith("PORTAL_") and name not in DESCRIPTIONS
                     and name not in _INTERNAL)  # fmt: skip
    if unknown:
        raise WrongSetting(f"{unknown[0]} is not a setting. The README lists them all.")
    instance = Path(given.get("PORTAL_INSTANCE") or ROOT / "instance").resolve()
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(f"PORTAL_INSTANCE: {instance} cannot be made: {error.strerror}.") from error
    port = _whole(given, "PORTAL_PORT", 8000, 1, 65535)
    base_url = _base_url(given.get("PORTAL_BASE_URL") or f"http://localhost:{port}")
    settings = Settings(
        database_url=_database_url(given, instance),
        instance=instance,
        host=given.get("PORTAL_HOST") or "127.0.0.1",
        port=port,
        base_url=base_url,
        secret_key=_secret_key(given, instance),
        master_keys=tuple(part.strip() for part in given.get("PORTAL_MASTER_KEYS", "").split(",") if part.strip()),
        redis_url=_redis_url(given.get("PORTAL_REDIS_URL") or None),
        rate_limits=_on_or_off(given, "PORTAL_RATE_LIMITS", True),
        workers=_whole(given, "PORTAL_WORKERS", 1, 1, 64),
        session_idle_minutes=_whole(given, "PORTAL_SESSION_IDLE_MINUTES", 120, 1, 60 * 24 * 30),
        session_absolute_hours=_whole(given, "PORTAL_SESSION_HOURS", 24 * 7, 1, 24 * 90),
        longest_call_hours=_whole(given, "PORTAL_LONGEST_CALL_HOURS", 4, 1, 24 * 7),
        trusted_proxies=_whole(given, "PORTAL_TRUSTED_PROXIES", 0, 0, 5),
        **_webhooks(given),
        **_mail(given, base_url),
        demonstration=demonstration,
    )
    try:
        settings.key_source.keys()
    except (ValueError, PermissionError, OSError) as error:
        name = "PORTAL_MASTER_KEYS" if settings.master_keys else "PORTAL_INSTANCE"
        raise WrongSetting(f"{name}: {error}") from error
    return settings


_INTERNAL = {"PORTAL_CHROMIUM"}


def _whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise WrongSetting(f"{name} is a whole number from {low:,} to {high:,}; “{text}” is not.")
    return int(text)


def _on_or_off(given: Mapping[str, str], name: str, default: bool) -> bool:
    text = given.get(name, "").strip().lower()
    if text not in {"", "on", "off"}:
        raise WrongSetting(f"{name} is “on” or “off”; “{text}” is neither.")
    return default if not text else text == "on"


def _yes_or_no(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "").strip().lower()
    if text not in {"", "yes", "no"}:
        raise WrongSetting(f"{name} is “yes” or “no”; “{text}” is neither.")
    return text == "yes"


def _hosts(given: Mapping[str, str]) -> tuple[str, ...]:
    hosts = tuple(
        part.strip().lower() for part in given.get("PORTAL_WEBHOOK_ALLOWED_HOSTS", "").split(",") if part.strip()
    )
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}", host):
            raise WrongSetting(f"PORTAL_WEBHOOK_ALLOWED_HOSTS are names like localhost, by commas; “{host}” is none.")
    return hosts


def _ports(given: Mapping[str, str]) -> tuple[int, ...]:
    name = "PORTAL_WEBHOOK_PORTS"
    parts = [part for part in re.split(r"[,\s]+", given.get(name, "")) if part]
    return tuple(_whole({name: part}, name, 443, 1, 65535) for part in parts) or (443,)


_SECONDS = {"s": 1, "m": 60, "h": 3600}


def _schedule(given: Mapping[str, str]) -> tuple[int, ...]:
    parts = given.get("PORTAL_WEBHOOK_SCHEDULE", "").split() or "5s 5m 30m 2h 5h 10h 10h".split()
    found = [re.fullmatch(r"([1-9][0-9]{0,3})([smh])", part) for part in parts]
    seconds = [int(each[1]) * _SECONDS[each[2]] for each in found if each]
    if len(seconds) != len(parts) or len(parts) > 20 or max(seconds) > 86_400:
        raise WrongSetting("PORTAL_WEBHOOK_SCHEDULE is up to 20 waits of a day at most, like 5s 5m 2h.")
    return tuple(seconds)


def _database_url(given: Mapping[str, str], instance: Path) -> str:
    text = given.get("PORTAL_DATABASE_URL") or f"sqlite:///{instance / 'portal.sqlite'}"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise WrongSetting("PORTAL_DATABASE_URL is not a database's address; write postgresql://…") from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise WrongSetting(f"PORTAL_DATABASE_URL is for SQLite or PostgreSQL; “{url.get_backend_name()}” is neither.")
    if url.drivername not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise WrongSetting("PORTAL_DATABASE_URL names no other driver: write sqlite:///… or postgresql://….")
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise WrongSetting("PORTAL_DATABASE_URL names a file for SQLite: sqlite:////folder/portal.sqlite.")
    return text


def _base_url(text: str) -> str:
    wrong = WrongSetting(f"PORTAL_BASE_URL is like https://portal.example.com; “{text}” is not.")
    try:
        parts, port = urlsplit(text), urlsplit(text).port
    except ValueError as error:
        raise wrong from error
    host = parts.hostname or ""
    bare = {f"{host}{suffix}" for suffix in ("", f":{port}")} | {f"[{host}]{suffix}" for suffix in ("", f":{port}")}
    if parts.scheme not in {"http", "https"} or not host or parts.netloc.lower() not in bare or (
        parts.path not in {"", "/"} or parts.query or parts.fragment
    ):  # fmt: skip
        raise wrong
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _webhooks(given: Mapping[str, str]) -> dict[str, Any]:
    return {
        "webhook_allowed_hosts": _hosts(given),
        "webhook_allow_private": _yes_or_no(given, "PORTAL_WEBHOOK_ALLOW_PRIVATE"),
        "webhook_ports": _ports(given),
        "webhook_schedule": _schedule(given),
        "webhook_jitter_percent": _whole(given, "PORTAL_WEBHOOK_JITTER_PERCENT", 10, 0, 100),
    }


def _mail(given: Mapping[str, str], base_url: str) -> dict[str, Any]:
    ca_file, url = given.get("PORTAL_SMTP_CA_FILE") or None, given.get("PORTAL_SMTP_URL") or None
    name = "PORTAL_SMTP_CA_FILE"
    try:
        check_authorities(ca_file)
        name = "PORTAL_SMTP_URL"
        server = mail_server(url, ca_file) if url else None
        name = "PORTAL_MAIL_FROM"
        return {"mail_server": server, "mail_from": sender(given.get(name) or None, base_url)}
    except ValueError as error:
        raise WrongSetting(f"{name} {error}") from error


def _redis_url(text: str | None) -> str | None:
    if text is not None and urlsplit(text).scheme not in {"redis", "rediss", "unix"}:
        raise WrongSetting("PORTAL_REDIS_URL begins with redis://, rediss:// or unix://.")
    return text


def _secret_key(given: Mapping[str, str], instance: Path) -> str:
    if key := given.get("PORTAL_SECRET_KEY"):
        if len(key) < 32 or len(set(key)) < 10 or any(word in key.lower() for word in _WELL_KNOWN):
            raise WrongSetting("PORTAL_SECRET_KEY is 32 random characters or more; this one is short or well known.")
        return key
    path = instance / "secret.key"
    if not path.exists():
        made = base64.urlsafe_b64encode(secrets.token_bytes(48)).decode()
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(made)
        except FileExistsError:
            pass  # another process was first
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise WrongSetting(f"PORTAL_SECRET_KEY: {path} can be read by others. Mend it with: chmod 600 {path}")
    key = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(key) < 32 or not key.isprintable() or "\N{REPLACEMENT CHARACTER}" in key:
        raise WrongSetting(
            f"PORTAL_SECRET_KEY: {path} holds a short key, or none. Remove it, and a strong one is made."
        )
    return key
