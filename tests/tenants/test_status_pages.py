"""The pages that suspend, lift, deactivate and restore: as forms alone, without a script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.tenants import actions
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service, Status
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.test_deleting import start_call

MENU = "details.menu"


def status_of(tenant: Tenant) -> Status:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Tenant, tenant.id).status


def suspended(tenant: Tenant, **fields: object) -> None:
    actions.suspend_tenant(system(), tenant, Suspension.read({"reason": "Unpaid <b>invoices</b>", **fields}))


def press(client: Visitor, path: str):
    return client.submit(path, {}, selector=f"main form[action='{path}']")


def test_an_admin_suspends_and_lifts(cast: Cast, client: Visitor):
    client.sign_in("ada")
    typed = {"reason": "Unpaid invoices", "until": "2999-01-31T09:00", "services": list(Service)}
    page = client.submit("/tenants/acme/suspend", typed)
    assert (page.status, page.headers["Location"]) == (303, "/tenants/acme")
    shown = client.visit("/tenants/acme")
    assert "Acme Corp is suspended." in shown
    assert "“ Unpaid invoices ”" in shown
    assert "until 31 Jan 2999" in shown
    assert "It stops all its services." in shown
    assert "Only a platform administrator can lift it." not in shown
    assert "Undo" not in shown.one("#messages").get_text()
    assert press(client, "/tenants/acme/resume").status == 303
    assert "The suspension of Acme Corp is lifted." in client.visit("/tenants/acme")
    assert status_of(cast.acme) == Status.ACTIVE


def test_it_says_first_how_many_it_concerns(cast: Cast, client: Visitor):
    start_call(cast.acme)
    client.sign_in("ada")
    for path in ("/tenants/acme/suspend", "/tenants/acme"):
        page = client.visit(path)
        assert "1 call that is running now goes on and may be ended." in page
        assert "It concerns no agents. Its members (3) see the reason" in page


@pytest.mark.parametrize(
    ("typed", "words", "field"),
    [
        ({"reason": " "}, "Reason is needed.", "reason"),
        ({"reason": "x" * 501}, "this has 501", "reason"),
        ({"reason": "a\x00b"}, "control characters", "reason"),
        ({"until": "2020-01-31T09:00"}, "The end of a suspension lies ahead.", "until"),
        ({"until": "soon"}, "is a day and a time", "until"),
        ({"services": []}, "Choose at least one service", "services"),
        ({"services": ["calls", "gold"]}, "Choose among calls", "services"),
    ],
)
def test_a_wrong_suspension_comes_back_with_words(cast: Cast, client: Visitor, typed: dict, words: str, field: str):
    given = {"reason": "Unpaid", "services": ["sip"], **typed}
    page = client.sign_in("ada").submit("/tenants/acme/suspend", given)
    assert page.status == 422
    assert words in page
    assert page.one(f"#{field}-field.field-faulty")
    if field != "services":
        assert [box["value"] for box in page.soup.select("input[name=services][checked]")] == ["sip"]
    assert status_of(cast.acme) == Status.ACTIVE


def test_the_owner_deactivates_and_takes_it_back(cast: Cast, client: Visitor):
    client.sign_in("olive")
    assert press(client, "/tenants/acme/deactivate").status == 303
    shown = client.visit("/tenants/acme")
    assert "Acme Corp is inactive." in shown
    undo = shown.one("#messages form")
    assert undo["action"] == "/tenants/acme/restore"
    assert client.post(undo["action"], data=shown.values("#messages form")).status == 303
    assert status_of(cast.acme) == Status.ACTIVE
    assert "Acme Corp is restored." in client.visit("/tenants/acme")


def test_restoring_a_suspended_tenant_says_that_it_stays_suspended(cast: Cast, client: Visitor):
    suspended(cast.acme, services=[Service.CALLS])
    client.sign_in("olive")
    assert "is in force again once it is restored" in client.visit("/tenants/acme/deactivate")
    press(client, "/tenants/acme/deactivate")
    assert "Its suspension waits, and is in force again then" in client.visit("/tenants/acme/settings/general")
    assert "Its suspension is in force again, and stops calls." in client.visit("/tenants/acme/restore")
    press(client, "/tenants/acme/restore")
    assert "restored; its suspension is in force again" in client.visit("/tenants/acme")
    assert status_of(cast.acme) == Status.SUSPENDED


@pytest.mark.parametrize("path", ["", "/settings/general", "/settings/limits", "/activity"])
def test_every_page_of_it_says_that_it_is_suspended(cast: Cast, client: Visitor, path: str):
    suspended(cast.acme, services=[Service.CALLS, Service.SIP])
    for who in ("vera", "ada"):
        page = Visitor(client.app).sign_in(who).visit(f"/tenants/acme{path}")
        banner = page.one(".banner-bad").get_text(" ", strip=True)
        assert "Unpaid <b>invoices</b>" in banner
        assert "until it is lifted" in banner
        assert "It stops calls and SIP." in banner
        assert ("Lift the suspension" in banner) == (who == "ada")


def test_past_its_end_no_page_says_so_any_more(cast: Cast, client: Visitor):
    suspended(cast.acme, until=now() + timedelta(days=1))
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        connection.execute(Tenant.__table__.update().values(suspended_until=now() - timedelta(seconds=1)))
    page = client.sign_in("vera").visit("/tenants/acme")
    assert not page.soup.select(".banner-bad")
    assert "Active" in page.one(".page-title").get_text()


@pytest.mark.parametrize(
    ("who", "offered"),
    [("ada", ["suspend", "deactivate", "delete"]), ("olive", ["deactivate", "delete"]), ("max", []), ("vera", []),
     ("sam", [])],
)  # fmt: skip
def test_nobody_is_offered_what_they_may_not_do(cast: Cast, client: Visitor, who: str, offered: list[str]):
    page = client.sign_in(who).visit("/tenants/acme")
    assert [link["data-opens"] for link in page.soup.select(f"main {MENU} [data-opens]")] == offered
    assert {dialog["id"] for dialog in page.soup.select("main dialog")} == set(offered)


@pytest.mark.parametrize("verb", ["suspend", "resume", "deactivate", "restore", "delete"])
def test_who_may_not_is_refused_and_who_sees_nothing_finds_nothing(cast: Cast, client: Visitor, verb: str):
    for who, status in (("sam", 403), ("max", 403), ("vera", 403), ("otto", 404), ("dev", 404)):
        browser = Visitor(client.app).sign_in(who)
        token = browser.visit("/no/such/page", 404).one("form[action='/logout'] input")["value"]
        given = {"csrf_token": token, "reason": "x", "services": "calls", "confirm": "acme"}
        assert browser.get(f"/tenants/acme/{verb}").status == status
        assert browser.post(f"/tenants/acme/{verb}", data=given).status == status
    assert status_of(cast.acme) == Status.ACTIVE


@pytest.mark.parametrize("verb", ["suspend", "resume", "deactivate", "restore"])
@pytest.mark.parametrize("slug", ["%00", "ACME", "acme%20", "%D0%B0cme", "x" * 300, "..%2f", "аcme"])
def test_hostile_slugs_are_not_found(cast: Cast, client: Visitor, verb: str, slug: str):
    client.sign_in("ada").visit(f"/tenants/{slug}/{verb}", 404)


def test_twice_is_once_and_the_second_page_says_so(cast: Cast, client: Visitor):
    client.sign_in("ada")
    form = {"reason": "Unpaid", "services": "calls"}
    first = client.visit("/tenants/acme/suspend").values("main form[method=post]") | form
    assert client.post("/tenants/acme/suspend", data=first).status == 303
    again = client.post("/tenants/acme/suspend", data=first)
    assert again.status == 409
    assert "Acme Corp is suspended already." in again
    assert "Lift that suspension first" in client.visit("/tenants/acme/suspend")


def test_a_form_without_its_token_does_nothing(cast: Cast, client: Visitor):
    assert client.sign_in("ada").post("/tenants/acme/deactivate").status == 400
    assert status_of(cast.acme) == Status.ACTIVE


def test_an_old_slug_leads_to_the_new_one(cast: Cast, change, client: Visitor):
    client.sign_in("olive")
    form = client.visit("/tenants/acme/deactivate").values("main form[method=post]")
    change(cast.olive, cast.acme, slug="acme-inc")
    page = client.post("/tenants/acme/deactivate", data=form)
    assert (page.status, page.headers["Location"]) == (308, "/tenants/acme-inc/deactivate")
    assert client.post(page.headers["Location"], data=form).status == 303
    assert status_of(cast.acme) == Status.INACTIVE
