"""The pages about use: a month, its statement, the calls, one call, and finding one."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.foundation.clock import now
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service
from portal.usage import call_list
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.usage.conftest import Platform

NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)
USAGE, CALLS = "/tenants/acme/usage", "/tenants/acme/calls"


@pytest.fixture
def september(cast: Cast, client: Visitor):
    """A September with two ended calls, one running and one refused; one call in August."""
    with time_machine.travel(NOON, tick=False):
        platform = Platform(client, cast.acme, client.token("max")).begin_month()
        platform.start("aug-1", started_at="2026-08-20T08:00:00Z")
        platform.end("aug-1", duration_seconds=60)
        platform.start("one", **{"from": "+4930123456", "to": "+15551234567", "agent_id": "reception"})
        platform.end("one", duration_seconds=125)
        platform.start("two", direction="outbound", started_at="2026-09-08T08:00:00Z")
        platform.end("two", "failed", duration_seconds=5)
        platform.start("runs")
        platform.allow(max_concurrent_calls=1)
        assert platform.start("too-many", **{"from": "=cmd()"}).status == 429
        yield platform


def folded(tag) -> str:
    return " ".join(tag.get_text(" ").split())


class TestAMonth:
    def test_it_says_what_was_used_and_the_month_before(self, september: Platform, client: Visitor):
        page = client.sign_in("vera").visit(USAGE)
        figures = [folded(figure) for figure in page.soup.select(".figure")]
        assert figures[0].startswith("Calls 3 of 1,000")
        assert figures[0].endswith("1 the month before")
        assert figures[1].startswith("Minutes 2 of ")
        assert "September 2026 so far" in page
        assert "Completed 1" in page
        assert "Failed 1" in page
        assert "Too many calls at once 1" in page

    def test_all_that_changes_comes_again_while_the_page_is_open(self, september: Platform, client: Visitor):
        page = client.sign_in("vera").visit(f"{USAGE}?figure=minutes")
        assert page.one("[data-live-from]")["data-live-from"] == f"{USAGE}/live?figure=minutes"
        marked = [each["id"] for each in page.soup.select("[data-live]")]
        assert marked == ["month-figures", "month-rate", "month-days", "month-outcomes", "month-refused"]
        fresh = client.get(f"{USAGE}/live?figure=minutes", headers={"Portal-Background": "yes"})
        for name in marked:
            assert str(fresh.one(f"#{name}")) == str(page.one(f"#{name}")), name
        assert client.get(f"{USAGE}/live?figure=colour").status == 404

    def test_each_day_is_a_point_and_a_row(self, september: Platform, client: Visitor):
        page = client.sign_in("olive").visit(USAGE)
        points = [point["aria-label"] for point in page.soup.select(".point")]
        assert len(points) == 10
        assert points[7:] == [
            "8 Sep: 1 calls, August 0", "9 Sep: 0 calls, August 0", "10 Sep: 2 calls, August 0"]  # fmt: skip
        assert len(page.soup.select(".chart-numbers tbody tr")) == 10

    @pytest.mark.parametrize(
        ("figure", "last"), [("minutes", "2 minutes"), ("peak", "1 at once"), ("refused", "1 refused")]
    )
    def test_other_figures_can_be_drawn(self, september: Platform, client: Visitor, figure: str, last: str):
        page = client.sign_in("olive").visit(f"{USAGE}?figure={figure}")
        assert last in page.soup.select(".point")[-1]["aria-label"]

    def test_months_before_stand_in_the_address(self, september: Platform, client: Visitor):
        page = client.sign_in("olive").visit(f"{USAGE}?month=2026-08")
        assert folded(page.soup.select(".figure")[0]) == "Calls 1 0 the month before"
        assert len(page.soup.select(".point")) == 31
        assert page.one("nav.months [rel=next]")["href"].startswith(f"{USAGE}?month=2026-09")

    @pytest.mark.parametrize("query", ["month=2026-13", "month=2026-10", "month=x", "month=1999-12", "figure=colour"])
    def test_what_is_no_month_is_not_found(self, september: Platform, client: Visitor, query: str):
        client.sign_in("olive").visit(f"{USAGE}?{query}", 404)

    def test_it_says_when_the_months_calls_are_used_up(self, september: Platform, client: Visitor):
        september.allow(monthly_call_limit=5)
        assert "At this rate the month’s 5 calls are used up on 16 Sep 2026." in client.sign_in("olive").visit(USAGE)
        september.allow(monthly_call_limit=1000)
        assert "At this rate" not in client.visit(USAGE)

    def test_members_see_none_where_analytics_are_off(self, september: Platform, client: Visitor):
        september.allow(analytics_enabled=False)
        page = client.sign_in("olive").visit(USAGE, 403)
        assert "Analytics of Acme Corp are off. Its owner can switch them on." in page
        Visitor(client.app).sign_in("sam").visit(USAGE)

    def test_nor_where_they_are_suspended(self, september: Platform, cast: Cast, client: Visitor):
        draft = Suspension.read({"reason": "Unpaid", "services": [Service.ANALYTICS]})
        tenants.suspend_tenant(cast.actor(cast.ada), september.fresh(), draft)
        client.sign_in("olive").visit(USAGE, 403)


class TestTheStatement:
    def test_its_days_add_up_to_what_the_api_says(self, september: Platform, client: Visitor):
        page = client.sign_in("olive").visit(f"{USAGE}/statement?month=2026-09")
        rows = [[cell.get_text() for cell in row.select("th, td")] for row in page.soup.select("main table tr")]
        assert [row[:3] for row in rows[1:]] == [
            ["8 Sep 2026", "1", "0.1"], ["10 Sep 2026", "2", "2.1"], ["Sum", "3", "2.2"]]  # fmt: skip
        cents = september.ask("GET", f"/tenants/{september.tenant.id}").json["monthly_usage_cents"]
        assert rows[-1][3] == f"${cents / 100:,.2f}"


class TestTheCalls:
    def test_newest_first_with_their_outcome(self, september: Platform, client: Visitor):
        page = client.sign_in("vera").visit(CALLS)
        rows = [folded(row) for row in page.soup.select("tbody tr")]
        assert [row.split("UTC ")[1].split()[0] for row in rows] == ["runs", "one", "two", "aug-1"]
        assert "Completed +4930123456 +15551234567 reception 2:05" in rows[1]

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("outcome=failed", ["two"]),
            ("outcome=active", ["runs"]),
            ("direction=outbound", ["two"]),
            ("agent=reception", ["one"]),
            ("number=5551", ["one"]),
            ("number=%25", []),
            ("from=2026-09-09", ["runs", "one"]),
            ("to=2026-08-31", ["aug-1"]),
            ("from=2026-09-08&to=2026-09-08", ["two"]),
            ("shortest=60", ["one", "aug-1"]),
            ("dearest=1000000", []),
            ("outcome=refused", ["too-many"]),
            ("outcome=refused&direction=outbound", []),
        ],
    )
    def test_filtered(self, september: Platform, client: Visitor, query: str, ids: list[str]):
        page = client.sign_in("olive").visit(f"{CALLS}?{query}")
        assert [link.get_text() for link in page.soup.select("tbody th a")] == ids
        if not ids:
            assert "No call matches" in page

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("outcome=lost", "Choose one of the values of “Outcome”."),
            ("from=yesterday", "“From” is a day, like 2026-05-31."),
            ("from=2026-09-09&to=2026-09-08", "“To” is the same day as “From”, or a later one."),
            ("shortest=-1", "0 to 2,678,400"),
            ("shortest=1_0", "a whole number in digits"),
            ("limit=5000", "1 to 1,000"),
            ("offset=-1", "0 to 10,000,000"),
        ],
    )
    def test_what_is_wrong_is_said_and_left_out(self, september: Platform, client: Visitor, query: str, sentence: str):
        page = client.sign_in("olive").visit(f"{CALLS}?{query}", 422)
        assert sentence in page
        assert page.soup.select("tbody tr")

    def test_pages(self, september: Platform, client: Visitor):
        page = client.sign_in("olive").visit(f"{CALLS}?limit=2&offset=2")
        assert "3–4 of 4" in page

    def test_support_sees_no_whole_number(self, september: Platform, client: Visitor):
        page = client.sign_in("sam").visit(CALLS)
        assert "+4930123456" not in page.text
        assert "•••••••••56" in page
        assert "+15551234567" not in client.visit(f"{CALLS}/one").text
        assert "+15551234567" not in client.get(f"{CALLS}.csv").text


class TestOneCall:
    def test_what_came_of_it(self, september: Platform, client: Visitor):
        page = client.sign_in("vera").visit(f"{CALLS}/one")
        assert "Outcome Completed" in page
        assert "Length 2:05" in page
        assert "It was never refused." in page

    def test_why_it_was_refused(self, september: Platform, client: Visitor):
        page = client.sign_in("vera").visit(f"{CALLS}/too-many")
        assert "Why it was refused Too many calls at once: 1 of 1, the tenant’s own value" in page
        assert "That value was set by" in page

    def test_admitted_in_the_end(self, september: Platform, client: Visitor):
        september.end("runs")
        september.start("too-many")
        page = client.sign_in("vera").visit(f"{CALLS}/too-many")
        assert "Outcome Running" in page
        assert "Refused before Too many calls at once" in page

    @pytest.mark.parametrize("call_id", ["none-such", "a b", "\u202e", "x" * 500])
    def test_another_is_not_found(self, september: Platform, client: Visitor, call_id: str):
        client.sign_in("vera").visit(f"{CALLS}/{call_id}", 404)


class TestDownloads:
    def rows(self, page: Page) -> list[dict[str, str]]:
        assert (page.status, page.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
        return list(csv.DictReader(io.StringIO(page.text)))

    def test_what_is_filtered_is_what_comes(self, september: Platform, client: Visitor):
        rows = self.rows(client.sign_in("olive").get(f"{CALLS}.csv?agent=reception"))
        assert [(row["call_id"], row["from"], row["duration_seconds"]) for row in rows] == [
            ("one", "+4930123456", "125")
        ]
        assert len(self.rows(client.get(f"{CALLS}.csv"))) == 4

    @pytest.mark.parametrize("query", ["", "?outcome=refused"])
    def test_more_than_is_read_at_once_comes_whole(self, september: Platform, client: Visitor, monkeypatch, query: str):
        for number in range(5):
            september.start(f"refused-{number}")
        client.sign_in("olive")
        whole = client.get(f"{CALLS}.csv{query}").text
        monkeypatch.setattr(call_list, "AT_ONCE", 2)
        assert client.get(f"{CALLS}.csv{query}").text == whole
        assert whole.count("\n") in {5, 7}

    def test_what_a_spreadsheet_would_run_is_text(self, september: Platform, client: Visitor):
        page = client.sign_in("olive").get(f"{CALLS}.csv?outcome=refused")
        (row,) = self.rows(page)
        assert (row["from"], row["reason"], row["limit_value"]) == ("'=cmd()", "concurrent", "1")
        assert page.headers["Content-Disposition"] == 'attachment; filename="acme-refused-calls.csv"'

    def test_a_wrong_filter_leads_back_to_the_page_that_says_so(self, september: Platform, client: Visitor):
        sent = client.sign_in("olive").get(f"{CALLS}.csv?from=soon")
        assert (sent.status, sent.headers["Location"]) == (303, f"{CALLS}?from=soon")

    def test_arguments_named_like_something_of_ours_are_only_arguments(self, september: Platform, client: Visitor):
        odd = "slug=x&endpoint=y&message=you+have+won&_external=1"
        page = client.sign_in("olive").visit(f"{CALLS}?{odd}")
        assert page.one("[href*='calls.csv']")["href"] == f"{CALLS}.csv?{odd}"
        sent = client.get(f"{CALLS}.csv?{odd}&from=soon")
        assert (sent.status, sent.headers["Location"]) == (303, f"{CALLS}?{odd}&from=soon")
        assert "you have won" not in client.visit(sent.headers["Location"], 422)


class TestFinding:
    def test_staff_are_led_to_the_only_one(self, september: Platform, client: Visitor):
        sent = client.sign_in("sam").get("/calls?id=+too-many")
        assert (sent.status, sent.headers["Location"]) == (303, f"{CALLS}/too-many")

    def test_several_are_listed(self, september: Platform, cast: Cast, client: Visitor):
        Platform(client, cast.globex, client.token("otto")).start("one")
        page = client.sign_in("ada").visit("/calls?id=one")
        assert [link.get_text() for link in page.soup.select("main .events a")] == ["Acme Corp", "Globex"]

    @pytest.mark.parametrize("asked", ["", "none", "%00", "x" * 900, "%E2%80%AE"])
    def test_none_says_so(self, september: Platform, client: Visitor, asked: str):
        client.sign_in("sam").visit(f"/calls?id={asked}")

    def test_it_is_for_staff(self, september: Platform, client: Visitor):
        client.sign_in("olive").visit("/calls?id=one", 403)


def test_the_number_of_queries_does_not_grow(september: Platform, client: Visitor, statements):
    client.sign_in("olive").visit(CALLS)
    with statements() as few:
        client.visit(CALLS)
        client.visit(USAGE)
    for number in range(8):
        september.end("runs")
        september.start(f"more-{number}", started_at=(now() - timedelta(minutes=number)).isoformat())
        september.end(f"more-{number}")
    with statements() as many:
        client.visit(CALLS)
        client.visit(USAGE)
    assert len(many) == len(few), "\n".join(many)


def test_staff_find_calls_and_refusals_by_a_number(platform: Platform, client: Visitor) -> None:
    platform.allow(max_concurrent_calls=1)
    platform.start("c-1", **{"from": "+14155550101", "to": "+14155550199"})
    platform.start("c-2", **{"from": "+14155550101", "to": "+14155550188"})
    page = client.sign_in("sam").visit("/calls?id=%2B14155550101")
    assert [each.text for each in page.soup.select(".events code")] == ["c-2", "c-1"]
    assert "Refused: Too many calls at once" in page
    assert "c-1" in client.visit("/calls?id=%2B14155550199")
    assert "No call of this id or number" in client.visit("/calls?id=%2B1415555010")
