"""Signing in, by name or address; the browser's session renewed."""

from __future__ import annotations

import contextvars
from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.accounts import actions
from portal.accounts.drafts import Credentials
from portal.accounts.models import Session, User
from portal.accounts.passwords import Passwords, passwords
from portal.foundation.audit import Event
from portal.foundation.database import db
from tests.client import PASSPHRASE


@pytest.mark.parametrize("name", ["Ada.L", "ada.l", "ADA.L", "ada@lovelace.example", "ADA@LOVELACE.EXAMPLE", " ada.l "])
def test_by_name_or_address_in_any_case(ada, somebody, name):
    entered = actions.sign_in(somebody, Credentials(username=name, password=PASSPHRASE))
    assert entered.actor.user_id == ada.id
    assert entered.actor.memberships


def test_it_is_recorded_with_who_and_from_where(ada, somebody, right, records):
    actions.sign_in(somebody, right)
    (record,) = records(Event.SESSION_STARTED)
    assert (record.actor_name, record.address, record.changes) == ("Ada.L", "192.0.2.7", {})


@pytest.mark.parametrize("name", ["ada.l", "nobody.here"])
def test_a_wrong_password_is_recorded_without_it_and_without_an_unknown_name(ada, somebody, records, name):
    with pytest.raises(actions.WrongCredentials):
        actions.sign_in(somebody, Credentials(username=name, password="my secret guess"))
    (record,) = records(Event.SESSION_REFUSED)
    told = str({column.key: getattr(record, column.key) for column in record.__table__.columns})
    assert "my secret guess" not in told
    assert "nobody.here" not in told
    assert record.address == "192.0.2.7"


@pytest.mark.parametrize("who", ["right", "wrong", "unknown", "disabled", "without a password"])
def test_every_answer_takes_one_check_of_a_password(ada, operator, somebody, right, wrong, verifications, who):
    if who == "disabled":
        actions.disable_user(operator, ada)
    credentials = {"wrong": wrong, "unknown": right.model_copy(update={"username": "nobody"})}.get(who, right)
    if who == "right":
        actions.sign_in(somebody, credentials)
    else:
        if who == "without a password":
            credentials = wrong
        with pytest.raises(actions.WrongCredentials):
            actions.sign_in(somebody, credentials)
    assert len(verifications) == 1


def test_unknown_wrong_and_disabled_are_answered_alike(client, ada, dev, operator, fill):
    actions.disable_user(operator, dev)
    answers = [
        client.post("/api/v1/auth/token", json={"username": name, "password": password})
        for name, password in (("ada.l", "wrong"), ("nobody", "wrong"), ("dev-1", PASSPHRASE))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    pages = [fill(client, "/login", username=name, password="wrong") for name in ("ada.l", "nobody", "dev-1")]
    assert {page.status_code for page in pages} == {422}
    assert len({page.text.count("do not belong together") for page in pages}) == 1


def test_a_hash_of_older_settings_is_renewed(ada, somebody, right):
    older, before = Passwords(), ada.password_hash
    older.use(128)
    assert older.outdated(before)
    passwords.use(128)  # as if the settings had changed
    actions.sign_in(somebody, right)
    db.session.expire_all()
    stored = db.session.get(User, ada.id).password_hash
    assert stored != before
    assert not passwords.outdated(stored)
    assert passwords.verify(stored, PASSPHRASE)


def test_the_form_comes_back_as_filled_in_and_never_with_the_password(client, ada, fill):
    page = fill(client, "/login", username="ada.l", password="a very secret guess")
    assert page.status_code == 422
    assert 'value="ada.l"' in page.text
    assert "a very secret guess" not in page.text
    assert page.text.count(" autofocus") == 1


def test_signing_in_renews_what_the_browser_keeps(client, ada, fill):
    client.get("/login")
    with client.client.session_transaction() as kept:
        kept["planted"] = "by somebody else"
        token_before = kept["csrf_token"]
    assert fill(client, "/login", username="ada.l", password=PASSPHRASE).status_code == 303
    with client.client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept.get("csrf_token") != token_before


def test_a_form_without_its_token_signs_nobody_in(client, ada):
    assert client.post("/login", data={"username": "ada.l", "password": PASSPHRASE}).status_code == 400
    assert client.get("/login").status_code == 200


def test_whoever_is_signed_in_is_led_to_the_start_page(signed_in):
    for path in ("/login", "/signup"):
        answer = signed_in.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_signing_in_again_ends_the_session_before(signed_in, ada, forms_without_tokens, records):
    before = db.session.scalars(select(Session.id_hash)).one()
    signed_in.post("/login", data={"username": "ada.l", "password": PASSPHRASE})
    assert db.session.scalars(select(Session.id_hash)).one() != before
    assert len(records(Event.SESSION_ENDED)) == 1


@pytest.mark.parametrize("https", [False, True])
def test_the_device_is_remembered_in_a_cookie_that_scripts_cannot_read(app, client, ada, monkeypatch, https):
    if https:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], base_url="https://portal.example"))
    answer = client.submit("/login", {"username": "ada.l", "password": PASSPHRASE})
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if "device=" in line]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=31536000" in cookie
    assert cookie.startswith("__Host-device=" if https else "device=")
    assert ("Secure" in cookie) is https


HOSTILE = [
    "\x00",
    "ada.l\x00",
    "😀" * 10_000,
    "x" * 100_000,
    "' OR 1=1 --",
    "\u202eada",
    "ada.l\r\nSet-Cookie: a=b",
    "\ufffd",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_passwords_are_answered_plainly(client, ada, forms_without_tokens, text):
    def status(path: str, **how: object) -> int:
        # Not linted: a page that shows what was typed has its NUL in it too.
        return contextvars.Context().run(client.client.post, path, **how).status_code

    for fields in ({"username": text, "password": PASSPHRASE}, {"username": "ada.l", "password": text}):
        assert status("/login", data=fields) == 422
        assert status("/api/v1/auth/token", json=fields) in {401, 422}
        assert status("/api/v1/auth/token", data=fields) in {401, 422}
    draft = {"username": text, "email": f"{text}@x.example", "password": text}
    assert status("/api/v1/auth/signup", json=draft) == 422
    assert status("/signup", data={"role": "business", "organization": text, **draft}) == 422
