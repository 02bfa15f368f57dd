"""What a password may be."""

from __future__ import annotations

import time

import pytest

from portal.accounts.drafts import SignUp
from portal.accounts.passwords import Passwords, guessed_early
from portal.foundation.errors import Invalid


def signing_up_with(password: object) -> SignUp:
    return SignUp.read({"username": "ada.lovelace", "email": "countess@engine.example", "password": password})


@pytest.mark.parametrize(
    "password", ["kX9vbq2m", "🦉🌊🔑🧵🎈🪨🧂🌽", "long division of clouds", "kX9 vbq.2m" * 7 + "zq"]
)
def test_from_8_to_72_characters_whatever_their_bytes(password):
    assert 8 <= len(password) <= 72
    assert signing_up_with(password).password == password


@pytest.mark.parametrize(
    "password", ["", "kX9vbq2", "kX9 vbq.2m" * 7 + "zqw", "😀" * 10_000, "kX9v\x00bq2m", None, 12345678]
)
def test_what_is_no_password_is_refused(password):
    with pytest.raises(Invalid) as refusal:
        signing_up_with(password)
    assert [fault.field for fault in refusal.value.faults] == ["password"]


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Passw0rd!",
        "12345678",
        "qwertyuiop",
        "aaaaaaaa",
        "iloveyou1",
        "letmein123",
        "a" * 72,
        "password" * 9,
        "ada.lovelace",
        "ADA.LOVELACE",
        "countess@engine.example",
        "countess",
    ],
)
def test_what_is_guessed_first_is_refused_in_words(password):
    with pytest.raises(Invalid, match="among the first that are guessed"):
        signing_up_with(password)


def test_judging_a_password_takes_no_longer_for_one_made_to_take_long():
    started = time.process_time()
    assert not guessed_early("4@8({[<369!|1705$z2" * 3 + "4@8({[<369!|170")
    assert time.process_time() - started < 2  # zxcvbn alone takes twice that, and more under load


def test_a_password_is_the_same_from_every_keyboard():
    passwords = Passwords()
    passwords.use(64)
    assert passwords.verify(passwords.hash("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_a_hash_is_argon2id_and_outdated_when_the_settings_change():
    before, after = Passwords(), Passwords()
    before.use(64)
    after.use(128)
    stored = before.hash("long division")
    assert stored.startswith("$argon2id$")
    assert after.verify(stored, "long division")
    assert after.outdated(stored)
    assert not before.outdated(stored)
    assert not before.verify(None, "long division")
    assert not before.verify("no hash at all", "long division")
