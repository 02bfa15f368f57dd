"""One-time links of the demonstration."""

from __future__ import annotations

import contextvars
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.accounts import actions
from portal.accounts.links import print_sign_in_links
from portal.foundation.audit import Event
from portal.foundation.errors import Forbidden, Gone

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def head(client, link: str) -> int:
    """Ask for the headers alone, as those who preview links do; give the status."""
    return contextvars.Context().run(client.client.head, link).status_code


@pytest.fixture
def link(ada, operator, demonstration) -> str:
    return f"/login/link/{actions.make_sign_in_link(operator, ada)}"


def test_a_link_signs_in_once(client, visitor, app, link, records):
    answer = client.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/login").status_code == 303
    assert records(Event.SESSION_STARTED)[-1].note == "by a one-time link"
    again = visitor(app).get(link)
    assert again.status_code == 410
    assert 'href="/login"' in again.text


def test_asking_for_the_headers_uses_nothing(client, link):
    for _ in range(3):
        assert head(client, link) == 200
    assert client.get("/login").status_code == 200
    assert client.get(link).status_code == 303
    assert head(client, link) == 410


def test_a_link_lasts_fifteen_minutes(client, ada, operator, demonstration):
    with time_machine.travel(NOON, tick=False) as clock:
        first, second = (actions.make_sign_in_link(operator, ada) for _ in range(2))
        clock.shift(timedelta(minutes=14, seconds=59))
        assert client.get(f"/login/link/{first}").status_code == 303
        clock.shift(timedelta(seconds=1))
        assert client.get(f"/login/link/{second}").status_code == 410


def test_outside_the_demonstration_there_are_no_links(app, client, ada, operator):
    link = f"/login/link/{actions.make_sign_in_link(operator, ada)}"
    assert client.get(link).status_code == 404
    assert head(client, link) == 404
    assert client.get("/login").status_code == 200


def test_a_link_that_never_was_is_not_found(client, demonstration):
    assert client.get("/login/link/made-up").status_code == 404


def test_a_link_of_a_disabled_user_is_gone(client, link, ada, operator):
    actions.disable_user(operator, ada)
    assert client.get(link).status_code == 410


def test_two_at_once_do_not_both_get_in(link, somebody):
    token = link.rsplit("/", 1)[1]
    actions.use_sign_in_link(somebody, token)
    with pytest.raises(Gone):
        actions.use_sign_in_link(somebody, token)


def test_a_link_replaces_who_was_signed_in(client, signed_in, admin, operator, demonstration, records):
    assert signed_in.get(f"/login/link/{actions.make_sign_in_link(operator, admin)}").status_code == 303
    assert records(Event.SESSION_ENDED)[-1].subject_label == "Ada.L"


def test_only_the_system_and_administrators_make_links(ada, somebody):
    with pytest.raises(Forbidden):
        actions.make_sign_in_link(somebody, ada)


def test_links_are_printed_for_whom_they_are_asked_in_that_order(client, ada, admin, demonstration, capsys):
    print_sign_in_links("http://localhost:8000/", [admin, None, ada])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [role for role, _ in lines] == ["admin", "business"]
    for _, address in lines:
        assert address.startswith("http://localhost:8000/login/link/")
        assert client.get(address.removeprefix("http://localhost:8000")).status_code == 303
