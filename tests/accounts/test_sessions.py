"""A session lives on the server: it ends there, at once, whoever still has its cookie."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import actions, queries
from portal.accounts.models import ApiToken, Session, User
from portal.accounts.random_secrets import hashed
from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden
from portal.foundation.permissions import Door

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LIFETIME = queries.Lifetime(idle=timedelta(hours=2), absolute=timedelta(days=7))


def copy_of(client):
    """Another browser with the same cookie, as a thief has it."""
    other = type(client)(client.app)
    other.client.set_cookie("portal", client.client.get_cookie("portal").value)
    return other


def sign_out(client):
    """By the button that stands on every page of somebody signed in, the one that says “not found” too."""
    token = client.get("/no/such/page").one("form[action='/logout'] input[name=csrf_token]")["value"]
    return client.post("/logout", data={"csrf_token": token})


def is_in(client) -> bool:
    return client.get("/login").status == 303


def test_only_the_hash_of_the_id_is_stored(ada, somebody, right):
    entered = actions.sign_in(somebody, right, user_agent="Mozilla/5.0\x00 (X11)" + "x" * 300)
    row = db.session.scalars(select(Session).filter_by(user_id=ada.id)).one()
    assert row.id_hash == hashed(entered.session_id)
    assert len(row.user_agent) == 255
    assert "\x00" not in row.user_agent


def test_after_signing_out_the_old_cookie_is_nobodys(signed_in, records):
    thief = copy_of(signed_in)
    assert is_in(thief)
    answer = sign_out(signed_in)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert not is_in(thief)
    assert not is_in(signed_in)
    (record,) = records(Event.SESSION_ENDED)
    assert record.actor_name == "Ada.L"


def test_signing_out_twice_is_harmless(signed_in, forms_without_tokens):
    assert signed_in.post("/logout").status == 303
    assert signed_in.post("/logout").status == 303


def test_nobody_is_signed_out_by_a_form_from_elsewhere(signed_in):
    assert signed_in.post("/logout").status == 400
    assert is_in(signed_in)


def test_a_disabled_user_is_out_at_once_everywhere(signed_in, ada, operator, at_the_api, right, records):
    pair = actions.issue_tokens(at_the_api, right)
    actions.disable_user(operator, ada)
    assert not is_in(signed_in)
    assert queries.actor_for_token(pair.access_token, None) is None
    for kind in (Session, ApiToken):
        assert db.session.scalar(select(func.count()).select_from(kind)) == 0
    (record,) = records(Event.USER_DISABLED)
    assert record.subject_label == "Ada.L"


def test_an_enabled_user_signs_in_anew_and_what_had_ended_stays_ended(signed_in, ada, operator, somebody, right):
    actions.disable_user(operator, ada)
    actions.disable_user(operator, ada)
    actions.enable_user(operator, ada)
    assert not is_in(signed_in)
    assert actions.sign_in(somebody, right)


def test_only_those_who_manage_users_disable_them_and_nobody_themselves(ada, dev, admin):
    with pytest.raises(Forbidden):
        actions.disable_user(queries.actor_of(ada, Door.WEB, None), dev)
    with pytest.raises(Conflict):
        actions.disable_user(queries.actor_of(admin, Door.WEB, None), admin)


def test_whoever_is_disabled_while_signing_in_does_not_get_in(ada, operator, somebody):
    actions.disable_user(operator, ada)
    with pytest.raises(actions.WrongCredentials):
        actions.start_session(somebody, ada)


def test_an_unused_session_ends(ada, somebody, right):
    with time_machine.travel(NOON, tick=False) as clock:
        session_id = actions.sign_in(somebody, right).session_id
        clock.shift(timedelta(minutes=119))
        assert queries.actor_for_session(session_id, LIFETIME, None)
        clock.shift(timedelta(minutes=1))
        assert queries.actor_for_session(session_id, LIFETIME, None) is None


def test_a_used_session_ends_too_when_it_is_old(app, client, ada, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], session_absolute_hours=5))
    with time_machine.travel(NOON, tick=False) as clock:
        client.sign_in("ada.l")
        for _ in range(4):
            clock.shift(timedelta(hours=1))
            assert is_in(client)
        clock.shift(timedelta(hours=1))
        assert not is_in(client)


def test_use_is_noted_at_most_once_a_minute(client, ada, fill, right):
    def seen_at():
        db.session.rollback()
        return db.session.scalar(select(Session.seen_at))

    with time_machine.travel(NOON, tick=False) as clock:
        fill(client, "/login", username=right.username, password=right.password)
        clock.shift(timedelta(seconds=59))
        client.get("/login")
        assert seen_at() == NOON
        clock.shift(timedelta(seconds=1))
        client.get("/login")
        assert seen_at() == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("cookie", ["", "x", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "\x00", "x" * 3500])
def test_a_made_up_cookie_is_nobodys(client, ada, cookie):
    client.client.set_cookie("portal", cookie)
    assert not is_in(client)


def test_what_has_had_its_time_is_removed_and_the_rest_stays(ada, somebody, at_the_api, operator, right, wrong):
    with time_machine.travel(NOON, tick=False) as clock:
        old = actions.sign_in(somebody, right)
        actions.issue_tokens(at_the_api, right)
        actions.make_sign_in_link(operator, ada)
        clock.shift(timedelta(days=31))
        new = actions.sign_in(somebody, right)
        actions.tidy(operator, LIFETIME)
        assert queries.actor_for_session(old.session_id, LIFETIME, None) is None
        assert queries.actor_for_session(new.session_id, LIFETIME, None)
        assert db.session.scalar(select(func.count()).select_from(Session)) == 1
        assert db.session.scalar(select(func.count()).select_from(ApiToken)) == 0
    assert db.session.get(User, ada.id)
