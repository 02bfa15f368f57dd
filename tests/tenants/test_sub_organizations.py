"""Sub-organizations: made from the parent's page, by administrators, and never in a circle."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.tenants import actions
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import make_tenant, tenant_change


def parent_of(slug: str) -> object:
    db.session.rollback()
    return db.session.scalar(select(Tenant.parent_id).where(Tenant.slug == slug))


def test_an_admin_makes_one_from_the_parents_page(cast: Cast, client: Visitor):
    client.sign_in("ada")
    (link, _) = client.visit("/tenants/acme").soup.select("a[href='/tenants/new?parent=acme']")
    page = client.visit(str(link["href"]))
    assert page.one("h1").get_text() == "New sub-organization of Acme Corp"
    answer = client.submit(str(link["href"]), {"name": "Acme Labs"})
    assert (answer.status, answer.headers["Location"]) == (303, "/tenants/acme-labs")
    assert parent_of("acme-labs") == cast.acme.id
    assert "Acme Labs" in client.visit("/tenants/acme")
    assert "Acme Corp" in client.visit("/tenants/acme-labs").one(".crumbs").get_text()


def test_a_wrong_form_comes_back_with_its_parent(cast: Cast, client: Visitor):
    page = client.sign_in("ada").submit("/tenants/new?parent=acme", {"name": ""})
    assert page.status == 422
    assert "New sub-organization of Acme Corp" in page
    assert page.one("form#new-tenant")["action"] == "/tenants/new?parent=acme"


@pytest.mark.parametrize("parent", ["missing", "ACME", "%00", "acme%20", "..%2f", "x" * 300])
def test_a_parent_that_there_is_not_is_not_found(cast: Cast, client: Visitor, parent: str):
    client.sign_in("ada")
    form = client.visit("/tenants/new").values("form#new-tenant") | {"name": "Orphan"}
    client.visit(f"/tenants/new?parent={parent}", 404)
    assert client.post(f"/tenants/new?parent={parent}", data=form).status == 404
    assert db.session.scalar(select(Tenant).filter_by(name="Orphan")) is None


def test_a_parents_old_slug_will_do(cast: Cast, change, client: Visitor):
    change(cast.olive, cast.acme, slug="acme-inc")
    assert client.sign_in("ada").submit("/tenants/new?parent=acme", {"name": "Acme Labs"}).status == 303
    assert parent_of("acme-labs") == cast.acme.id


def test_it_is_for_administrators(cast: Cast, client: Visitor):
    for who in ("sam", "olive", "max", "vera"):
        browser = Visitor(client.app).sign_in(who)
        assert "New sub-organization" not in browser.visit("/tenants/acme")
        browser.visit("/tenants/new?parent=acme", 403)


def test_no_circle_however_long(cast: Cast, refusal):
    first = make_tenant("First")
    second = make_tenant("Second", parent_id=first.id)
    third = make_tenant("Third", parent_id=second.id)
    for below in (first, second, third):
        said = refusal(actions.change_tenant, system(), first, tenant_change(parent_id=below.id))
        assert "cannot be its own sub-organization" in said["parent_id"]
