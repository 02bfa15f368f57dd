"""The pages of deliveries: what was sent, what came of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.limits import DeliveryState
from portal.webhooks.models import Delivery
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import tenant_change
from tests.webhooks.conftest import URL, announce, set_webhook
from tests.webhooks.receiver import Receiver, in_turn, raw, saying

PAGE = "/tenants/acme/deliveries"
HOSTILE = b"<script>alert(1)</script>\x00\x1b[31m\xff \xe2\x80\xae</pre><h1>gone"


def events(page: Page) -> list[str]:
    return [cell.get_text() for cell in page.soup.select("tbody th")]


def give_up(tenant: Tenant) -> None:
    """Have everything that waits be given up."""
    with unit_of_work() as session:
        for row in session.scalars(select(Delivery).filter_by(tenant_id=tenant.id)):
            row.state, row.due_at, row.settled_at, row.tries = DeliveryState.FAILED, None, now(), 8


class TestTheList:
    def test_without_an_address_it_says_what_to_do_next(self, cast: Cast, client: Visitor):
        page = client.sign_in("max").visit(PAGE)
        assert "No webhook address yet" in page
        assert page.one(".empty .button-primary")["href"] == "/tenants/acme/settings/webhooks"
        reader = Visitor(client.app).sign_in("vera").visit(PAGE)
        assert "Its owner and managers can set one." in reader
        assert not reader.soup.select(".empty .button-primary")

    def test_before_anything_was_sent_it_says_so(self, cast: Cast, hooked: Tenant, client: Visitor):
        page = client.sign_in("olive").visit(PAGE)
        assert "Nothing has been sent yet" in page
        assert f"Events go to {URL} . The receiver has not taken one yet." in page

    def test_each_delivery_says_what_came_of_it(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        receiver.answer = in_turn(saying(200), saying(500), saying(200))
        for _ in range(2):
            announce(received)
            drain()
        announce(received)
        page = client.sign_in("vera").visit(PAGE)
        rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]
        assert ["Waiting 0 –" in rows[0], "Trying again 1 500 " in rows[1], "Delivered 1 200 –" in rows[2]] == [
            True
        ] * 3
        assert "Failing. The receiver has only failed since" in page

    def test_it_is_filtered_by_event_outcome_and_day(self, received: Tenant, client: Visitor, drain: Callable):
        webhooks.send_test(system(), received)
        announce(received, 2)
        client.sign_in("sam")
        today, tomorrow = now().date(), now().date() + timedelta(days=1)
        assert events(client.visit(f"{PAGE}?event=ping")) == ["ping"]
        assert len(events(client.visit(f"{PAGE}?outcome=waiting"))) == 2
        assert events(client.visit(f"{PAGE}?outcome=delivered&from={today}&to={today}")) == ["ping"]
        none = client.visit(f"{PAGE}?event=call.refused&from={tomorrow}")
        assert "No delivery matches" in none
        assert none.one("#event option[selected]")["value"] == "call.refused"
        for outcome in ("trying", "failed", "dropped"):
            assert "No delivery matches" in client.visit(f"{PAGE}?outcome={outcome}")

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("event=tea.made", "Choose one of the values of “Event”."),
            ("outcome=lost", "Choose one of the values of “Outcome”."),
            ("from=soon", "“From” is a day, like 2026-05-31."),
            ("from=2026-05-02&to=2026-05-01", "“To” is the same day as “From”, or a later one."),
            ("limit=0", "Rows a page: 1 to 1,000."),
            ("offset=-1", "Rows to skip: 0 to 10,000,000."),
        ],
    )
    def test_what_cannot_be_meant_is_said_at_its_field(self, hooked: Tenant, client: Visitor, query: str, words: str):
        announce(hooked)
        page = client.sign_in("vera").visit(f"{PAGE}?{query}", 422)
        assert words in page
        assert events(page) == ["call.refused"]

    def test_it_has_pages_and_comes_as_a_fragment(self, hooked: Tenant, client: Visitor):
        announce(hooked, 3)
        client.sign_in("vera")
        first = client.visit(f"{PAGE}?limit=2&event=call.refused")
        assert "1–2 of 3" in first
        second = client.visit(first.one("a[rel=next]")["href"])
        assert len(events(second)) == 1
        fragment = client.fragment(f"{PAGE}?event=ping", "delivery-list")
        assert fragment.text.strip().startswith('<div id="delivery-list">')
        assert "Nothing on this page" in client.visit(f"{PAGE}?offset=50")

    def test_the_number_of_queries_does_not_grow(self, hooked: Tenant, client: Visitor, statements: Callable):
        announce(hooked, 2)
        client.sign_in("vera").visit(PAGE)
        with statements() as few:
            client.visit(PAGE)
        announce(hooked, 30)
        with statements() as many:
            client.visit(PAGE)
        assert len(few) == len(many), "\n".join(many)


class TestOneDelivery:
    def test_it_shows_the_request_and_each_attempt(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        receiver.answer = in_turn(saying(503, b"later"), saying(200, b"thanks"))
        (sent_id,) = announce(received)
        drain()
        client.sign_in("vera")
        address = f"{PAGE}/{sent_id}"
        failing = client.visit(address)
        assert "Trying again" in failing
        assert "Tried next In a moment" in failing
        drain(later=10)
        page = client.visit(address)
        assert [head.get_text(" ").split() for head in page.soup.select("h3")] == [["2.", "200"], ["1.", "503"]]
        assert "The receiver answered 503." in page
        assert [answer.get_text() for answer in page.soup.select(".attempt pre")] == ["thanks", "later"]
        assert '"type": "call.refused"' in page.one("[aria-label=Body]").get_text()
        assert receiver.url in page
        signatures = [each.headers["webhook-signature"] for each in receiver.requests]
        assert not [each for each in signatures if each.removeprefix("v1,") in page.text]
        assert not page.soup.select("main form")  # a viewer reads

    def test_an_answer_that_means_harm_is_text(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        receiver.answer = saying(500, HOSTILE * 200)
        (sent_id,) = announce(received)
        drain()
        page = client.sign_in("sam").visit(f"{PAGE}/{sent_id}")
        shown = page.one(".attempt pre")
        assert shown.get_text().startswith("<script>alert(1)</script>\ufffd\ufffd[31m\ufffd")
        assert [tag.name for tag in shown.find_all(True)] == ["bdi"]
        assert "The first 2,000 of " in page

    def test_an_answer_that_is_none_is_said_in_words(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        receiver.answer = in_turn(raw(b"not HTTP at all\r\n\r\n"), saying(200))
        (sent_id,) = announce(received)
        drain()
        page = client.sign_in("sam").visit(f"{PAGE}/{sent_id}")
        assert "The receiver broke the connection off before it answered." in page

    @pytest.mark.parametrize("what", ["not-an-id", "0199c2a4-6f1e-7cc2-9d0e-3b1f6a2d4c58"])
    def test_what_is_not_there_is_not_found(self, hooked: Tenant, client: Visitor, what: str):
        client.sign_in("ada").visit(f"{PAGE}/{what}", 404)

    def test_a_delivery_of_another_tenant_is_not_found(self, cast: Cast, hooked: Tenant, client: Visitor):
        set_webhook(cast.globex, URL)
        (theirs,) = announce(cast.globex)
        client.sign_in("olive").visit(f"{PAGE}/{theirs}", 404)
        assert client.submit(PAGE, {}, to=f"{PAGE}/{theirs}/again", selector="main header form").status == 404

    def test_under_hipaa_the_body_is_thin(self, cast: Cast, hooked: Tenant, client: Visitor):
        tenants.change_tenant(system(), hooked, tenant_change(billing_plan="enterprise"))
        tenants.change_tenant(system(), hooked, tenant_change(hipaa_enabled=True))
        (sent_id,) = announce(hooked)
        body = client.sign_in("sam").visit(f"{PAGE}/{sent_id}").one("[aria-label=Body]").get_text()
        assert "call-0" in body
        assert "Acme" not in body


class TestSendingAgain:
    def test_one_goes_again_under_its_id(self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable):
        (sent_id,) = announce(received)
        drain()
        done = client.sign_in("max").submit(f"{PAGE}/{sent_id}", {}, selector="main header form")
        assert (done.status, done.headers["Location"]) == (303, f"{PAGE}/{sent_id}")
        page = client.visit(f"{PAGE}/{sent_id}")
        assert "It is sent again, under the same id." in page
        assert "Waiting" in page
        drain()
        assert receiver.ids() == [sent_id, sent_id]

    def test_all_that_failed_goes_again_and_how_many_is_said_first(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        announce(received, 3)
        give_up(received)
        client.sign_in("olive")
        since = (now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
        address = "/tenants/acme/webhook/resend"
        preview = client.visit(f"{address}?since={since}")
        assert "3 deliveries failed since" in preview
        assert receiver.requests == []
        done = client.submit(f"{address}?since={since}", {}, selector="#resend-form")
        assert done.status == 303
        assert "3 deliveries are sent again." in client.visit(PAGE)
        drain()
        assert len(receiver.requests) == 3
        assert "Nothing has failed since then" in client.visit(f"{address}?since={since}")

    def test_a_moment_that_cannot_be_meant_is_said(self, received: Tenant, client: Visitor):
        client.sign_in("olive")
        address = "/tenants/acme/webhook/resend"
        wrong = client.visit(f"{address}?since=soon", 422)
        assert "Since is a day and a time" in wrong
        assert (wrong.one("#since")["type"], wrong.one("#since")["value"]) == ("text", "soon")
        assert "Since is needed." in client.visit(f"{address}?since=", 422)
        assert "Since lies ahead" in client.visit(f"{address}?since=2999-01-01T00:00", 422)
        token = client.visit(PAGE).one(".side [name=csrf_token]")["value"]
        assert client.post(address, data={"csrf_token": token, "since": "soon"}).status == 422
        assert client.post(address, data={"since": "2026-01-01T00:00"}).status == 400


class TestHolding:
    def press(self, client: Visitor, what: str) -> Page:
        done = client.submit(PAGE, {}, selector=f"form[action$='/webhook/{what}']")
        assert done.status == 303, done.text[:500]
        return client.visit(PAGE)

    def test_it_is_paused_and_resumed_and_either_can_be_undone(self, received: Tenant, client: Visitor):
        client.sign_in("olive")
        paused = self.press(client, "pause")
        assert "The webhook is paused." in paused
        announce(received, 2)
        assert "2 deliveries wait." in client.visit(PAGE)
        assert "The webhook is resumed." in self.press(client, "resume")
        undo = self.press(client, "pause").one(".messages form")
        assert undo["action"] == "/tenants/acme/webhook/resume"

    def test_switched_off_it_says_why_since_when_and_how_to_go_on(self, received: Tenant, client: Visitor):
        webhooks.switch_off_webhook(system(), received, "The receiver has only failed for five days.")
        page = client.sign_in("olive").visit(PAGE)
        assert page.one(".banner-bad strong").get_text() == "Switched off."
        assert "“The receiver has only failed for five days.”" in page.words.replace("“ ", "“").replace(" ”", "”")
        assert "The webhook is on again." in self.press(client, "switch-on")

    def test_what_is_so_already_is_said(self, received: Tenant, client: Visitor):
        client.sign_in("olive")
        token = client.visit(PAGE).one(".side [name=csrf_token]")["value"]
        for what, words in (("resume", "is not paused"), ("switch-on", "is not switched off"),
                            ("secret/revoke", "No older secret")):  # fmt: skip
            page = client.post(f"/tenants/acme/webhook/{what}", data={"csrf_token": token})
            assert (page.status, words in page) == (409, True)

    @pytest.mark.parametrize("who", ["vera", "sam"])
    def test_who_reads_sees_no_buttons(self, received: Tenant, client: Visitor, who: str):
        page = client.sign_in(who).visit(PAGE)
        assert not page.soup.select("main form[method=post]")


class TestATest:
    def test_its_answer_is_shown_at_once(self, received: Tenant, receiver: Receiver, client: Visitor):
        receiver.answer = saying(202, b"got it")
        client.sign_in("max")
        done = client.submit(PAGE, {}, selector="form[action$='/webhook/test']")
        assert done.status == 303
        page = client.visit(done.headers["Location"])
        assert "The test has arrived: the receiver answered 202 in " in page
        assert page.one(".attempt pre").get_text() == "got it"

    def test_one_that_does_not_arrive_says_why(self, received: Tenant, receiver: Receiver, client: Visitor):
        receiver.answer = saying(302, Location="http://elsewhere.example/")
        client.sign_in("max")
        done = client.submit(PAGE, {}, selector="form[action$='/webhook/test']")
        page = client.visit(done.headers["Location"])
        assert "The test has not arrived. The receiver answered 302. Redirects are not followed" in page
        assert "Failed" in page

    def test_as_htmx_asks_it_leads_there(self, received: Tenant, client: Visitor):
        client.sign_in("max")
        done = client.submit(PAGE, {}, selector="form[action$='/webhook/test']", headers={"HX-Request": "true"})
        assert done.status == 204
        assert done.headers["HX-Redirect"].startswith(PAGE + "/")


class TestAcrossTenants:
    def test_staff_see_all_and_those_of_failing_webhooks(
        self, cast: Cast, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        receiver.answer = saying(500)
        announce(received)
        drain()
        set_webhook(cast.globex, URL)
        announce(cast.globex)
        client.sign_in("sam")
        page = client.visit("/deliveries")
        assert [cell.get_text() for cell in page.soup.select("tbody td bdi")] == ["Globex", "Acme Corp"]
        tabs = {" ".join(tab.get_text(" ").split()): tab["href"] for tab in page.soup.select(".tabs a")}
        assert list(tabs) == ["All", "Failing 1", "Switched off 0", "Paused 0"]
        failing = client.visit(tabs["Failing 1"])
        assert [cell.get_text() for cell in failing.soup.select("tbody td bdi")] == ["Acme Corp"]
        assert failing.one(".side-nav [aria-current=page]").get_text(strip=True) == "Deliveries"
        assert "Choose one of the values" in client.visit("/deliveries?webhook=lost", 422)

    def test_the_number_of_queries_does_not_grow(self, cast: Cast, hooked: Tenant, client: Visitor, statements):
        announce(hooked)
        client.sign_in("ada").visit("/deliveries")
        with statements() as few:
            client.visit("/deliveries")
        set_webhook(cast.globex, URL)
        announce(hooked, 10)
        announce(cast.globex, 10)
        with statements() as many:
            client.visit("/deliveries")
        assert len(few) == len(many), "\n".join(many)

    def test_before_anything_was_sent_it_says_so(self, cast: Cast, client: Visitor):
        assert "Nothing has been sent yet" in client.sign_in("ada").visit("/deliveries")
        db.session.rollback()
