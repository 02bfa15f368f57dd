"""Asking somebody who is signed in for the password once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import actions, queries
from portal.accounts.drafts import Proving
from portal.accounts.models import Session
from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.errors import NotSignedIn, TooMany
from tests.client import PASSPHRASE

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AGAIN = Proving(password=PASSPHRASE)
LIFETIME = queries.Lifetime(idle=timedelta(hours=2), absolute=timedelta(days=7))


def proved_at(session_id: str) -> datetime:
    present = queries.actor_for_session(session_id, LIFETIME, None)
    assert present is not None
    return present.proved_at


def test_the_right_password_renews_the_time_of_signing_in(ada, somebody, right, records):
    with time_machine.travel(NOON, tick=False) as clock:
        entered = actions.sign_in(somebody, right)
        other = actions.sign_in(somebody, right)
        clock.shift(timedelta(minutes=20))
        new_id = actions.prove_again(entered.actor, entered.session_id, AGAIN)
        assert proved_at(new_id) == NOON + timedelta(minutes=20)
        assert (
            queries.actor_for_session(entered.session_id, LIFETIME, None) is None
        )  # who knew the old id gains nothing
        assert proved_at(other.session_id) == NOON
    assert records(Event.SESSION_STARTED)[-1].note == "asked for the password again"


def test_a_wrong_one_renews_nothing_and_is_counted(ada, somebody, right, records):
    with time_machine.travel(NOON, tick=False) as clock:
        entered = actions.sign_in(somebody, right)
        clock.shift(timedelta(minutes=20))
        for _ in range(10):
            with pytest.raises(actions.WrongCredentials):
                actions.prove_again(entered.actor, entered.session_id, Proving(password="wrong"))
        with pytest.raises(TooMany):
            actions.prove_again(entered.actor, entered.session_id, AGAIN)
        with pytest.raises(TooMany):
            actions.sign_in(somebody, right)
        assert proved_at(entered.session_id) == NOON
    assert len(records(Event.SESSION_REFUSED)) == 12


def test_a_known_device_counts_for_itself(ada, somebody, right):
    entered = actions.sign_in(somebody, right)
    for _ in range(10):
        with pytest.raises(actions.WrongCredentials):
            actions.prove_again(entered.actor, entered.session_id, Proving(password="wrong"))
    actions.prove_again(entered.actor, entered.session_id, AGAIN, entered.device_mark)


def test_nobody_elses_session_and_none_that_has_ended(ada, dev, somebody, right):
    mine = actions.sign_in(somebody, right)
    theirs = actions.sign_in(somebody, right.model_copy(update={"username": "dev-1"}))
    with pytest.raises(NotSignedIn):
        actions.prove_again(mine.actor, theirs.session_id, AGAIN)
    actions.end_session(mine.actor, mine.session_id)
    with pytest.raises(NotSignedIn):
        actions.prove_again(mine.actor, mine.session_id, AGAIN)
    db.session.rollback()
    assert len(db.session.scalars(select(Session)).all()) == 1


def test_who_has_no_password_proves_nothing_with_one(ada, operator, somebody, right):
    assert queries.has_password(ada.id)
    assert not queries.has_password(None)
