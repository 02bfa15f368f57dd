"""A tenant's page, and the form for a new one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Forbidden
from portal.resources import queries
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import make_tenant


@pytest.mark.parametrize(
    ("who", "may_change"),
    [("ada", True), ("sam", False), ("olive", True), ("max", True), ("vera", False)],
)
def test_it_is_shown_to_who_belongs_there(cast: Cast, client: Visitor, who: str, may_change: bool):
    page = client.sign_in(who).visit("/tenants/acme")
    assert page.one("h1").get_text(strip=True).startswith("Acme Corp")
    assert str(cast.acme.id) in page.text
    assert ("Change settings" in page) == may_change


@pytest.mark.parametrize("who", ["otto", "dev"])
@pytest.mark.parametrize("path", ["/tenants/acme", "/tenants/acme/settings/general", "/tenants/acme/settings/limits"])
def test_others_do_not_find_it(cast: Cast, client: Visitor, who: str, path: str):
    browser = client.sign_in(who)
    assert browser.visit(path, 404).words == browser.visit(path.replace("acme", "nobody"), 404).words


@pytest.mark.parametrize("slug", ["%00", "ACME", "a%0Ab", "x" * 300, "%ED%A0%80", "-", "a--b", "..%2f", "é"])
def test_what_is_no_slug_is_not_found(cast: Cast, client: Visitor, slug: str):
    client.sign_in("ada").visit(f"/tenants/{slug}", 404)


def test_an_old_slug_keeps_page_and_query(cast: Cast, change, client: Visitor):
    change(cast.olive, cast.acme, slug="acme-inc")
    browser = client.sign_in("olive")
    page = browser.get("/tenants/acme/settings/limits?from=mail&x=1&x=2")
    assert page.status in {301, 308}
    assert page.headers["Location"] == "/tenants/acme-inc/settings/limits?from=mail&x=1&x=2"
    assert browser.visit("/tenants/acme").one("h1")


def test_hostile_text_in_every_field_is_harmless(cast: Cast, change, client: Visitor):
    hostile = "</textarea></title><script>alert(1)</script>\"'{{7*7}}\u202e"
    change(
        cast.ada, cast.acme, name=hostile, external_id=hostile, sip_username=hostile, sip_password=hostile,
        meta_data={hostile: [hostile]}, max_agents=900, override_reason=hostile, webhook_url="https://a.example/<script>",
    )  # fmt: skip
    make_tenant(hostile + "2", parent_id=cast.acme.id)
    browser = client.sign_in("ada")
    for path in ("", "/settings/general", "/settings/limits", "/activity"):
        assert "alert(1)" in browser.visit(f"/tenants/acme{path}").words


def test_its_sub_organizations_are_listed(cast: Cast, client: Visitor):
    child = make_tenant("Acme Labs", parent_id=cast.acme.id)
    browser = client.sign_in("ada")
    assert "Acme Labs" in browser.visit("/tenants/acme")
    assert "Acme Corp" in browser.visit(f"/tenants/{child.slug}")


class TestNewTenant:
    def test_it_is_for_administrators(self, cast: Cast, client: Visitor):
        for who in ("sam", "olive", "dev"):
            browser = client.sign_in(who)
            browser.visit("/tenants/new", 403)
            browser.client.delete_cookie("portal")

    def test_it_is_created_and_shown(self, cast: Cast, client: Visitor):
        page = client.sign_in("ada").submit(
            "/tenants/new",
            {"name": "Initech", "owner": "DEV@example.com", "billing_plan": "pro", "kind": "trial"},
        )
        assert (page.status, page.headers["Location"]) == (303, "/tenants/initech")
        assert "Initech is created." in client.visit("/tenants/initech")
        tenant = db.session.scalar(select(Tenant).filter_by(slug="initech"))
        assert (tenant.owner_id, tenant.billing_plan, tenant.kind) == (cast.dev.id, "pro", "trial")
        assert tenant.trial_ends_at is not None

    def test_without_javascript_nothing_is_lost(self, cast: Cast, client: Visitor):
        typed = {
            "name": " ", "slug": "Not A Slug", "billing_email": "nowhere", "external_id": "x" * 256,
            "meta_data": '{"a": ', "owner": "somebody", "kind": "trial", "trial_ends_at": "2030-01-31T09:00",
        }  # fmt: skip
        page = client.sign_in("ada").submit("/tenants/new", typed)
        assert page.status == 422
        shown = page.values("form#new-tenant")
        assert {name: shown[name].lstrip("\r\n") for name in typed} == typed
        assert page.one("[autofocus]")["name"] == "name"
        assert "Name is needed." in page
        assert "External id has 1 to 255 characters; this has 256." in page
        assert "Metadata is a JSON object" in page

    def test_what_the_draft_refuses_stands_at_its_field_too(self, cast: Cast, client: Visitor):
        deep = '{"a":' * 90 + "1" + "}" * 90
        typed = {"name": "Initech", "slug": "Not A Slug", "billing_email": "nowhere", "meta_data": deep}
        page = client.sign_in("ada").submit("/tenants/new", typed)
        assert page.status == 422
        for name in ("slug", "billing_email", "meta_data"):
            assert page.one(f"[name={name}]")["aria-invalid"] == "true"
        assert page.one("[autofocus]")["name"] == "slug"
        assert "single hyphens" in page

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("owner", "somebody", "There is no user of this name or address"),
            ("slug", "acme", "already taken"),
            ("slug", "new", "kept for the portal"),
            ("kind", "gold", "Choose one of the values"),
            ("billing_plan", "gold", "Choose one of the values"),
            ("trial_ends_at", "soon", "a day and a time"),
            ("trial_ends_at", "2030-01-31T09:00", "Only a trial has an end"),
            ("meta_data", "[" * 5000, "JSON object"),
            ("meta_data", '{"a":' * 900 + "1" + "}" * 900, "nests deeper"),
            ("name", "a\x00b", "control characters"),
            ("owner", "a\x00b", "There is no user"),
        ],
    )
    def test_every_fault_has_its_words(self, cast: Cast, client: Visitor, field: str, value: str, words: str):
        page = client.sign_in("ada").submit("/tenants/new", {"name": "Initech", field: value})
        assert page.status == 422
        assert words in page
        assert page.one("[autofocus]")["name"] == field
        assert db.session.scalar(select(Tenant).filter_by(name="Initech")) is None

    def test_a_form_without_its_token_is_refused(self, cast: Cast, client: Visitor):
        assert client.sign_in("ada").post("/tenants/new", data={"name": "Initech"}).status == 400


def test_what_it_owns_is_counted(cast: Cast, client: Visitor):
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        for kind, key in (("agent", "a1"), ("agent", "a2"), ("file", "f1")):
            row = {"tenant_id": cast.acme.id, "kind": kind, "key": key, "label": key}
            connection.execute(Resource.__table__.insert(), {**row, "size_bytes": 1, "created_at": now()})
    page = client.sign_in("vera").visit("/tenants/acme")
    assert "Agents 2 Squads 0 Workflows 0 Integrations 0 Files 1 SIP trunks 0" in page


def test_resources_are_counted_for_who_sees_the_tenant(cast: Cast):
    assert queries.counts(cast.actor(cast.vera), cast.acme) == dict.fromkeys(Kind, 0)
    with pytest.raises(Forbidden):
        queries.counts(cast.actor(cast.otto), cast.acme)
