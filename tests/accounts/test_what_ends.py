"""What ends when rights rise, and what does not: what began by a password alone, and counts of attempts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.accounts import actions
from portal.accounts.drafts import NewPasskey
from portal.accounts.models import ApiToken, Session
from portal.accounts.random_secrets import hashed
from portal.foundation.database import db
from portal.foundation.errors import Invalid
from tests.accounts.authenticator import Device
from tests.cast import Cast
from tests.client import PASSPHRASE, Visitor

NEW = "several other words in a row"


def test_with_the_first_second_factor_all_ends_that_began_by_a_password_alone(cast: Cast, client: Visitor) -> None:
    client.sign_in("olive")
    this, other = (actions.start_session(cast.actor(cast.olive), cast.olive).session_id for _ in range(2))
    client.token("olive")
    olive = cast.actor(cast.olive)
    passkey = Device().make(actions.ask_to_make(olive))
    assert len(actions.add_passkey(olive, NewPasskey(name="Key", passkey=passkey), this)) == 10
    db.session.rollback()
    assert db.session.scalars(select(Session.id_hash)).all() == [hashed(this)]
    assert db.session.scalars(select(ApiToken)).all() == []
    assert other


def test_a_new_password_that_is_refused_counts_as_no_wrong_one(client: Visitor, cast: Cast) -> None:
    client.sign_in("olive")
    form = "form[action='/account/password']"
    for _ in range(11):
        page = client.submit("/account", {"password": PASSPHRASE, "new_password": "password1"}, selector=form)
        assert page.status == 422
    assert client.submit("/account", {"password": PASSPHRASE, "new_password": NEW}, selector=form).status == 303


def test_a_session_that_is_none_is_not_found(client: Visitor, cast: Cast) -> None:
    client.sign_in("olive")
    token = client.visit("/account").values("form[action='/account/password']")["csrf_token"]
    for named in ("\x00", "0" * 64, "x" * 5000, ""):
        sent = {"csrf_token": token, "session": named}
        assert client.post("/account/sessions/end", data=sent).status == 404


@pytest.mark.parametrize("change", [{"fmt": "android-safetynet", "attStmt": {"ver": 1, "response": 1}}, {"fmt": "odd"}])
def test_a_passkey_that_somebody_made_up_is_refused(cast: Cast, change: dict) -> None:
    olive = cast.actor(cast.olive)
    made_up = Device().make(actions.ask_to_make(olive), **change)
    with pytest.raises(Invalid, match="could not be checked"):
        actions.add_passkey(olive, NewPasskey(name="Key", passkey=made_up))
