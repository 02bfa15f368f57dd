"""Ten wrong passwords lock a name, for those whom it does not know."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.accounts import actions
from portal.accounts.actions.trust import WRONG_PASSWORDS
from portal.foundation.audit import Event
from portal.foundation.errors import TooMany
from tests.client import PASSPHRASE

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def guess(actor, credentials, times=WRONG_PASSWORDS, device=None):
    for _ in range(times):
        with pytest.raises(actions.WrongCredentials):
            actions.sign_in(actor, credentials, device)


@pytest.mark.parametrize("name", ["ada.l", "nobody.here"])
def test_a_known_name_and_an_unknown_one_are_locked_alike(ada, somebody, wrong, name):
    credentials = wrong.model_copy(update={"username": name})
    with time_machine.travel(NOON, tick=False):
        guess(somebody, credentials)
        with pytest.raises(TooMany) as refusal:
            actions.sign_in(somebody, credentials)
    assert refusal.value.type == "sign-in-locked"
    assert refusal.value.retry_after == 30 * 60


def test_a_locked_name_is_locked_for_the_right_password_too(ada, somebody, right, wrong, records):
    guess(somebody, wrong)
    with pytest.raises(TooMany):
        actions.sign_in(somebody, right)
    refused = records(Event.SESSION_REFUSED)
    assert len(refused) == WRONG_PASSWORDS + 1
    assert "locked" in refused[-1].note


def test_name_and_address_share_a_counter_whatever_the_case(ada, somebody, wrong):
    guess(somebody, wrong, 5)
    guess(somebody, wrong.model_copy(update={"username": "ADA@lovelace.example"}), 5)
    with pytest.raises(TooMany):
        actions.sign_in(somebody, wrong)


def test_page_and_api_share_a_counter(ada, somebody, at_the_api, wrong, right):
    guess(somebody, wrong, 5)
    for _ in range(5):
        with pytest.raises(actions.WrongCredentials):
            actions.issue_tokens(at_the_api, wrong)
    with pytest.raises(TooMany):
        actions.issue_tokens(at_the_api, right)


def test_a_known_device_has_a_counter_of_its_own(ada, somebody, right, wrong):
    device = actions.sign_in(somebody, right).device_mark
    guess(somebody, wrong)
    assert actions.sign_in(somebody, right, device).device_mark == device
    guess(somebody, wrong, device=device)
    with pytest.raises(TooMany):
        actions.sign_in(somebody, right, device)


def test_a_device_that_somebody_else_knows_is_no_known_device(ada, dev, somebody, right, wrong):
    of_dev = actions.sign_in(somebody, right.model_copy(update={"username": "dev-1"})).device_mark
    guess(somebody, wrong)
    with pytest.raises(TooMany):
        actions.sign_in(somebody, right, of_dev)


def test_sessions_live_on_while_the_name_is_locked(signed_in, somebody, wrong):
    guess(somebody, wrong)
    assert signed_in.get("/login").status_code == 303


def test_the_lock_ends_after_thirty_minutes_and_everything_is_forgotten(ada, somebody, right, wrong):
    with time_machine.travel(NOON, tick=False) as clock:
        guess(somebody, wrong)
        clock.shift(timedelta(minutes=29, seconds=59))
        with pytest.raises(TooMany) as refusal:
            actions.sign_in(somebody, right)
        assert refusal.value.retry_after == 1
        clock.shift(timedelta(seconds=1))
        guess(somebody, wrong, 9)
        assert actions.sign_in(somebody, right)


def test_asking_while_locked_does_not_prolong_it(ada, somebody, right, wrong):
    with time_machine.travel(NOON, tick=False) as clock:
        guess(somebody, wrong)
        clock.shift(timedelta(minutes=20))
        with pytest.raises(TooMany):
            actions.sign_in(somebody, wrong)
        clock.shift(timedelta(minutes=10))
        assert actions.sign_in(somebody, right)


def test_the_right_password_forgets_the_wrong_ones(ada, somebody, right, wrong):
    guess(somebody, wrong, 9)
    actions.sign_in(somebody, right)
    guess(somebody, wrong, 9)
    assert actions.sign_in(somebody, right)


def test_wrong_passwords_are_forgotten_after_thirty_minutes(ada, somebody, right, wrong):
    with time_machine.travel(NOON, tick=False) as clock:
        guess(somebody, wrong, 9)
        clock.shift(timedelta(minutes=30))
        guess(somebody, wrong, 9)
        assert actions.sign_in(somebody, right)


def test_of_many_at_once_no_more_than_ten_are_looked_at(app, ada, somebody, wrong):
    said: list[str] = []

    def try_once():
        with app.app_context():
            try:
                actions.sign_in(somebody, wrong)
            except actions.WrongCredentials:
                said.append("wrong")
            except TooMany:
                said.append("locked")

    threads = [threading.Thread(target=try_once) for _ in range(14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (said.count("wrong"), said.count("locked")) == (10, 4)


@pytest.mark.parametrize("name", ["ada.l", "nobody.here"])
def test_the_page_says_so_and_says_when(client, ada, somebody, wrong, fill, name):
    guess(replace(somebody), wrong.model_copy(update={"username": name}))
    page = fill(client, "/login", username=name, password=PASSPHRASE)
    assert page.status_code == 429
    assert 1790 < int(page.headers["Retry-After"]) <= 1800
    assert "Try again in 30 minutes" in page.text
    answer = client.post("/api/v1/auth/token", json={"username": name, "password": PASSPHRASE})
    assert answer.status_code == 429
    assert answer.json["type"].endswith("sign-in-locked")
    assert answer.headers["Retry-After"]
