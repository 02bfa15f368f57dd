"""A forgotten password: a link by mail, once, for half an hour, and the same answer for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts import actions, one_time_codes, queries
from portal.accounts.actions import trust
from portal.accounts.drafts import Credentials, Forgotten, PasswordReset, SignUp
from portal.accounts.models import ApiToken, Session
from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.errors import TooMany
from portal.foundation.permissions import ANONYMOUS, system
from portal.mail.limits import Kind
from portal.mail.models import Message
from tests.accounts.authenticator import NOON, code_at, give_passkey
from tests.cast import Cast
from tests.client import PASSPHRASE, Visitor

NEW = "several other words in a row"


@pytest.fixture
def link(cast: Cast, clock) -> str:
    """The path of a link that was mailed to olive."""
    token = actions.make_reset_link(system(), cast.olive.id, cast.olive.email)
    assert token is not None
    return f"/reset/{token}"


def letters() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).filter_by(kind=Kind.RESET_PASSWORD)))


def test_the_answer_is_the_same_whether_there_is_somebody_or_not(cast: Cast, client: Visitor, records) -> None:
    pages = [
        client.submit("/forgot", {"username": name}) for name in ("olive@example.com", "OLIVE", "nobody@x.example")
    ]
    assert len({page.text for page in pages}) == 1
    assert [(letter.to_address, letter.user_id) for letter in letters()] == [("olive@example.com", cast.olive.id)] * 2
    told = records(Event.USER_RESET_ASKED_FOR)
    assert [record.subject_label for record in told] == ["olive", "olive", "an unknown name"]
    assert "nobody@x" not in str([(record.changes, record.note) for record in told])


def test_about_the_same_work_is_done(cast: Cast, somebody, statements) -> None:
    with statements() as known:
        actions.ask_for_reset(somebody, Forgotten(username="olive"))
    with statements() as unknown:
        actions.ask_for_reset(somebody, Forgotten(username="nobody"))
    assert len(known) - len(unknown) == 1  # the letter's row


def test_nobodys_mailbox_is_flooded(cast: Cast, somebody, clock) -> None:
    for _ in range(5):
        actions.ask_for_reset(somebody, Forgotten(username="olive"))
    assert len(letters()) == 3
    clock.shift(timedelta(minutes=31))
    actions.ask_for_reset(somebody, Forgotten(username="olive"))
    assert len(letters()) == 4


def test_who_is_shut_out_gets_no_link(cast: Cast, somebody) -> None:
    actions.disable_user(system(), cast.olive)
    actions.ask_for_reset(somebody, Forgotten(username="olive"))
    assert letters() == []
    assert actions.make_reset_link(system(), cast.olive.id, cast.olive.email) is None


def test_a_link_sets_the_password_lifts_a_lock_and_ends_the_rest(
    cast: Cast, client: Visitor, app: Any, link: str, somebody, records
) -> None:
    device = Visitor(app).sign_in("olive")
    token = client.token("olive")
    for _ in range(10):
        with pytest.raises(actions.WrongCredentials):
            actions.sign_in(somebody, Credentials(username="olive", password="wrong"))
    with pytest.raises(TooMany):
        actions.sign_in(somebody, Credentials(username="olive", password=PASSPHRASE))
    page = client.visit(link)
    assert "olive" in page
    weak = client.submit(link, {"new_password": "password1"})
    assert (weak.status, "first that are guessed" in weak) == (422, True)
    assert client.submit(link, {"new_password": NEW}).headers["Location"] == "/login"
    assert device.get("/account").status == 302
    assert client.api("GET", "/auth/me", token).status == 401
    for kind in (Session, ApiToken):
        assert db.session.scalar(select(func.count()).select_from(kind).filter_by(user_id=cast.olive.id)) == 0
    client.sign_in("olive", NEW)
    assert records(Event.USER_PASSWORD_CHANGED)[-1].note == "by a link that was mailed"
    assert (
        db.session.scalars(select(Message).filter_by(kind=Kind.PASSWORD_CHANGED)).one().to_address == cast.olive.email
    )


def test_the_second_factor_stays(cast: Cast, client: Visitor, link: str, clock) -> None:
    key = one_time_codes.new_app_secret()
    actions.add_authenticator(cast.actor(cast.olive), key, code_at(key, NOON))
    client.submit(link, {"new_password": NEW})
    assert queries.has_second_factor(cast.olive.id)
    first = client.submit("/login", {"username": "olive", "password": NEW})
    assert first.headers["Location"] == "/login/second"


def test_each_link_that_cannot_be_used_says_what_to_do_next(
    cast: Cast, client: Visitor, app: Any, link: str, clock
) -> None:
    forged = client.get("/reset/made-up")
    assert (forged.status, "no link of ours" in forged) == (404, True)
    foreign = Visitor(app).sign_in("otto").get(link)
    assert (foreign.status, "You are signed in as otto" in foreign) == (409, True)
    assert "olive" not in foreign.text
    second = actions.make_reset_link(system(), cast.olive.id, cast.olive.email)
    client.submit(link, {"new_password": NEW})
    clock.shift(timedelta(minutes=1))
    third = actions.make_reset_link(system(), cast.olive.id, cast.olive.email)
    clock.shift(timedelta(minutes=30))
    for used in (link, f"/reset/{second}", f"/reset/{third}"):  # used; made needless by that; expired
        page = client.get(used)
        assert page.status == 410
        assert page.one("main a.button")["href"] == "/forgot"


def test_whoever_goes_on_asking_keeps_nobody_out_for_longer(cast: Cast, clock) -> None:
    for _ in range(20):
        actions.ask_for_reset(ANONYMOUS, Forgotten(username="olive"))
        clock.shift(timedelta(minutes=9))
    before = len(letters())
    clock.shift(timedelta(minutes=30))
    actions.ask_for_reset(ANONYMOUS, Forgotten(username="olive"))
    assert len(letters()) == before + 1
    assert before > 9, "three in each half hour go on being sent"


def test_factors_that_were_set_up_under_an_unconfirmed_address_go_with_its_reset(app, clock) -> None:
    mallory = actions.sign_up(
        ANONYMOUS, SignUp(username="mallory", email="victim@example.com", password=PASSPHRASE, role="developer")
    )
    give_passkey(queries.actor_of(mallory, ANONYMOUS.door, None))
    token = actions.make_reset_link(system(), mallory.id, mallory.email)
    actions.reset_password(ANONYMOUS, token, PasswordReset(new_password=NEW))
    assert not queries.has_second_factor(mallory.id)


def test_a_password_that_was_reset_in_between_begins_no_session(cast: Cast, clock) -> None:
    proof = trust.prove(ANONYMOUS, Credentials(username="olive", password=PASSPHRASE))
    token = actions.make_reset_link(system(), cast.olive.id, cast.olive.email)
    actions.reset_password(ANONYMOUS, token, PasswordReset(new_password=NEW))
    with pytest.raises(trust.WrongCredentials):
        actions.start_session(ANONYMOUS, proof.user, proof=proof)
