"""The same request sent twice is done once."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation.database import db
from portal.tenants.models import Tenant
from portal.web.idempotency import StoredAnswer
from tests.cast import Cast
from tests.client import Page, Visitor

HOOK = "https://203.0.114.7/hook"


@pytest.fixture
def token(client: Visitor, cast: Cast) -> str:
    return client.token("ada")


def create(client: Visitor, token: str, key: str | None, **body: object) -> Page:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.api("POST", "/tenants", token, json=body, headers=headers)


def named(name: str) -> int:
    return len(db.session.scalars(select(Tenant.id).where(Tenant.name == name)).all())


def test_without_a_key_each_request_is_done(client: Visitor, token: str) -> None:
    assert [create(client, token, None, name="Twice").status for _ in range(2)] == [201, 201]
    assert named("Twice") == 2


def test_the_same_request_with_the_same_key_is_done_once_and_answered_twice(client: Visitor, token: str) -> None:
    first, second = (create(client, token, "k-1", name="Once", slug="once") for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert named("Once") == 1


def test_another_body_under_the_same_key_is_refused(client: Visitor, token: str) -> None:
    create(client, token, "k-1", name="Once")
    page = create(client, token, "k-1", name="Other")
    assert (page.status, page.json["errors"][0]["type"]) == (422, "key_reused")
    assert named("Other") == 0


def test_a_secret_is_in_the_first_answer_and_in_no_other(client: Visitor, token: str) -> None:
    first, second = (create(client, token, "k-1", name="Hooked", webhook_url=HOOK) for _ in range(2))
    made = first.json["webhook_secret"]
    assert made.startswith("whsec_")
    assert "no-store" in first.headers["Cache-Control"]
    assert "webhook_secret" not in second.json
    assert made not in db.session.scalars(select(StoredAnswer.body)).one()


def test_a_refusal_is_not_kept_and_may_be_tried_again(client: Visitor, token: str) -> None:
    assert create(client, token, "k-1", name="").status == 422
    assert create(client, token, "k-1", name="Now right").status == 201


def test_keys_are_each_user_s_own(client: Visitor, cast: Cast, token: str) -> None:
    from portal.foundation.permissions import Role
    from tests.cast import make_user

    make_user("abel", Role.ADMIN)
    create(client, token, "k-1", name="Of ada")
    assert create(client, client.token("abel"), "k-1", name="Of abel").status == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256, "tab\there"])
def test_a_malformed_key_is_refused(client: Visitor, token: str, key: str) -> None:
    page = create(client, token, key, name="Never")
    assert (page.status, named("Never")) == (422, 0)


@pytest.mark.parametrize("key", ["!", "~" * 255, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"])
def test_a_key_has_1_to_255_visible_characters(client: Visitor, token: str, key: str) -> None:
    assert create(client, token, key, name="Fine").status == 201


@pytest.mark.parametrize("body", [{"name": "Raced"}, {"name": "Raced", "slug": "raced", "external_id": "cus_7"}],
                         ids=["a name", "what must be unique"])  # fmt: skip
def test_two_who_send_the_same_at_once_make_one_and_get_the_same_answer(
    app: Flask, client: Visitor, token: str, body: dict[str, str]
) -> None:
    start, answers = threading.Barrier(4), []

    def send() -> None:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k-race"}
        start.wait()
        answers.append(app.test_client().post("/api/v1/tenants", json=body, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [201] * 4, [answer.get_data() for answer in answers]
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    db.session.rollback()
    assert named("Raced") == 1
