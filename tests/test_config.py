"""Settings: each that cannot work is named at the start, and what is made is made for its owner alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from portal.config import DESCRIPTIONS, WrongSetting, from_environment
from portal.foundation.vault import MasterKey

ROOT = Path(__file__).resolve().parents[1]
STRONG = "q7Jd0vXr2mKp9sTz4wLb8nHc5yGf1aEe"

WRONG = [
    ("PORTAL_PORT", "http"),
    ("PORTAL_PORT", "65536"),
    ("PORTAL_PORT", "-1"),
    ("PORTAL_PORT", "80.5"),
    ("PORTAL_PORT", "٨٠"),
    ("PORTAL_DATABASE_URL", "nonsense"),
    ("PORTAL_DATABASE_URL", "mysql://localhost/portal"),
    ("PORTAL_DATABASE_URL", "sqlite://"),
    ("PORTAL_DATABASE_URL", "sqlite:///:memory:"),
    ("PORTAL_BASE_URL", "portal.example.com"),
    ("PORTAL_BASE_URL", "ftp://portal.example.com"),
    ("PORTAL_BASE_URL", "https://portal.example.com/below"),
    ("PORTAL_BASE_URL", "https://portal.example.com?x=1"),
    ("PORTAL_BASE_URL", "https://portal.example.com#x"),
    ("PORTAL_BASE_URL", "https://user@portal.example.com"),
    ("PORTAL_BASE_URL", "https://portal.example.com:port"),
    ("PORTAL_BASE_URL", "https://"),
    ("PORTAL_BASE_URL", "https://[::1"),
    ("PORTAL_SECRET_KEY", "short"),
    ("PORTAL_SECRET_KEY", "a" * 64),
    ("PORTAL_SECRET_KEY", "changeme-changeme-changeme-1234567890"),
    ("PORTAL_MASTER_KEYS", "not-a-key"),
    ("PORTAL_MASTER_KEYS", "A" * 43),
    ("PORTAL_MASTER_KEYS", f"{MasterKey(bytes(range(32)))},short"),
    ("PORTAL_REDIS_URL", "http://localhost"),
    ("PORTAL_REDIS_URL", "localhost:6379"),
    ("PORTAL_RATE_LIMITS", "maybe"),
    ("PORTAL_WORKERS", "0"),
    ("PORTAL_WORKERS", "65"),
    ("PORTAL_SESSION_IDLE_MINUTES", "0"),
    ("PORTAL_SESSION_HOURS", "2161"),
    ("PORTAL_TRUSTED_PROXIES", "6"),
    ("PORTAL_LONGEST_CALL_HOURS", "0"),
    ("PORTAL_WEBHOOK_ALLOWED_HOSTS", "http://localhost"),
    ("PORTAL_WEBHOOK_ALLOWED_HOSTS", "localhost:8000"),
    ("PORTAL_WEBHOOK_ALLOW_PRIVATE", "on"),
    ("PORTAL_WEBHOOK_PORTS", "443,https"),
    ("PORTAL_WEBHOOK_PORTS", "70000"),
    ("PORTAL_WEBHOOK_SCHEDULE", "5s and 5m"),
    ("PORTAL_WEBHOOK_SCHEDULE", "25h"),
    ("PORTAL_WEBHOOK_JITTER_PERCENT", "101"),
    ("PORTAL_SMTP_URL", "mail.example.com:25"),
    ("PORTAL_SMTP_URL", "http://mail.example.com"),
    ("PORTAL_SMTP_URL", "smtp://"),
    ("PORTAL_SMTP_URL", "smtp://mail.example.com:port"),
    ("PORTAL_SMTP_URL", "smtp://mail.example.com:0"),
    ("PORTAL_SMTP_URL", "smtp://mail.example.com/inbox"),
    ("PORTAL_SMTP_URL", "smtps://portal@mail.example.com"),
    ("PORTAL_SMTP_URL", "smtps://portal:a word@mail.example.com"),
    ("PORTAL_SMTP_URL", "smtp://portal:in-clear@mail.example.com"),
    ("PORTAL_SMTP_CA_FILE", "/no/such/file.pem"),
    ("PORTAL_MAIL_FROM", "portal"),
    ("PORTAL_MAIL_FROM", "portal@example.com\nBcc: thief@example.com"),
    ("PORTAL_COLOUR", "red"),
    ("PORTAL_SECRETKEY", STRONG),
]


def read(instance: Path, **given: str):  # type: ignore[no-untyped-def]
    return from_environment({"PORTAL_INSTANCE": str(instance), **given})


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_that_cannot_work_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name) as refusal:
        read(tmp_path, **{name: value})
    if name in {"PORTAL_SECRET_KEY", "PORTAL_MASTER_KEYS"} and len(value) > 10:
        assert value not in str(refusal.value), "a secret is never said back"


def test_every_setting_has_a_value_here_that_cannot_work() -> None:
    assert DESCRIPTIONS.keys() - {name for name, _ in WRONG} <= {"PORTAL_HOST", "PORTAL_INSTANCE"}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongSetting, match="PORTAL_INSTANCE"):
        read(tmp_path / "file" / "below")


def test_without_settings_there_are_sensible_ones(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'portal.sqlite'}"
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://localhost:8000")
    assert (settings.rate_limits, settings.workers, settings.https) == (True, 1, False)
    assert read(tmp_path, PORTAL_PORT="9001").base_url == "http://localhost:9001"


def test_an_empty_setting_is_as_none(tmp_path: Path) -> None:
    names = DESCRIPTIONS.keys() - {"PORTAL_INSTANCE"}
    assert read(tmp_path, **dict.fromkeys(names, "")) == read(tmp_path)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "https://[::1]:8443", "https://[::1]", "HTTPS://Portal:443/"]
)
def test_addresses_with_ports_and_in_brackets_are_fine(tmp_path: Path, address: str) -> None:
    settings = read(tmp_path, PORTAL_BASE_URL=address)
    assert (settings.base_url, settings.https) == (address.rstrip("/").lower(), address.lower().startswith("https"))


def test_https_is_read_off_the_address(tmp_path: Path) -> None:
    settings = read(tmp_path, PORTAL_BASE_URL="https://portal.example.com/")
    assert (settings.https, settings.base_url) == (True, "https://portal.example.com")


def test_a_mail_server_is_read_off_its_address(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        PORTAL_SMTP_URL="smtp+starttls://portal%40example.com:p%2Fss%3A%40@mail.example.com",
        PORTAL_MAIL_FROM="The Portal <portal@bücher.example>",
    )
    server = settings.mail_server
    assert (server.host, server.port, server.security) == ("mail.example.com", 587, "starttls")
    assert (server.username, server.password) == ("portal@example.com", "p/ss:@")
    assert "p/ss" not in repr(settings)
    assert settings.mail_from == "The Portal <portal@xn--bcher-kva.example>"
    assert read(tmp_path).mail_server is None
    assert read(tmp_path, PORTAL_BASE_URL="https://portal.example.com").mail_from == (
        "Tenant Portal <portal@portal.example.com>"
    )
    assert read(tmp_path, PORTAL_SMTP_URL="smtp://u:p@127.0.0.1:2525").mail_server.port == 2525, "in clear, but here"


def test_strong_secrets_are_made_for_the_owner_alone_and_kept(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        first = read(tmp_path)
    finally:
        os.umask(mask)
    for name in ("secret.key", "master.keys"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert len(first.secret_key) >= 64
    again = read(tmp_path)
    assert again.secret_key == first.secret_key
    assert again.key_source.keys() == first.key_source.keys()


@pytest.mark.parametrize("name", ["secret.key", "master.keys"])
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    read(tmp_path)
    (tmp_path / name).chmod(mode)
    with pytest.raises(WrongSetting, match="chmod 600"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["secret.key", "master.keys"])
def test_a_secret_s_file_that_is_empty_is_refused(tmp_path: Path, name: str) -> None:
    read(tmp_path)
    (tmp_path / name).write_text("")
    with pytest.raises(WrongSetting, match=r"PORTAL_(SECRET_KEY|INSTANCE)"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"\xff" * 64, b"\x00" * 64, b"k" * 31])
def test_a_key_s_file_that_holds_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    read(tmp_path)
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(WrongSetting, match=r"PORTAL_SECRET_KEY"):
        read(tmp_path)


def test_given_secrets_are_taken_and_nothing_is_written(tmp_path: Path) -> None:
    keys = [str(MasterKey.new()) for _ in range(2)]
    settings = read(tmp_path, PORTAL_SECRET_KEY=STRONG, PORTAL_MASTER_KEYS=f" {keys[0]} , {keys[1]} ")
    assert (settings.secret_key, [str(key) for key in settings.key_source.keys()]) == (STRONG, keys)
    assert not list(tmp_path.iterdir())


def test_settings_say_nothing_secret_when_shown(tmp_path: Path) -> None:
    key = str(MasterKey.new())
    shown = repr(read(tmp_path, PORTAL_SECRET_KEY=STRONG, PORTAL_MASTER_KEYS=key,
                      PORTAL_REDIS_URL="redis://:hidden-word@localhost/0",
                      PORTAL_DATABASE_URL="postgresql://portal:hidden-word@localhost/portal"))  # fmt: skip
    assert not [each for each in (STRONG, key, "hidden-word") if each in shown]


def test_the_readme_lists_every_setting() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("there is no README yet")
    assert DESCRIPTIONS.keys() <= set(re.findall(r"PORTAL_[A-Z_]+", readme.read_text()))
