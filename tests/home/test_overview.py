"""The start page: what staff see of the platform, what waits, and where everybody else is led."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.foundation.clock import month_of, now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.tenants import actions
from portal.tenants.drafts import Suspension
from portal.usage.models import Standing
from portal.webhooks import actions as webhooks
from portal.webhooks.models import WebhookHealth
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import make_tenant


def use(tenant, **figures) -> None:
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        standings = Standing.__table__
        connection.execute(standings.update().filter_by(tenant_id=tenant.id).values(month=month_of(now()), **figures))


@pytest.mark.parametrize("who", ["ada", "sam"])
def test_staff_see_the_platform_and_what_waits(cast: Cast, client: Visitor, who: str):
    use(cast.acme, calls=1000, seconds=600, cents=1234)
    use(cast.globex, calls=850)
    make_tenant("Trial", kind="trial", trial_ends_at=now() + timedelta(days=3))
    page = client.sign_in(who).visit("/")
    assert page.one("h1").get_text() == "Overview"
    figures = [" ".join(figure.get_text(" ").split()) for figure in page.soup.select(".figure")]
    assert figures[0].startswith("Tenants 3 3 active, 0 suspended, 0 inactive")
    assert figures[1:] == ["Calls this month 1,850", "Calls now 0", "Cost this month $12.34 10 minutes"]
    waits = {" ".join(link.get_text(" ").split()): link["href"] for link in page.soup.select(".waiting a")}
    assert list(waits) == [
        "1 tenant has used up its calls of the month",
        "1 tenant has used 80 % or more of its calls",
        "1 trial ends within 7 days",
        "1 tenant has no owner",
    ]
    assert [link.get_text() for link in page.soup.select(".fullest a")] == ["Acme Corp", "Globex"]


@pytest.mark.parametrize("who", ["ada", "sam"])
def test_webhooks_that_fail_or_are_off_wait(cast: Cast, client: Visitor, who: str):
    for name in ("One", "Two", "Three"):
        tenant = make_tenant(name, webhook_url=f"https://{name.lower()}.example/in")
        with unit_of_work() as session:
            session.add(WebhookHealth(tenant_id=tenant.id, failing_since=now(), last_failure_at=now(), failed_hours=1))
    webhooks.switch_off_webhook(system(), tenant, "It has only failed.")
    page = client.sign_in(who).visit("/")
    waits = {" ".join(link.get_text(" ").split()): link["href"] for link in page.soup.select(".waiting a")}
    assert waits["1 webhook is switched off"] == "/tenants?q=webhook_state:off"
    assert waits["2 webhooks are failing"] == "/tenants?q=webhook_state:failing"


def test_each_number_opens_the_table_of_just_those(cast: Cast, client: Visitor):
    use(cast.acme, calls=1000)
    use(cast.globex, calls=1200)
    make_tenant("Ended", kind="trial", trial_ends_at=now() + timedelta(days=3))
    actions.suspend_tenant(cast.actor(cast.ada), cast.acme, Suspension.read({"reason": "Unpaid"}))
    links = client.sign_in("ada").visit("/").soup.select(".waiting a")
    assert len(links) >= 4
    for link in links:
        number = int(link.strong.get_text())
        assert len(client.visit(link["href"]).soup.select("tbody tr")) == number


def test_the_last_changes_name_their_tenant(cast: Cast, client: Visitor):
    client.sign_in("olive").submit("/tenants/acme/settings/general", {"billing_email": "pay@acme.example"})
    page = Visitor(client.app).sign_in("ada").visit("/")
    newest = page.soup.select("[aria-labelledby=changes-title] li")[0]
    assert " ".join(newest.get_text(" ").split()).startswith("Acme Corp : The owner set the billing e-mail to")
    assert newest.a["href"] == "/tenants/acme/activity"


def test_where_nothing_waits_it_says_so(cast: Cast, client: Visitor):
    page = client.sign_in("ada").visit("/")
    assert "Nothing waits" in page
    assert "Every tenant has room left." in page


def test_the_others_are_led_to_their_organization(cast: Cast, client: Visitor):
    assert client.sign_in("olive").visit("/").one("h1").get_text() == "Acme Corp"
    assert client.get("/").status == 303


def test_the_number_of_queries_does_not_grow(cast: Cast, client: Visitor, statements):
    client.sign_in("ada").visit("/")
    with statements() as few:
        client.visit("/")
    for number in range(12):
        use(make_tenant(f"Tenant {number}"), calls=900)
    with statements() as many:
        client.visit("/")
    assert len(many) == len(few), "\n".join(many)
