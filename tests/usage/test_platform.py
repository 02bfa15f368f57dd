"""All tenants' use by month, for staff: what is in it when a month turns, its order, who will exceed it, its CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from portal.foundation.database import db
from portal.foundation.errors import Forbidden
from portal.foundation.permissions import system
from portal.plans import queries as plans
from portal.tenants import terms
from portal.tenants.actions import change_tenant
from portal.tenants.drafts import TenantChange
from portal.tenants.listing import find
from portal.tenants.search import Search
from portal.usage import actions, platform_month
from portal.usage.models import MonthlyFigures, Standing
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import make_tenant
from tests.usage.conftest import Platform

END_OF_MARCH = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(END_OF_MARCH, tick=False) as traveller:
        yield traveller


@pytest.fixture
def march(platform: Platform, cast: Cast, clock: Any) -> Platform:
    """Three calls of Acme in March, two at once, and one of Globex; a fourth of Acme was refused."""
    platform.begin_month().allow(max_concurrent_calls=2)
    for number in range(3):
        platform.start(f"c-{number}")
        if number:
            platform.end(f"c-{number}", duration_seconds=60 * number)
    globex = Platform(platform.visitor, cast.globex, platform.visitor.token("otto"))
    globex.start("g-1")
    globex.end("g-1", duration_seconds=600)
    platform.start("c-4")
    platform.start("c-5")
    return platform


def put(tenant, month: date, **figures: int) -> None:
    """Let a tenant's running month stand so, whatever it came from."""
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        table = Standing.__table__
        connection.execute(table.update().filter_by(tenant_id=tenant.id).values(month=month, **figures))
    db.session.rollback()


def put_month(tenant, month: date, **figures: int) -> None:
    """Let a month of a tenant that is over stand so."""
    zeros = {"calls": 0, "seconds": 0, "cents": 0, "refused": 0, "peak_concurrent": 0}
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        row = {"tenant_id": tenant.id, "month": month, **zeros, **figures}
        connection.execute(MonthlyFigures.__table__.insert(), row)
    db.session.rollback()


def names(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select("tbody th a")]


def rows(page: Page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]


def figures(page: Page) -> list[str]:
    return [" ".join(figure.get_text(" ").split()) for figure in page.soup.select(".figure")]


class TestTheRunningMonth:
    def test_each_tenant_with_its_figures_and_its_limit(self, march: Platform, client: Visitor) -> None:
        page = client.sign_in("sam").visit("/usage")
        assert names(page) == ["Acme Corp", "Globex"]
        acme, globex = rows(page)
        assert acme.startswith("Acme Corp acme Starter 4 of 1,000 0 % 3 ")
        assert acme.endswith(" 1 2")
        assert globex.startswith("Globex globex Starter 1 of 1,000 0 % 10 ")
        assert [link["href"] for link in page.soup.select("tbody th a")] == [
            "/tenants/acme/usage?month=2026-03", "/tenants/globex/usage?month=2026-03"]  # fmt: skip
        assert client.visit(page.soup.select("tbody th a")[0]["href"]).one("h1").get_text().startswith("Usage")

    def test_its_sums_stand_beside_those_of_the_month_before(
        self, march: Platform, cast: Cast, client: Visitor
    ) -> None:
        put_month(cast.acme, date(2026, 2, 1), calls=1200, seconds=90, cents=12345, refused=7)
        shown = figures(client.sign_in("ada").visit("/usage"))
        assert shown[0] == "Calls 5 1,200 in February"
        assert shown[1] == "Minutes 13 2 in February"
        assert shown[2].endswith("$123.45 in February")
        assert shown[3] == "Refused calls 1 7 in February"

    def test_right_after_midnight_nothing_is_used_and_all_of_march_is_there(
        self, march: Platform, cast: Cast, clock: Any, client: Visitor
    ) -> None:
        clock.shift(timedelta(hours=13))
        march.start("april")
        page = client.sign_in("ada").visit("/usage")
        assert [row.split(" of ")[0] for row in rows(page)] == ["Acme Corp acme Starter 1", "Globex globex Starter 0"]
        assert [figure.split(" in March")[0] for figure in figures(page)][:2] == ["Calls 1 5", "Minutes 0 13"]
        put(make_tenant("Idle"), APRIL)
        assert names(client.visit("/usage?sort=calls"))[-1] == "Acme Corp"
        march_page = client.visit("/usage?month=2026-03")  # Acme's is closed, Globex's is not yet
        assert names(march_page) == ["Acme Corp", "Globex"]
        assert figures(march_page)[0].startswith("Calls 5 ")
        actions.close_months(system())
        assert rows(client.visit("/usage?month=2026-03")) == rows(march_page)


