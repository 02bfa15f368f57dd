"""The second step in the browser and through the API, and the account's page: each door once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from portal.accounts import one_time_codes, own_account, queries
from portal.foundation.audit import Event
from tests.accounts.authenticator import Device, code_at
from tests.cast import Cast
from tests.client import PASSPHRASE, Page, Visitor
from tests.hostile import HOSTILE, harm

OLIVE = {"username": "olive", "password": PASSPHRASE}


def now_on(key: str) -> str:
    return code_at(key, datetime.now(UTC))


def token_of(page: Page) -> str:
    return str(page.soup.select("input[name=csrf_token]")[0]["value"])


def press(client: Visitor, path: str, to: str, **fields: Any) -> Page:
    """Send a form of a page that has several."""
    return client.post(to, data={"csrf_token": token_of(client.visit(path)), **fields})


def set_up_app(client: Visitor) -> tuple[str, Page]:
    """Set up an app by what the page shows; give its key and the answer."""
    page = client.visit("/account/second-factor")
    key = str(page.one(".qr-key [data-copy]")["data-copy"])
    answer = client.post("/account/second-factor/app", data={
        **page.values("form[action='/account/second-factor/app']"), "code": now_on(key)})  # fmt: skip
    return key, answer


def test_an_app_is_set_up_by_its_picture_and_the_codes_are_shown_once(cast: Cast, client: Visitor, clock) -> None:
    client.sign_in("olive")
    page = client.visit("/account/second-factor")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.one(".qr svg path")
    key, answer = set_up_app(client)
    codes = [code.text for code in answer.soup.select(".codes code")]
    assert (answer.status, len(codes), answer.headers["Cache-Control"]) == (200, 10, "no-store")
    assert codes[9] in str(answer.one("a[download]")["href"])
    account = client.visit("/account")
    assert "10 codes are left" in account
    assert codes[0] not in account.text
    assert key not in account.text


def test_a_wrong_code_comes_back_with_the_same_picture(cast: Cast, client: Visitor, clock) -> None:
    client.sign_in("olive")
    page = client.visit("/account/second-factor")
    values = page.values("form[action='/account/second-factor/app']")
    again = client.post("/account/second-factor/app", data={**values, "code": "12345"})
    assert again.status == 422
    assert again.one(".qr-key [data-copy]")["data-copy"] == page.one(".qr-key [data-copy]")["data-copy"]
    assert "six digits that the app shows now" in again


@pytest.mark.parametrize("shown", ["", "made-up", "x.y.z", "\x00"])
def test_a_secret_that_the_page_did_not_show_is_none(cast: Cast, client: Visitor, clock, shown: str) -> None:
    client.sign_in("olive")
    answer = press(client, "/account/second-factor", "/account/second-factor/app", code="123456", shown=shown)
    assert answer.status == 422
    assert "Scan the new picture" in answer


def test_signing_in_takes_two_steps_and_keeps_what_one_came_for(cast: Cast, client: Visitor, key: str) -> None:
    first = client.submit("/login?next=/tenants/acme/usage", OLIVE)
    assert (first.status, first.headers["Location"]) == (303, "/login/second?next=/tenants/acme/usage")
    assert client.get("/tenants/acme").status == 302  # nobody is signed in yet
    wrong = client.submit(first.headers["Location"], {"code": "000000"})
    assert wrong.status == 422
    assert "This code is not right" in wrong
    assert "000000" not in str(wrong.one("#code"))
    done = client.submit(first.headers["Location"], {"code": now_on(key)})
    assert (done.status, done.headers["Location"]) == (303, "/tenants/acme/usage")
    assert client.get("/login/second").status == 303  # there is nothing left to finish


def test_a_code_entered_twice_is_told_so(cast: Cast, client: Visitor, app: Any, key: str) -> None:
    for browser, status in ((client, 303), (Visitor(app), 422)):
        browser.submit("/login", OLIVE)
        page = browser.submit("/login/second", {"code": now_on(key)})
        assert page.status == status
    assert "This code was used already" in page


def test_who_waited_too_long_begins_anew(cast: Cast, client: Visitor, key: str, clock) -> None:
    client.submit("/login", OLIVE)
    page = client.visit("/login/second")
    clock.shift(timedelta(minutes=11))
    answer = client.post("/login/second", data={**page.values(), "code": now_on(key)})
    assert (answer.status, answer.headers["Location"]) == (303, "/login")
    assert "waited too long" in client.visit("/login")


def test_a_locked_name_is_told_when_to_come_back(cast: Cast, client: Visitor, key: str) -> None:
    client.submit("/login", OLIVE)
    for _ in range(10):
        client.submit("/login/second", {"code": "000000"})
    page = client.submit("/login/second", {"code": now_on(key)})
    assert page.status == 429
    assert 0 < int(page.headers["Retry-After"]) <= 1800


def test_a_passkey_through_the_pages(cast: Cast, client: Visitor, app: Any, records) -> None:
    device = Device()
    client.sign_in("olive")
    made = device.make(press(client, "/account/second-factor", "/account/second-factor/passkey/ask").json)
    answer = press(client, "/account/second-factor", "/account/second-factor/passkey", name="Phone", passkey=made)
    assert len(answer.soup.select(".codes li")) == 10
    other = Visitor(app)
    other.submit("/login", OLIVE)
    signed = device.sign(press(other, "/login/second", "/login/second/ask").json)
    assert press(other, "/login/second", "/login/second/passkey", passkey=signed).status == 303
    alone = Visitor(app)
    signed = device.sign(press(alone, "/login", "/login/passkey/ask").json)
    entered = press(alone, "/login", "/login/passkey?next=/tenants/acme/calls", passkey=signed)
    assert (entered.status, entered.headers["Location"]) == (303, "/tenants/acme/calls")
    again = press(Visitor(app), "/login", "/login/passkey", passkey=signed)
    assert again.status == 422
    assert "could not be checked" in again
    assert len(records(Event.SESSION_REFUSED)) == 1


def test_without_scripts_a_passkey_says_what_it_needs(cast: Cast, client: Visitor) -> None:
    page = press(client, "/login", "/login/passkey", passkey="")
    assert page.status == 422
    assert "Passkeys need JavaScript" in page


def test_after_five_minutes_one_says_once_more_who_one_is(cast: Cast, client: Visitor, key: str, clock) -> None:
    client.submit("/login", OLIVE)
    client.submit("/login/second", {"code": now_on(key)})
    clock.shift(timedelta(minutes=6))
    remove = "/account/second-factor/app/remove"
    asked = client.get(remove)
    assert (asked.status, asked.headers["Location"]) == (303, f"/account/prove?next={remove}")
    to = asked.headers["Location"]
    wrong = press(client, to, to, code="000000")
    assert (wrong.status, "This code is not right" in wrong) == (422, True)
    before = client.client.get_cookie("portal").value
    assert press(client, to, to, code=now_on(key)).headers["Location"] == remove
    assert client.client.get_cookie("portal").value != before
    page = client.visit(remove)
    assert "It is your last second factor" in page
    assert client.submit(remove, {}, to=remove).headers["Location"] == "/account"
    assert not queries.has_second_factor(cast.olive.id)


def test_changing_the_password_ends_what_else_is_signed_in(cast: Cast, client: Visitor, app: Any) -> None:
    other, token = Visitor(app).sign_in("olive"), client.token("olive")
    client.sign_in("olive")
    new = "several other words in a row"
    to = "/account/password"
    wrong = press(client, "/account", to, password="not hers", new_password=new)
    assert (wrong.status, "This is not your present password" in wrong) == (422, True)
    same = press(client, "/account", to, password=PASSPHRASE, new_password=PASSPHRASE)
    assert (same.status, "the password you have" in same) == (422, True)
    early = press(client, "/account", to, password=PASSPHRASE, new_password="password1")
    assert (early.status, "first that are guessed" in early) == (422, True)
    done = press(client, "/account", to, password=PASSPHRASE, new_password=new)
    assert (done.status, done.headers["Location"]) == (303, "/account")
    assert "Your password is changed" in client.visit("/account")
    assert other.get("/account").status == 302
    assert client.api("GET", "/auth/me", token).status == 401
    Visitor(app).sign_in("olive", new)


def test_a_megabyte_is_no_password_and_is_said_so_at_once(cast: Cast, client: Visitor, verifications: list) -> None:
    client.sign_in("olive")
    before = len(verifications)
    page = press(client, "/account", "/account/password", password="x" * 400_000, new_password="y" * 400_000)
    assert (page.status, "New password has 8 to 72 characters; this has 400,000" in page) == (422, True)
    larger = press(client, "/account", "/account/password", password="x", new_password="y" * 1_100_000)
    assert larger.status == 413
    assert len(verifications) == before


def test_sessions_are_named_and_ended_one_or_all(cast: Cast, client: Visitor, app: Any, records) -> None:
    firefox = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:139.0) Gecko/20100101 Firefox/139.0"}
    others = [Visitor(app) for _ in range(3)]
    for other in others:
        page = other.get("/login")
        other.post("/login", data={**page.values(), **OLIVE}, headers=firefox)
    client.sign_in("olive")
    Visitor(app).sign_in("otto")
    page = client.visit("/account")
    rows = [re.sub(r"\s+", " ", row.get_text(" ")) for row in page.soup.select("#sessions li")]
    assert [("Firefox on Windows" in row, "This one" in row) for row in rows] == [(False, True), *[(True, False)] * 3]
    session = str(page.soup.select("#sessions input[name=session]")[0]["value"])
    assert press(client, "/account", "/account/sessions/end", session=session).status == 303
    assert press(client, "/account", "/account/sessions/end", session=session).status == 404
    assert sum(other.get("/account").status == 200 for other in others) == 2
    press(client, "/account", "/account/sessions/end-others")
    assert "2 other sessions have ended" in client.visit("/account")
    assert [other.get("/account").status for other in others] == [302] * 3
    assert [record.changes for record in records(Event.SESSION_ENDED)] == [{"sessions": [1, 0]}, {"sessions": [2, 0]}]


def test_nobody_ends_anothers_session(cast: Cast, client: Visitor, app: Any) -> None:
    otto = Visitor(app).sign_in("otto")
    theirs = own_account.sessions_of(cast.otto.id, "", queries.Lifetime(timedelta(hours=2), timedelta(days=7)))[0]
    client.sign_in("olive")
    assert press(client, "/account", "/account/sessions/end", session=theirs.id_hash).status == 404
    assert otto.get("/account").status == 200


def test_the_api_asks_for_a_code(cast: Cast, client: Visitor, key: str) -> None:
    missing = client.api("POST", "/auth/token", json=OLIVE)
    assert (missing.status, missing.json["type"]) == (401, "/problems/second-factor-required")
    wrong = client.api("POST", "/auth/token", data={**OLIVE, "otp": "000000"})
    assert (wrong.status, wrong.json["type"]) == (401, "/problems/wrong-second-factor")
    right = client.api("POST", "/auth/token", json={**OLIVE, "otp": now_on(key)})
    assert right.status == 200
    assert client.api("GET", "/auth/me", right.json["access_token"]).json["username"] == "olive"


def test_a_picture_loads_nothing_and_holds_no_text() -> None:
    picture = str(one_time_codes.as_picture(one_time_codes.address_for_app("A" * 32, "olive")))
    svg = BeautifulSoup(picture, "html.parser")
    assert {tag.name for tag in svg.find_all(True)} == {"svg", "path"}
    assert "style" not in picture


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_code_is_no_more_than_a_wrong_one(cast: Cast, client: Visitor, app: Any, key: str, text: str) -> None:
    client.submit("/login", OLIVE)
    other = Visitor(app).sign_in("otto")
    second = client.post("/login/second", data={**client.visit("/login/second").values(), "code": text})
    form = other.visit("/account/second-factor").values("form[action='/account/second-factor/app']")
    first = other.post("/account/second-factor/app", data={**form, "code": text})
    for page in (second, first):
        assert page.status == 422
        assert harm(page.soup) == []
    for to in ("/login/second/passkey", "/login/passkey"):
        page = press(client, "/login/second", to, passkey=text)
        assert page.status in {422, 413}
        assert harm(page.soup) == []
