"""Where a webhook may be sent to: https, public hosts, nothing secret in the address."""

from __future__ import annotations

import pytest

from portal.foundation.addresses import is_public, outside
from tests.cast import Cast


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.acme.example",
        "https://hooks.acme.example/in?key=1&b=%20",
        "https://HOOKS.acme.example:443/",
        "https://hooks.acme.example./in",
        "https://bücher.example/größe",
        "https://8.8.8.8/in",
        "https://[2606:4700:4700::1111]/in",
    ],
)
def test_these_may(url: str):
    assert outside.checked_url(url) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.acme.example", "begins with https://"),
        ("ftp://hooks.acme.example", "begins with https://"),
        ("//hooks.acme.example", "begins with https://"),
        ("hooks.acme.example", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        ("https://", "host is missing"),
        ("https:///in", "host is missing"),
        ("https://?q", "host is missing"),
        ("https://user@hooks.acme.example", "user name and password"),
        ("https://user:pass@hooks.acme.example", "user name and password"),
        ("https://@hooks.acme.example", "user name and password"),
        ("https://hooks.acme.example/#part", "part behind #"),
        ("https://hooks.acme.example/#", "part behind #"),
        ("https://hooks.acme.example/a b", "space or a backslash"),
        ("https://hooks.acme.example\\@10.0.0.1/", "space or a backslash"),
        ("https://hooks.acme.example:22/", "port is 443"),
        ("https://hooks.acme.example:8443/", "port is 443;"),
        ("https://hooks.acme.example:0/", "port is 443"),
        ("https://hooks.acme.example:99999/", "not a web address"),
        ("https://hooks.acme.example:x/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://a..b.example/", "not a host name"),
        ("https://a_b!.example/", "not a host name"),
        ("https://" + "a" * 64 + ".example/", "not a host name"),
    ],
)
def test_each_fault_has_its_sentence(url: str, words: str):
    with pytest.raises(ValueError, match=words):
        outside.checked_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "intranet", "db.internal", "metadata.google.internal",
        "printer.local", "router.lan", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "0",
        "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200",
        "169.254.169.254", "168.63.129.16", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "127。0。0。1", "１２７.0.0.1",
        "[::]", "[::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:8.8.8.8]", "[::8.8.8.8]", "[64:ff9b::8.8.8.8]", "[64:ff9b:1::1]", "[2002:7f00:1::]",
        "[2002:808:808::1]",
        "[2001::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]", "[fec0::1]",
    ],
)  # fmt: skip
def test_only_public_hosts(host: str):
    with pytest.raises(ValueError, match="not on the public internet"):
        outside.checked_url(f"https://{host}/in")


@pytest.mark.parametrize("address", ["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "2a00::1"])
def test_their_neighbours_are_public(address: str):
    assert is_public(address)


def test_one_that_does_not_resolve_yet_is_saved(cast: Cast, change):
    url = "https://soon.invalid/hook"
    assert change(cast.olive, cast.acme, webhook_url=url).tenant.webhook_url == url


def test_the_sentence_stands_at_the_field(cast: Cast, change, refusal):
    assert refusal(change, cast.olive, cast.acme, webhook_url="http://a.example") == {
        "webhook_url": "Webhook url: it begins with https://, so that nobody on the way can read what is sent."
    }


def test_its_length(cast: Cast, change, refusal):
    base = "https://a.example/"
    assert change(cast.olive, cast.acme, webhook_url=base + "x" * (2048 - len(base))).tenant.webhook_url
    assert "webhook_url" in refusal(change, cast.olive, cast.acme, webhook_url=base + "x" * (2049 - len(base)))
