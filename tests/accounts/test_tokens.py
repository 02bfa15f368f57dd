"""The API's tokens: a pair, renewed pair by pair, ended as a family."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import actions, queries
from portal.accounts.actions.tokens import InvalidToken
from portal.accounts.models import ApiToken
from portal.foundation.audit import Event
from portal.foundation.database import db
from tests.client import PASSPHRASE

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def get_tokens(client):
    answer = client.post("/api/v1/auth/token", json={"username": "ada.l", "password": PASSPHRASE})
    assert answer.status_code == 200
    return answer.json


@pytest.mark.parametrize("how", ["json", "data"])
def test_a_name_and_password_give_a_pair(client, ada, records, how):
    answer = client.post("/api/v1/auth/token", **{how: {"username": "ADA.l", "password": PASSPHRASE}})
    assert answer.status_code == 200
    assert answer.cache_control.no_store
    given = answer.json
    assert given.keys() == {"access_token", "refresh_token", "token_type", "expires_in", "owner_id", "tenant_id"}
    assert (given["token_type"], given["expires_in"]) == ("bearer", 3600)
    assert given["owner_id"] == given["tenant_id"] == str(ada.owner_id)
    assert len(records(Event.TOKEN_ISSUED)) == 1
    stored = " ".join(db.session.scalars(select(ApiToken.token_hash)))
    assert given["access_token"] not in stored


def test_what_oauth_clients_send_along_changes_nothing_and_the_rest_is_refused(client, ada):
    sent = {"username": "ada.l", "password": PASSPHRASE, "grant_type": "password", "scope": "", "client_id": ""}
    assert client.post("/api/v1/auth/token", data=sent).status_code == 200
    for wrong in ({"grant_type": "client_credentials"}, {"scope": "admin"}, {"role": "admin"}):
        assert client.post("/api/v1/auth/token", data={**sent, **wrong}).status_code == 422


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"username": "ada.l"},
        {"username": 1, "password": PASSPHRASE},
        {"username": "ada.l", "password": None},
        {"username": ["ada.l"], "password": PASSPHRASE},
        [],
        "ada.l",
    ],
)
def test_a_wrong_document_is_refused_by_its_fields(client, ada, sent):
    assert client.post("/api/v1/auth/token", json=sent).status_code == 422


def test_a_code_is_a_field_that_is_taken(client, ada):
    sent = {"username": "ada.l", "password": PASSPHRASE, "otp": "123456"}
    assert client.post("/api/v1/auth/token", json=sent).status_code == 200
    assert client.post("/api/v1/auth/token", json={**sent, "otp": 123456}).status_code == 422


def test_a_token_says_whose_it_is(client, ada):
    answer = client.get("/api/v1/auth/me", headers=bearer(get_tokens(client)["access_token"]))
    assert answer.json == {
        "user_id": str(ada.id),
        "username": "Ada.L",
        "owner_id": str(ada.owner_id),
        "role": "business",
    }


@pytest.mark.parametrize("token", ["", "tp_a_made_up", "x" * 5000, "nul\u00ff"])
def test_without_a_token_of_ours_the_api_knows_nobody(client, ada, token):
    answer = client.get("/api/v1/auth/me", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"


def test_a_browsers_session_opens_no_door_of_the_api(signed_in):
    assert signed_in.get("/api/v1/auth/me").status_code == 401


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(client, ada):
    pair = get_tokens(client)
    assert client.get("/api/v1/auth/me", headers=bearer(pair["refresh_token"])).status_code == 401
    assert client.post("/api/v1/auth/refresh", json={"refresh_token": pair["access_token"]}).status_code == 401


def test_a_refresh_token_gives_a_new_pair(client, ada):
    first = get_tokens(client)
    answer = client.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert answer.status_code == 200
    assert answer.cache_control.no_store
    assert answer.json.keys() == first.keys()
    assert answer.json["refresh_token"] != first["refresh_token"]
    assert client.get("/api/v1/auth/me", headers=bearer(answer.json["access_token"])).status_code == 200


def test_a_refresh_token_used_twice_ends_its_family_and_no_other(client, ada, records):
    other, first = get_tokens(client), get_tokens(client)
    refresh = {"refresh_token": first["refresh_token"]}
    second = client.post("/api/v1/auth/refresh", json=refresh).json
    assert client.post("/api/v1/auth/refresh", json=refresh).status_code == 401
    for token in (first["access_token"], second["access_token"]):
        assert client.get("/api/v1/auth/me", headers=bearer(token)).status_code == 401
    again = client.post("/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert again.status_code == 401
    assert client.get("/api/v1/auth/me", headers=bearer(other["access_token"])).status_code == 200
    (record,) = records(Event.TOKEN_FAMILY_ENDED)
    assert record.subject_label == "Ada.L"


def test_of_two_at_once_one_at_most_gets_a_pair_and_it_is_worth_nothing(app, ada, at_the_api, right, records):
    first = actions.issue_tokens(at_the_api, right)
    both, pairs, refused = threading.Barrier(2), [], []

    def refresh():
        with app.app_context():
            both.wait()
            try:
                pairs.append(actions.refresh_tokens(at_the_api, first.refresh_token))
            except InvalidToken:
                refused.append(True)

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(pairs), len(refused)) == (1, 1)
    db.session.rollback()
    for token in (first.access_token, pairs[0].access_token):
        assert queries.actor_for_token(token, None) is None
    assert len(records(Event.TOKEN_FAMILY_ENDED)) == 1


def test_tokens_end_by_themselves(ada, at_the_api, right):
    with time_machine.travel(NOON, tick=False) as clock:
        pair = actions.issue_tokens(at_the_api, right)
        clock.shift(timedelta(minutes=59))
        assert queries.actor_for_token(pair.access_token, None)
        clock.shift(timedelta(minutes=1))
        assert queries.actor_for_token(pair.access_token, None) is None
        clock.shift(timedelta(days=29))
        pair = actions.refresh_tokens(at_the_api, pair.refresh_token)
        clock.shift(timedelta(days=30))
        with pytest.raises(InvalidToken):
            actions.refresh_tokens(at_the_api, pair.refresh_token)


def test_a_disabled_user_refreshes_nothing_not_even_once_enabled_again(ada, operator, at_the_api, right):
    pair = actions.issue_tokens(at_the_api, right)
    actions.disable_user(operator, ada)
    actions.enable_user(operator, ada)
    with pytest.raises(InvalidToken):
        actions.refresh_tokens(at_the_api, pair.refresh_token)