class TestAMonthThatIsOver:
    def test_what_is_told_late_is_in_it(self, march: Platform, clock: Any, client: Visitor) -> None:
        clock.shift(timedelta(days=2))
        actions.close_months(system())
        march.start("late", started_at="2026-03-31T13:00:00Z")
        march.end("late", duration_seconds=120)
        page = client.sign_in("ada").visit("/usage?month=2026-03")
        assert rows(page)[0].startswith("Acme Corp acme Starter 5 of 1,000 0 % 5 ")

    def test_how_full_it_was_is_said_by_the_plan_and_limit_of_then(
        self, march: Platform, cast: Cast, clock: Any, client: Visitor
    ) -> None:
        march.allow(monthly_call_limit=8)
        put_month(cast.acme, date(2026, 2, 1), calls=3)  # closed before anybody noted plan and limit
        clock.shift(timedelta(days=1))
        march.start("april")
        march.allow(monthly_call_limit=500)
        change_tenant(system(), cast.acme, TenantChange.read({"billing_plan": "pro"}))
        change_tenant(system(), cast.globex, TenantChange.read({"billing_plan": "pro"}))
        page = client.sign_in("ada").visit("/usage?month=2026-03")
        assert rows(page)[0].startswith("Acme Corp acme Starter 4 of 8 50 % ")
        assert rows(page)[1].startswith("Globex globex Pro 1 of 5,000 ")  # not closed yet: it will be with these
        assert rows(client.visit("/usage?month=2026-02"))[0].startswith("Acme Corp acme Pro now 3 ")
        found = [(row["plan"], row["monthly_call_limit"]) for row in lines(client.get("/usage.csv?month=2026-03"))]
        assert found == [("Starter", "8"), ("Pro", "5000")]
        assert [row["monthly_call_limit"] for row in lines(client.get("/usage.csv?month=2026-02"))] == [""]

    def test_sorted_by_any_figure_wherever_it_stands(self, cast: Cast, clock: Any, client: Visitor) -> None:
        month = {"A": (30, 4, 3, 2, 1), "B": (1, 2, 9, 1, 2), "M": (20, 3, 2, 9, 3), "Z": (40, 1, 1, 4, 4)}
        columns = ("calls", "seconds", "cents", "refused", "peak_concurrent")
        for name, numbers in month.items():  # of two it is closed, of the others not yet
            keep = put_month if name in "AM" else put
            keep(make_tenant(name), date(2026, 2, 1), **dict(zip(columns, numbers, strict=True)))
        client.sign_in("ada")
        orders = {"calls": "BMAZ", "minutes": "ZBMA", "cost": "ZMAB", "refused": "BAZM", "peak": "ABMZ", "name": "ABMZ"}
        for sort, order in orders.items():
            assert names(client.visit(f"/usage?month=2026-02&sort={sort}")) == list(order)
            download = client.get(f"/usage.csv?month=2026-02&sort=-{sort}")
            assert [row["name"] for row in lines(download)] == list(reversed(order))
        for at, name in enumerate("ZAMB"):
            page = client.visit(f"/usage?month=2026-02&sort=-calls&limit=1&offset={at}")
            assert names(page) == [name]
            assert f"{at + 1}–{at + 1} of 4" in page

    def test_the_way_goes_from_the_first_month_to_the_running_one(self, march: Platform, cast: Cast, client: Visitor):
        put_month(cast.acme, date(2026, 1, 1), calls=5)
        page = client.sign_in("ada").visit("/usage?sort=-refused")
        assert not page.soup.select("nav.months [rel=next]")
        page = client.visit(page.one("nav.months [rel=prev]")["href"])
        assert "February 2026" in page
        assert "No calls in February 2026" in page
        assert page.one("nav.months [rel=next]")["href"] == "/usage?sort=-refused&month=2026-03"
        page = client.visit(page.one("nav.months [rel=prev]")["href"])
        assert names(page) == ["Acme Corp"]
        assert not page.soup.select("nav.months [rel=prev]")


