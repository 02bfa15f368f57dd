"""Figures that keep up by themselves: what a page asks for every so often, and what it is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.foundation.clock import month_of, now
from portal.foundation.database import unit_of_work
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.usage.models import Call, DailyFigures, Standing
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import tenant_change

ASKED = {"Portal-Background": "yes"}


@pytest.fixture(autouse=True)
def calls(cast: Cast) -> None:
    """Acme has 812 calls this month, one of which runs."""
    with unit_of_work() as session:
        of_acme = Standing.tenant_id == cast.acme.id
        session.execute(update(Standing).where(of_acme).values(month=month_of(now()), calls=812, cents=4321))
        session.add(DailyFigures(tenant_id=cast.acme.id, day=now().date(), calls=812, cents=4321, peak_concurrent=7))
        session.add(Call(tenant_id=cast.acme.id, call_id="c-1", started_at=now() - timedelta(minutes=1)))


def words(page: Page, selector: str) -> str:
    return " ".join(page.one(selector).get_text(" ").split())


def asked_by(page: Page) -> str:
    return str(page.one("[data-live-from]")["data-live-from"])


@pytest.mark.parametrize(
    ("path", "figures", "shown"),
    [
        ("/tenants/acme", "#tenant-figures", "812 of 1,000"),
        ("/tenants/acme", "#tenant-meters", "Concurrent calls 1 of 10"),
        ("/tenants/acme/usage", "#month-figures", "1 now"),
        ("/tenants/acme/usage", "#month-outcomes", "Running, or never ended 812"),
        ("/", "#platform-figures", "Calls now 1"),
    ],
)
def test_what_is_answered_is_what_the_page_shows(cast: Cast, client: Visitor, path: str, figures: str, shown: str):
    page = client.sign_in("ada").visit(path)
    answer = client.get(asked_by(page), headers=ASKED)
    assert answer.status == 200
    assert "<html" not in answer.text
    assert shown in words(answer, figures)
    assert "data-live" in answer.one(figures).attrs
    assert answer.one(figures) == page.one(figures)


def test_rows_are_asked_for_by_tenant_and_only_the_visible_are_given(cast: Cast, client: Visitor):
    page = client.sign_in("ada").visit("/tenants")
    asked = f"{asked_by(page)}?of=globex,acme,no-such-tenant,%00,Ä,"
    answer = client.get(asked, headers=ASKED)
    assert {row["id"] for row in answer.soup.select("tr")} == {"tenant-acme", "tenant-globex"}
    assert answer.soup.select("#tenant-acme [data-live]") == page.soup.select("#tenant-acme [data-live]")
    assert [cell.get_text(" ", strip=True) for cell in answer.soup.select("#tenant-acme [data-live]")][1:] == [
        "1 of 10",
        "$43.21",
    ]
    mine = client.get(f"/tenants/all/live?of={'x,' * 99}acme,globex", headers=ASKED)
    assert {row["id"] for row in mine.soup.select("tr")} == {"tenant-acme"}  # the hundredth, and no more
    assert client.get("/tenants/all/live", headers=ASKED).soup.select("tr") == []


def test_who_sees_one_tenant_is_given_that_one(cast: Cast, client: Visitor):
    answer = client.sign_in("olive").get("/tenants/all/live?of=globex,acme", headers=ASKED)
    assert [row["id"] for row in answer.soup.select("tr")] == ["tenant-acme"]


def test_rows_cost_the_same_queries_whatever_their_number(cast: Cast, client: Visitor, statements):
    client.sign_in("ada")
    with statements() as one:
        client.get("/tenants/all/live?of=acme", headers=ASKED)
    with statements() as two:
        client.get("/tenants/all/live?of=acme,globex", headers=ASKED)
    assert len(one) == len(two)
    assert len([each for each in two if "FROM tenants" in each or "FROM plans" in each]) == 2


def test_a_month_that_is_over_does_not_keep_up(cast: Cast, client: Visitor):
    client.sign_in("ada")
    assert client.visit("/tenants/acme/usage?month=2020-01").soup.select("[data-live-from]") == []


def test_members_whose_analytics_are_off_are_given_none(cast: Cast, client: Visitor):
    tenants.change_tenant(system(), cast.acme, tenant_change(analytics_enabled=False))
    assert client.sign_in("vera").get("/tenants/acme/usage/live", headers=ASKED).status == 403


def test_where_nobody_is_signed_in_any_more_nothing_leads_away(cast: Cast, client: Visitor):
    for path in ("/live", "/tenants/all/live", "/tenants/acme/live", "/tenants/acme/usage/live"):
        answer = client.get(path, headers=ASKED)
        assert (answer.status, answer.text, answer.headers.get("Location")) == (401, "", None)
        assert client.get(path).status == 302
