"""The headers and cookies of every answer, over http and over https."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import Cast
from tests.client import PASSPHRASE, Page, Visitor

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
EVERYWHERE = ["/login", "/nowhere", "/healthz", "/readyz", "/static/css/base.css", "/api/v1/auth/me", "/tenants"]


@pytest.fixture
def https(another_portal: Callable[..., Flask], cast: Cast) -> Visitor:
    """A browser at a portal that people reach by https."""
    return Visitor(another_portal(base_url="https://portal.example.com"))


def over_https(visitor: Visitor, method: str, path: str, **options: object) -> Page:
    return visitor.open(path, method=method, base_url="https://portal.example.com", **options)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_them(client: Visitor, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", EVERYWHERE)
def test_https_is_insisted_on_where_it_is_used(https: Visitor, path: str) -> None:
    assert "max-age=31536000" in over_https(https, "GET", path).headers["Strict-Transport-Security"]


@pytest.mark.parametrize("path", ["/tenants/acme", "/tenants", "/activity", "/nowhere"])
def test_what_somebody_signed_in_sees_is_kept_by_nobody(client: Visitor, cast: Cast, path: str) -> None:
    headers = client.sign_in("ada").get(path).headers
    assert "no-store" in headers["Cache-Control"]
    assert "Cookie" in headers["Vary"]


def test_a_page_says_that_it_differs_for_htmx(client: Visitor, cast: Cast) -> None:
    vary = client.sign_in("ada").get("/tenants").headers["Vary"]
    assert {"HX-Request", "HX-Target", "Cookie"} <= {name.strip() for name in vary.split(",")}


def test_what_a_token_reads_is_kept_by_nobody(client: Visitor, cast: Cast) -> None:
    headers = client.api("GET", "/tenants", client.token("olive")).headers
    assert "no-store" in headers["Cache-Control"]
    assert "Authorization" in headers["Vary"]


def test_tokens_are_kept_by_nobody(client: Visitor, cast: Cast) -> None:
    page = client.api("POST", "/auth/token", json={"username": "olive", "password": PASSPHRASE})
    assert "no-store" in page.headers["Cache-Control"]


def test_a_static_file_named_by_its_content_is_kept_for_a_year(client: Visitor) -> None:
    kept = client.get("/static/css/base.css?v=123456789abc").headers["Cache-Control"]
    assert "max-age=31536000" in kept
    assert "immutable" in kept
    assert "immutable" not in client.get("/static/css/base.css").headers.get("Cache-Control", "")


def cookies(page: Page) -> dict[str, set[str]]:
    """Each cookie that an answer sets: its name, and its attributes in lower case."""
    found = {}
    for line in page.headers.getlist("Set-Cookie"):
        name, *attributes = line.split(";")
        found[name.split("=")[0]] = {each.strip().lower() for each in attributes}
    return found


def sign_in(visitor: Visitor, base_url: str) -> Page:
    token = visitor.open("/login", method="GET", base_url=base_url).values()["csrf_token"]
    data = {"csrf_token": token, "username": "ada", "password": PASSPHRASE}
    return visitor.open("/login", method="POST", base_url=base_url, data=data, headers={"Referer": f"{base_url}/login"})


def test_cookies_over_http_are_out_of_scripts_reach(client: Visitor, cast: Cast) -> None:
    set_there = cookies(sign_in(client, "http://localhost"))
    assert set_there.keys() == {"portal", "device"}
    for attributes in set_there.values():
        assert {"httponly", "samesite=lax", "path=/"} <= attributes
        assert "secure" not in attributes


def test_cookies_over_https_are_bound_to_the_host(https: Visitor) -> None:
    set_there = cookies(sign_in(https, "https://portal.example.com"))
    assert set_there.keys() == {"__Host-portal", "__Host-device"}
    for attributes in set_there.values():
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not [each for each in attributes if each.startswith("domain")]


def test_machines_that_ask_get_no_cookie(client: Visitor) -> None:
    for path in ("/healthz", "/readyz", "/static/css/base.css", "/api/v1/auth/me"):
        assert "Set-Cookie" not in client.get(path).headers
