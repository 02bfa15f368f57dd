"""Each hostile address is refused when it is saved, and again when the connection is made."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Event

import pytest

from portal.foundation.addresses import outside
from portal.webhooks.exchange import post
from tests.webhooks.receiver import Receiver

HOSTILE = """
    localhost LOCALHOST localhost. a.localhost intranet db.internal metadata.google.internal printer.local router.lan
    127.0.0.1 127.1 127.0.1 2130706433 0x7f.1 0x7f000001 0177.0.0.1 0 0.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1
    172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.200 100.127.255.255 169.254.169.254 169.254.170.2 168.63.129.16
    192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
    240.0.0.1 255.255.255.255 127。0。0。1 １２７.0.0.1 ①②⑦.0.0.1 [::] [::1] [fe80::1] [fe80::1%25eth0] [fc00::1]
    [fd00:ec2::254] [ff02::1] [::ffff:10.0.0.1] [::ffff:127.0.0.1] [::ffff:8.8.8.8] [::ffff:a9fe:a9fe] [::8.8.8.8]
    [::127.0.0.1] [64:ff9b::8.8.8.8] [64:ff9b::a9fe:a9fe] [64:ff9b:1::1] [2002:7f00:1::] [2002:808:808::1] [2001::1]
    [2001:0:4136:e378::1] [2001:db8::1] [3fff::1] [100::1] [5f00::1] [fec0::1] [2620:4f:8000::1]
""".split()
NOT_ADDRESSES = """
    http://8.8.8.8/ ftp://8.8.8.8/ gopher://8.8.8.8/ file:///etc/passwd //8.8.8.8/ https:// https://user@8.8.8.8/
    https://8.8.8.8@10.0.0.1/ https://8.8.8.8:22/ https://8.8.8.8:8443/ https://8.8.8.8:0/ https://8.8.8.8:99999/
    https://8.8.8.8/#a https://8.8.8.8\\@10.0.0.1/ https://8.8.8.8%2f@10.0.0.1/ https://[::1/ https://a..b.example/
    https://8.8.8.8/%00\x00 https://8.8.8.8:443:22/
""".split()
PUBLIC = ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "169.253.0.1",
          "[2606:4700:4700::1111]", "[2a00::1]"]  # fmt: skip


@pytest.fixture(autouse=True)
def unreachable(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Notes whoever would be connected to, and connects to nobody."""
    connected: list[object] = []

    def connect(address: object, *_given: object, **_more: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return connected


def test_there_are_enough_of_them() -> None:
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("host", HOSTILE)
def test_a_host_that_is_not_public_is_refused_at_saving_and_at_connecting(host: str, unreachable: list[object]) -> None:
    with pytest.raises(ValueError, match="not on the public internet"):
        outside.checked_url(f"https://{host}/in")
    answer = post(f"https://{host}/in", {}, b"", 2)
    assert answer.error == "The host is not on the public internet, and webhooks go only there."
    assert unreachable == []


@pytest.mark.parametrize("url", NOT_ADDRESSES)
def test_what_is_no_address_of_a_webhook_is_refused_twice_too(url: str, unreachable: list[object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        outside.checked_url(url)
    answer = post(url, {}, b"", 2)
    assert answer.error
    assert answer.error.startswith("The address cannot be used: ")
    assert unreachable == []


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_host_is_connected_to(host: str, unreachable: list[object]) -> None:
    assert outside.checked_url(f"https://{host}/in")
    assert post(f"https://{host}/in", {}, b"", 2).error == "The receiver could not be reached."
    assert unreachable == [(host.strip("[]"), 443)]


def answering(*addresses: str) -> Callable[..., list[object]]:
    """A resolver that gives these addresses for any name."""
    return lambda *_given, **_more: [(0, 0, 0, "", (each, 443)) for each in addresses]


def test_one_private_answer_among_public_ones_is_enough(
    monkeypatch: pytest.MonkeyPatch, unreachable: list[object]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "10.0.0.1"))
    with pytest.raises(ValueError, match="not on the public internet"):
        outside.checked_url("https://hooks.acme.com/in")
    assert "public internet" in (post("https://hooks.acme.com/in", {}, b"", 2).error or "")
    assert unreachable == []


def test_a_name_that_changes_after_it_was_judged_leads_to_what_was_judged(
    monkeypatch: pytest.MonkeyPatch, unreachable: list[object]
) -> None:
    answers = iter([answering("8.8.8.8"), answering("127.0.0.1")])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: next(answers)(*given, **more))
    post("https://hooks.acme.com/in", {}, b"", 2)
    assert unreachable == [("8.8.8.8", 443)]


def test_a_name_that_became_private_after_it_was_saved_is_refused(
    monkeypatch: pytest.MonkeyPatch, unreachable: list[object]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8"))
    url = outside.checked_url("https://hooks.acme.com/in")
    monkeypatch.setattr(socket, "getaddrinfo", answering("169.254.169.254"))
    assert "public internet" in (post(url, {}, b"", 2).error or "")
    assert unreachable == []


def test_a_resolver_that_hangs_is_waited_for_no_longer_than_there_is_time(
    monkeypatch: pytest.MonkeyPatch, unreachable: list[object]
) -> None:
    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: [released.wait()][1:])
    assert post("https://hooks.acme.com/in", {}, b"", 0.2).error == "The host’s name could not be found."
    released.set()


def test_in_development_a_named_host_may_be_private_and_plain(loopback: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with Receiver() as receiver:
        assert outside.checked_url(receiver.url) == receiver.url
        assert post(receiver.url, {}, b"{}", 5).taken
    with pytest.raises(ValueError, match="not on the public internet"):
        outside.checked_url("https://10.0.0.1/")