class TestWhatIsAsked:
    def test_searched_and_filtered_as_the_tenants_are(self, march: Platform, client: Visitor) -> None:
        page = client.sign_in("sam").visit("/usage?q=glob&plan=starter")
        assert names(page) == ["Globex"]
        assert figures(page)[0].startswith("Calls 1 ")
        assert [tag.bdi.get_text() for tag in page.soup.select(".filter-tag")] == ["Words: glob", "Plan: Starter"]
        assert names(client.visit("/usage?q=minutes:>5")) == ["Globex"]
        assert "No tenant matches" in client.visit("/usage?q=nobody")

    def test_the_table_alone_is_sent_where_htmx_asks_for_it(self, march: Platform, client: Visitor) -> None:
        client.sign_in("sam")
        page = client.get("/usage?sort=cost", headers={"HX-Request": "true", "HX-Target": "usage-table"})
        assert page.text.strip().startswith('<div id="usage-table"')
        assert names(page) == ["Acme Corp", "Globex"]
        assert page.one(".months [href*=csv]")["href"] == "/usage.csv?sort=cost"

    def test_what_is_wrong_is_said_and_left_out(self, march: Platform, client: Visitor) -> None:
        client.sign_in("sam")
        for query, sentence in (
            ("month=2026-13", "A month is like 2026-05, and has begun."),
            ("month=2026-04", "A month is like 2026-05, and has begun."),
            ("month=%00", "A month is like 2026-05, and has begun."),
            ("sort=colour", "sorted by name, calls, minutes, cost, refused, peak"),
            ("limit=5000", "Limit is a whole number from 1 to 1,000."),
            ("q=status:gone", "status is one of active, inactive, suspended"),
        ):
            page = client.visit(f"/usage?{query}", 422)
            assert sentence in page
            assert names(page) == ["Acme Corp", "Globex"]
            sent = client.get(f"/usage.csv?{query}&endpoint=x&message=you+have+won&slug=y")
            assert sent.status == 303
            assert sent.headers["Location"].startswith(f"/usage?{query.split('=')[0]}=")
        assert "you have won" not in client.visit(sent.headers["Location"], 422)

    def test_beyond_the_last_page(self, march: Platform, client: Visitor) -> None:
        assert "Nothing on this page" in client.sign_in("sam").visit("/usage?offset=100")

    def test_who_does_not_see_all_tenants_is_refused(self, march: Platform, cast: Cast) -> None:
        for ask in (
            lambda actor: platform_month.platform_month(actor, Search(sort="calls"), MARCH, plans.catalogue()),
            lambda actor: platform_month.ids_in_order(actor, Search(sort="calls"), MARCH),
            lambda actor: platform_month.lines_of(actor, [cast.acme.id], MARCH, plans.catalogue()),
        ):
            with pytest.raises(Forbidden):
                ask(cast.actor(cast.olive))


