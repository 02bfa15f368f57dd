"""How often somebody may ask: counted for all processes together, and said when it was too often."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from portal.web.limiter import PER_TOKEN, SIGN_INS, SIGN_UPS, FileStorage, limiter
from tests.cast import Cast
from tests.client import PASSPHRASE, Visitor

COUNTING = """
import sys
from portal.web.limiter import FileStorage
storage = FileStorage("portal-file://" + sys.argv[1])
for _ in range(100):
    storage.incr("shared", 600)
"""


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(f"portal-file://{tmp_path / 'counters.sqlite'}")


@pytest.fixture
def limited(another_portal: Callable[..., Flask], cast: Cast) -> Visitor:
    """A browser at a portal that counts."""
    visitor = Visitor(another_portal(rate_limits=True))
    limiter.reset()
    return visitor


def counted(times: int, rate: str) -> None:
    """As if `times` requests had come before: what one adds to the counter, this adds at once."""
    (key,) = [row[0] for row in limiter.storage._connection.execute("SELECT key FROM counters WHERE count > 0")
              if rate in row[0]]  # fmt: skip
    limiter.storage.incr(key, 60, times)


class TestTheFile:
    """Fixed windows in a file."""

    def test_counts_and_gives_the_count(self, storage: FileStorage) -> None:
        assert [storage.incr("a", 60) for _ in range(3)] == [1, 2, 3]
        assert storage.incr("a", 60, 5) == 8
        assert (storage.get("a"), storage.get("b")) == (8, 0)

    def test_begins_anew_when_the_window_has_ended(self, storage: FileStorage) -> None:
        with time_machine.travel(1_800_000_000, tick=False) as traveller:
            storage.incr("a", 60, 5)
            assert storage.get_expiry("a") == 1_800_000_060
            traveller.shift(59)
            assert storage.incr("a", 60) == 6
            traveller.shift(1)
            assert storage.get("a") == 0
            assert storage.incr("a", 60) == 1
            assert storage.get_expiry("a") == 1_800_000_120

    def test_forgets_one_and_all(self, storage: FileStorage) -> None:
        storage.incr("a", 60)
        storage.incr("b", 60)
        storage.clear("a")
        assert (storage.get("a"), storage.get("b")) == (0, 1)
        assert storage.reset() == 1
        assert storage.get("b") == 0
        assert storage.check()

    def test_processes_share_the_count_and_none_is_lost(self, storage: FileStorage) -> None:
        command = [sys.executable, "-c", COUNTING, str(storage.path)]
        for process in [subprocess.Popen(command) for _ in range(2)]:
            assert process.wait(60) == 0
        assert storage.get("shared") == 200


def test_the_rates_are_those_agreed_on() -> None:
    assert (PER_TOKEN, SIGN_INS, SIGN_UPS) == ("1200 per minute", "60 per minute", "20 per minute")


def test_signing_in_is_refused_after_60_in_a_minute_by_page_and_api_together(limited: Visitor) -> None:
    wrong = {"username": "ada", "password": "not this one at all"}
    token = limited.visit("/login").values()["csrf_token"]
    assert limited.post("/login", data={"csrf_token": token, **wrong}).status == 422
    counted(58, "60/")
    assert limited.api("POST", "/auth/token", json=wrong).status == 401
    page = limited.post("/login", data={"csrf_token": token, **wrong})
    assert (page.status, "Try again in" in page) == (429, True)
    assert 1 <= int(page.headers["Retry-After"]) <= 61
    page = limited.api("POST", "/auth/token", json={"username": "ada", "password": PASSPHRASE})
    assert (page.status, page.json["type"]) == (429, "/problems/rate-limited")
    assert 1 <= int(page.headers["Retry-After"]) <= 61


def test_signing_up_is_refused_after_20_in_a_minute(limited: Visitor) -> None:
    answers = [limited.api("POST", "/auth/signup", json={}).status for _ in range(21)]
    assert answers == [422] * 20 + [429]


def test_an_hour_later_it_is_possible_again(limited: Visitor) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as traveller:
        for _ in range(21):
            limited.api("POST", "/auth/signup", json={})
        traveller.shift(61)
        assert limited.api("POST", "/auth/signup", json={}).status == 422


def test_another_address_is_counted_apart(limited: Visitor) -> None:
    for _ in range(21):
        limited.api("POST", "/auth/signup", json={})
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert limited.api("POST", "/auth/signup", json={}, environ_base=elsewhere).status == 422


def test_refreshing_uses_up_nothing_that_people_sign_in_with(limited: Visitor) -> None:
    worthless = {"refresh_token": "x" * 43}
    assert limited.api("POST", "/auth/refresh", json=worthless).status == 401
    counted(59, "60/")
    assert limited.api("POST", "/auth/refresh", json=worthless).status == 429
    assert limited.token("ada")


def test_looking_at_the_form_is_not_counted(limited: Visitor) -> None:
    assert {limited.client.get("/login").status_code for _ in range(70)} == {200}


def test_a_token_asks_1200_times_a_minute_and_another_token_is_counted_apart(limited: Visitor) -> None:
    ada, olive = limited.token("ada"), limited.token("olive")
    assert limited.api("GET", "/tenants", ada).status == 200
    counted(1198, "1200/")
    assert [limited.api("GET", "/tenants", ada).status for _ in range(2)] == [200, 429]
    assert limited.api("GET", "/tenants", olive).status == 200
    page = limited.api("GET", "/tenants", ada)
    assert page.json["type"] == "/problems/rate-limited"
    assert int(page.headers["Retry-After"]) >= 1


def test_a_locked_account_is_another_kind_of_429(client: Visitor, cast: Cast) -> None:
    wrong = {"username": "ada", "password": "not this one at all"}
    answers = [client.api("POST", "/auth/token", json=wrong) for _ in range(12)]
    kinds = {page.json["type"] for page in answers if page.status == 429}
    assert kinds
    assert "/problems/rate-limited" not in kinds


def test_without_rate_limits_nothing_is_counted(client: Visitor) -> None:
    assert {client.api("POST", "/auth/signup", json={}).status for _ in range(25)} == {422}
