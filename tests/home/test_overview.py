"""The start page: what staff see of the platform, what waits, and where everybody else is led."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.foundation.clock import month_of, now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import Role, system
from portal.tenants import actions
from portal.tenants.drafts import Suspension, TenantChange
from portal.tenants.models import Tenant
from portal.usage.models import DailyFigures, Standing
from portal.webhooks import actions as webhooks
from portal.webhooks.models import WebhookHealth
from tests.cast import SET_UP, Cast, make_user
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
        *(["1 trial ends within 7 days", "1 tenant has no owner"] if who == "ada" else []),
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


def test_an_administrator_sees_unfinished_set_ups_and_overrides_that_end(cast: Cast, client: Visitor):
    make_user("una", Role.BUSINESS)
    ending = {"max_agents": 900, "override_reason": "Fair", "override_until": now() + timedelta(days=3)}
    make_tenant("Ends", **ending)
    waits = {" ".join(link.get_text(" ").split()): link["href"] for link in waiting(client.sign_in("ada").visit("/"))}
    assert waits["1 set-up is not finished"] == "/tenants?q=setup:unfinished+status:active"
    assert len(client.visit(waits["1 override ends within 7 days"]).soup.select("tbody tr")) == 1


def test_support_sees_who_is_refused_and_who_has_gone_quiet(cast: Cast, client: Visitor):
    use(cast.globex, calls=300, last_call_at=now() - timedelta(days=5))
    change = TenantChange.read({"monthly_call_limit": 100_000, "override_reason": "Enough on any day of a month"})
    actions.change_tenant(system(), cast.globex, change)
    with unit_of_work() as session:
        figures = {"tenant_id": cast.acme.id, "refused": {"monthly": 8, "concurrent": 1}}
        session.add(DailyFigures(day=now().date(), **figures))
    page = client.sign_in("sam").visit("/")
    assert [" ".join(line.get_text(" ").split()) for line in page.soup.select(".refused li")] == ["Acme Corp 9"]
    assert [line.a["href"] for line in page.soup.select(".quiet li")] == ["/tenants/globex"]
    assert [link["href"] for link in waiting(page)] == ["/tenants?q=refused:%3E0", "/tenants?q=quiet:yes"]
    for link in waiting(page):
        assert len(client.visit(link["href"]).soup.select("tbody tr")) == 1


def test_an_owner_sees_what_is_left_of_the_set_up_until_it_is_finished(cast: Cast, client: Visitor):
    una = make_user("una", Role.BUSINESS)
    page = client.sign_in("una").visit("/")
    assert page.one("h1").get_text().startswith("Set up")
    assert "5 short steps; next: organization." in page
    assert len(page.soup.select(".setup-list li")) == 5
    tenant = db.session.get_one(Tenant, una.owner_id)
    change = TenantChange.read({"billing_email": "pay@una.example"})
    actions.change_tenant(cast.actor(una), tenant, change)
    page = client.visit("/")
    assert "1 of 5 steps is done; next: plan." in page
    assert page.one("main .button-primary")["href"] == "/setup/una/plan"
    assert "The set-up is not finished." in client.visit("/tenants/una")
    actions.change_tenant(cast.actor(una), tenant, TenantChange.read(SET_UP))
    assert client.visit("/").one("h1").get_text() == "una"
    assert "The set-up is not finished." not in client.visit("/tenants/una")


def test_who_belongs_nowhere_reads_how_to_be_invited(cast: Cast, client: Visitor):
    page = client.sign_in("dev").visit("/")
    assert "No organization yet" in page
    assert "dev" in page.one(".empty").text


def waiting(page):
    return page.soup.select(".waiting a")


@pytest.mark.parametrize(("who", "sentence"), [("ada", "no trial is ending"), ("sam", "no call was refused")])
def test_what_waits_keeps_up_while_the_page_is_open(cast: Cast, client: Visitor, who: str, sentence: str):
    page = client.sign_in(who).get("/live", headers={"Portal-Background": "yes"})
    marked = [each["id"] for each in page.soup.select("[data-live]")]
    assert marked == ["platform-figures", "waiting", "fullest"]
    assert [each["id"] for each in client.visit("/").soup.select("[data-live]")] == marked
    assert sentence in page
    use(cast.globex, calls=950)
    page = client.get("/live", headers={"Portal-Background": "yes"})
    assert "80 % or more" in page.one("#waiting").get_text()
    assert "Globex" in page.one("#fullest").get_text()