class TestWhoWillExceed:
    def test_at_the_rate_so_far(self, cast: Cast, client: Visitor) -> None:
        cases = (
            ("01T01:00", 33, False),  # the first day counts whole: 33 a day are 990 in thirty
            ("01T01:00", 34, True),
            ("16T00:00", 500, False),
            ("16T00:00", 501, True),
            ("16T00:00", 2000, True),
            ("30T23:00", 998, False),
            ("30T23:00", 1000, True),
        )
        for at, calls, exceeds in cases:
            with time_machine.travel(datetime.fromisoformat(f"2026-04-{at}").replace(tzinfo=UTC), tick=False):
                put(cast.acme, APRIL, calls=calls)
                put(cast.globex, MARCH, calls=5000)  # an older month counts as nothing
                assert found("exceeding:yes", cast) == (["acme"] if exceeds else [])
                assert found("exceeding:no", cast) == (["globex"] if exceeds else ["acme", "globex"])

    def test_the_limit_in_force_is_what_counts(self, march: Platform, client: Visitor) -> None:
        march.allow(monthly_call_limit=4)
        page = client.sign_in("ada").visit("/usage?q=exceeding:yes")
        assert names(page) == ["Acme Corp"]
        assert page.one(".tabs [aria-current]").get_text() == "Will exceed this month"
        assert names(client.visit(page.soup.select(".tabs a")[0]["href"])) == ["Acme Corp", "Globex"]
        march.allow(monthly_call_limit=0)
        assert names(client.visit("/tenants?q=exceeding:yes")) == ["Acme Corp"]

    def test_support_is_told_how_many(self, cast: Cast, client: Visitor) -> None:
        with time_machine.travel(datetime(2026, 4, 10, 12, tzinfo=UTC), tick=False):
            put(cast.acme, APRIL, calls=700)
            page = client.sign_in("sam").visit("/")
            link = page.one(".waiting a")
            assert link.get_text(" ").split() == "1 tenant will use up its calls this month at this rate".split()
            assert names(client.visit(link["href"])) == ["Acme Corp"]


def found(typed: str, cast: Cast) -> list[str]:
    catalogue = plans.catalogue()
    _, asked, _ = terms.read(typed, [plan.key for plan in catalogue])
    return [line.slug for line in find(cast.actor(cast.sam), Search(terms=asked), catalogue).lines]


def lines(page: Page) -> list[dict[str, str]]:
    assert (page.status, page.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(page.text)))


class TestTheDownload:
    def test_all_that_is_asked_for(self, march: Platform, client: Visitor) -> None:
        march.allow(external_id="=cmd()")
        page = client.sign_in("sam").get("/usage.csv")
        assert page.headers["Content-Disposition"] == 'attachment; filename="usage-2026-03.csv"'
        acme, globex = lines(page)
        assert acme == {
            "tenant_id": str(march.tenant.id), "slug": "acme", "name": "Acme Corp", "external_id": "'=cmd()",
            "plan": "Starter", "month": "2026-03", "calls": "4", "monthly_call_limit": "1000", "seconds": "180",
            "cents": acme["cents"], "refused": "1", "peak_concurrent": "2",
        }  # fmt: skip
        assert globex["seconds"] == "600"
        assert [row["name"] for row in lines(client.get("/usage.csv?sort=calls&q=glob"))] == ["Globex"]

    def test_nobody_is_missed_or_told_twice_who_overtakes_others_meanwhile(
        self, march: Platform, cast: Cast, client: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.usage.platform_table.AT_ONCE", 2)
        made = [make_tenant(f"Tenant {number}") for number in range(5)]
        for number, tenant in enumerate(made):
            put(tenant, MARCH, calls=100 - number)
        response = client.sign_in("ada").client.get("/usage.csv", buffered=False)
        pieces = response.iter_encoded()
        text = [next(pieces), next(pieces)]
        put(made[4], MARCH, calls=10_000)  # now before all that has been sent
        text += list(pieces)
        found = [row["name"] for row in csv.DictReader(io.StringIO(b"".join(text).decode()))]
        assert found == [*(tenant.name for tenant in made), "Acme Corp", "Globex"]

    def test_an_empty_month_is_a_head(self, march: Platform, client: Visitor) -> None:
        page = client.sign_in("ada").get("/usage.csv?month=2020-01")
        assert lines(page) == []
        assert page.text.startswith("tenant_id,slug,name,")


def test_the_number_of_queries_does_not_grow(march: Platform, client: Visitor, statements) -> None:
    client.sign_in("ada").visit("/usage")
    with statements() as few:
        client.visit("/usage")
        client.visit("/usage?month=2026-02")
    for number in range(12):
        tenant = make_tenant(f"Tenant {number}")
        put(tenant, MARCH, calls=number)
        put_month(tenant, date(2026, 2, 1), calls=number)
    with statements() as many:
        client.visit("/usage")
        client.visit("/usage?month=2026-02")
    assert len(many) == len(few), "\n".join(many)
