"""Each no, in the words of the door it came through; and what is never taken from a stranger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.foundation.audit import AuditRecord
from portal.foundation.database import db, unit_of_work
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import PASSPHRASE, Page, Visitor

HTMX = {"HX-Request": "true", "HX-Target": "main"}


def records() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditRecord)) or 0


def is_problem(page: Page, status: int, kind: str) -> bool:
    """Whether an answer is a problem document of a status and kind."""
    document = page.json
    assert page.headers["Content-Type"] == "application/problem+json"
    assert (page.status, document["status"], document["type"]) == (status, status, f"/problems/{kind}")
    assert document["title"]
    assert document["detail"]
    return True


class TestFormTokens:
    """A form counts only with its token."""

    @pytest.mark.parametrize("path", ["/login", "/signup", "/logout", "/tenants/new", "/tenants/acme/settings/general"])
    @pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "made-up"}], ids=["no", "empty", "wrong"])
    def test_without_it_nothing_happens(self, client: Visitor, cast: Cast, path: str, token: dict[str, str]) -> None:
        client.sign_in("ada")
        before = records()
        page = client.post(path, data={"name": "Changed", "slug": "changed", "username": "olive", **token})
        assert page.status == 400
        assert "Reload the page" in page
        assert records() == before
        assert db.session.scalar(select(Tenant.id).where(Tenant.name == "Changed")) is None
        assert client.get("/tenants").status == 200, "the session goes on"

    def test_another_browsers_token_does_not_count(self, client: Visitor, visitor: type[Visitor], cast: Cast) -> None:
        theirs = visitor(client.app).sign_in("olive").visit("/tenants/acme/settings/general").values("main form")
        page = client.sign_in("ada").post("/tenants/acme/settings/general", data={**theirs, "name": "Changed"})
        assert page.status == 400

    def test_the_token_is_renewed_on_signing_in(self, client: Visitor, cast: Cast) -> None:
        before = client.visit("/login").values()["csrf_token"]
        client.sign_in("ada")
        assert client.post("/logout", data={"csrf_token": before}).status == 400

    def test_over_https_a_form_of_another_site_does_not_count(
        self, another_portal: Callable[..., Flask], cast: Cast
    ) -> None:
        visitor, base = Visitor(another_portal(base_url="https://portal.example.com")), "https://portal.example.com"
        token = visitor.open("/login", method="GET", base_url=base).values()["csrf_token"]
        data = {"csrf_token": token, "username": "ada", "password": PASSPHRASE}
        page = visitor.open("/login", method="POST", base_url=base, data=data,
                            headers={"Referer": "https://evil.example/"})  # fmt: skip
        assert page.status == 400


class TestTheApiDoor:
    """Bearer tokens only."""

    @pytest.mark.parametrize("path", ["/auth/me", "/tenants"])
    def test_a_session_cookie_is_nobody_in_the_api(self, client: Visitor, cast: Cast, path: str) -> None:
        page = client.sign_in("ada").api("GET", path)
        assert is_problem(page, 401, "not-signed-in")
        assert page.headers["WWW-Authenticate"] == "Bearer"

    def test_a_session_cookie_changes_nothing_through_the_api(self, client: Visitor, cast: Cast) -> None:
        page = client.sign_in("ada").api("PATCH", f"/tenants/{cast.acme.id}", json={"name": "Changed"})
        assert page.status == 401
        assert db.session.get_one(Tenant, cast.acme.id).name == "Acme Corp"

    def test_a_token_opens_no_page(self, client: Visitor, cast: Cast) -> None:
        page = client.get("/tenants", headers={"Authorization": f"Bearer {client.token('ada')}"})
        assert (page.status, page.headers["Location"]) == (302, "/login?next=/tenants")

    @pytest.mark.parametrize("given", ["Bearer", "Bearer ", "Bearer x", "Basic YWRhOngK", "ada", "bearer null"])
    def test_what_is_no_token_is_nobody(self, client: Visitor, cast: Cast, given: str) -> None:
        assert is_problem(client.get("/api/v1/tenants", headers={"Authorization": given}), 401, "not-signed-in")

    def test_a_refresh_token_is_no_access_token(self, client: Visitor, cast: Cast) -> None:
        pair = client.api("POST", "/auth/token", json={"username": "ada", "password": PASSPHRASE}).json
        assert client.api("GET", "/tenants", pair["refresh_token"]).status == 401

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
    def test_another_kind_than_json_is_415(self, client: Visitor, cast: Cast, kind: str) -> None:
        page = client.api("POST", "/tenants", client.token("ada"), data=b'{"name": "x"}', content_type=kind)
        assert is_problem(page, 415, "unsupported-media-type")

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"name": NaN}', b"\xff\xfe", b"[" * 5000],
                             ids=lambda body: repr(body[:20]))  # fmt: skip
    def test_what_is_no_json_object_is_422(self, client: Visitor, cast: Cast, body: bytes) -> None:
        page = client.api("POST", "/tenants", client.token("ada"), data=body, content_type="application/json")
        assert page.status == 422
        assert page.json["detail"] == page.json["errors"]

    def test_faults_are_listed_with_their_place(self, client: Visitor, cast: Cast) -> None:
        page = client.api("POST", "/tenants", client.token("ada"), json={"name": 1, "colour": "red"})
        assert is_problem(page, 422, "invalid-input")
        assert [fault["loc"] for fault in page.json["errors"]] == [["body", "name"], ["body", "colour"]]
        assert all(fault.keys() == {"loc", "msg", "type"} for fault in page.json["errors"])


class TestOtherKinds:
    """What the library refuses is said in our words too."""

    def test_405_names_what_is_possible(self, client: Visitor) -> None:
        assert is_problem(client.api("DELETE", "/auth/token"), 405, "method-not-allowed")
        page = client.open("/login", method="PUT")
        assert (page.status, "does not take that kind" in page) == (405, True)
        assert {"GET", "POST"} <= {name.strip() for name in page.headers["Allow"].split(",")}

    def test_404_for_nobody_shows_no_frame_of_somebody(self, client: Visitor) -> None:
        page = client.get("/nowhere")
        assert page.status == 404
        assert "Status 404" in page
        assert "Sign out" not in page
        assert "None" not in page.words.split()

    def test_404_in_the_api(self, client: Visitor) -> None:
        assert is_problem(client.api("GET", "/nowhere"), 404, "not-found")

    def test_413_over_a_mebibyte(self, client: Visitor, cast: Cast) -> None:
        large = b'{"name": "' + b"x" * 1024 * 1024 + b'"}'
        token = client.token("ada")
        page = client.api("POST", "/tenants", token, data=large, content_type="application/json")
        assert is_problem(page, 413, "request-entity-too-large")
        form = client.post("/login", data={"username": "x" * 1024 * 1024})
        assert (form.status, form.response.mimetype) == (413, "text/html")

    @pytest.mark.parametrize(
        ("path", "page_kind"), [("/login", "text/html"), ("/api/v1/auth/token", "application/problem+json")]
    )
    def test_411_for_a_body_without_its_length(self, client: Visitor, path: str, page_kind: str) -> None:
        page = client.post(path, headers={"Transfer-Encoding": "chunked"})
        assert (page.status, page.response.mimetype) == (411, page_kind)

    @pytest.mark.parametrize("path", ["/tenants/%00", "/tenants/acme%00", "/tenants/..%2f", "/tenants/" + "x" * 3000,
                                      "/tenants/%ff", "/login/link/%00", "/api/v1/tenants/%00"])  # fmt: skip
    def test_odd_addresses_break_nothing(self, client: Visitor, cast: Cast, path: str) -> None:
        client.sign_in("ada")
        assert client.get(path).status in {401, 404}


class TestHtmx:
    """What a fragment gets."""

    def test_when_the_session_has_ended_the_browser_is_led_to_sign_in(self, client: Visitor, cast: Cast) -> None:
        client.sign_in("olive")
        with unit_of_work() as session:
            session.execute(db.metadata.tables["sessions"].delete())
        for method in ("GET", "POST"):
            token = client.client.get("/login").get_data(as_text=True).split('csrf_token" type="hidden" value="')[1]
            data = {"csrf_token": token.split('"')[0]} if method == "POST" else None
            page = client.open("/tenants/acme/settings/general", method=method, headers=HTMX, data=data)
            assert (page.status, page.headers["HX-Redirect"], page.text) == (401, "/login", "")

    def test_a_saved_form_leads_on_in_ascii_whatever_the_name(self, client: Visitor, cast: Cast) -> None:
        client.sign_in("ada")
        for name in ("日本", "Ünïted 🦄 & <Söhne>", "a\u202eb"):
            page = client.submit("/tenants/acme/settings/general", {"name": name}, headers=HTMX)
            assert (page.status, page.headers["HX-Redirect"]) == (204, "/tenants/acme/settings/general")
            assert all(value.isascii() for _, value in page.headers)
            assert name in client.visit("/tenants/acme").one("h1").text

    def test_what_is_refused_comes_back_as_the_page_with_what_was_typed(self, client: Visitor, cast: Cast) -> None:
        client.sign_in("ada")
        page = client.submit("/tenants/acme/settings/general", {"name": "", "slug": "Not A Slug"}, headers=HTMX)
        assert (page.status, page.headers["HX-Retarget"]) == (422, "body")
        assert page.one("[name=slug]")["value"] == "Not A Slug"

    def test_a_page_that_says_no_never_lands_inside_an_element(self, client: Visitor, cast: Cast) -> None:
        page = client.sign_in("olive").fragment("/tenants/globex", "tenant-table")
        assert (page.status, page.headers["HX-Retarget"]) == (404, "body")

    def test_its_history_is_given_whole_pages(self, client: Visitor, cast: Cast) -> None:
        client.sign_in("ada")
        page = client.get("/tenants", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
        assert "<!doctype html>" in page.text


class TestWhereToNext:
    """After signing in one comes to one's own page and never to a stranger's."""

    @pytest.mark.parametrize("target", [
        "https://evil.example/", "//evil.example", "/\\evil.example", "/\\/evil.example", "http:/evil.example",
        "javascript:alert(1)", "/tenants\r\nX: y", "/%0d%0aX:y", "/logout", "/login?next=/login", "/api/v1/tenants",
        "/static/css/base.css", "/nowhere", "tenants", "/@evil.example", "/;@evil.example", "x" * 3000,
        "/\t/evil.example"])  # fmt: skip
    def test_what_is_not_a_page_of_ours_leads_to_the_start(self, client: Visitor, cast: Cast, target: str) -> None:
        token = client.visit("/login").values()["csrf_token"]
        data = {"csrf_token": token, "username": "ada", "password": PASSPHRASE}
        page = client.open("/login", method="POST", query_string={"next": target}, data=data)
        assert (page.status, page.headers["Location"]) == (303, "/")

    def test_what_is_comes_with_its_question(self, client: Visitor, cast: Cast) -> None:
        page = client.get("/tenants?q=acme&sort=-name")
        assert page.status == 302
        token = client.visit(page.headers["Location"]).values()["csrf_token"]
        data = {"csrf_token": token, "username": "ada", "password": PASSPHRASE}
        page = client.post(page.headers["Location"], data=data)
        assert page.headers["Location"] == "/tenants?q=acme&sort=-name"
