"""Where a person is led after signing in: to pages of ours, and nowhere else."""

from __future__ import annotations

import pytest
from flask import url_for

from portal.accounts.browser import came_for
from tests.client import PASSPHRASE

HOSTILE = [
    "//evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "https://evil.example/tenants/",
    "javascript:alert(1)",
    "evil.example",
    "/tenants/../../evil",
    "/%2f%2fevil.example",
    "/@evil.example",
    "/tenants//evil.example/x",
    "/logout",
    "/login?next=//evil.example",
    "/login/link/token",
    "/static/mark.svg",
    "/healthz",
    "/tenants?" + "a=b&" * 60,
    "/tenants/x?\u202e",
    "/api/v1/auth/me",
    "/no/such/page",
    "/\x00",
    "/tenants/\r\nSet-Cookie: a=b",
    "http://[broken",
    "/" + "x" * 5000,
    "",
]


@pytest.fixture
def leads_to(app):
    """Give the address that a target leads to, as it is built anew."""

    def ask(target: str | None) -> str:
        with app.test_request_context("/login", base_url="http://localhost"):
            endpoint, values = came_for(target)
            return url_for(endpoint, **values)

    return ask


@pytest.mark.parametrize("target", [*HOSTILE, None])
def test_a_hostile_target_is_dropped(leads_to, target):
    assert leads_to(target) == "/"


@pytest.mark.parametrize("target", ["/tenants", "/tenants?status=suspended&status=inactive&q=a+b", "/tenants/acme"])
def test_a_page_of_ours_is_where_one_comes_to(leads_to, target):
    assert leads_to(target) == target


@pytest.mark.parametrize(
    "query", ["_external=1", "_scheme=javascript", "_anchor=x", "endpoint=a", "message=b", "tone=c"]
)
def test_words_of_the_address_builder_are_no_words_of_the_address(leads_to, query):
    assert leads_to(f"/tenants?{query}&page=2") == "/tenants?page=2"


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_the_form_leads_nobody_away(client, ada, forms_without_tokens, target):
    answer = client.post("/login", query_string={"next": target}, data={"username": "ada.l", "password": PASSPHRASE})
    assert (answer.status, answer.headers["Location"]) == (303, "/")


def test_who_comes_without_being_signed_in_gets_to_where_they_wanted(client, ada, fill):
    asked = client.get("/tenants?q=acme")
    assert asked.status_code == 302
    answer = fill(client, asked.headers["Location"], username="ada.l", password=PASSPHRASE)
    assert answer.headers["Location"] == "/tenants?q=acme"
