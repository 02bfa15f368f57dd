"""The settings of a webhook beside its address, and its documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from portal.foundation.clock import now
from portal.foundation.permissions import system
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.actions.rotating import new_secret
from portal.webhooks.events import EVENTS
from portal.webhooks.limits import EventType
from portal.webhooks.sample_receiver import is_from_the_portal
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.webhooks.conftest import announce
from tests.webhooks.receiver import Receiver, in_turn, saying

SETTINGS = "/tenants/acme/settings/webhooks"
SECRET, EVENTS_PAGE = "/tenants/acme/webhook/secret", "/tenants/acme/webhook/events"


class TestTheSection:
    def test_it_shows_the_last_outcomes_in_strokes_and_words(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        receiver.answer = in_turn(saying(200), saying(410))
        for _ in range(2):
            announce(received)
            drain()
        page = client.sign_in("vera").visit(SETTINGS)
        said = "The last 2 deliveries: 1 delivered, 1 failed"
        assert page.one(".outcomes svg")["aria-label"] == f"{said}, the latest at the right"
        assert page.one(".outcomes figcaption").get_text() == f"{said}."
        assert [stroke["class"] for stroke in page.soup.select(".outcomes rect")] == [["outcome-good"], ["outcome-bad"]]
        assert page.one(".banner-bad strong").get_text() == "Switched off."

    def test_it_shows_thirty_at_most(self, hooked: Tenant, client: Visitor):
        announce(hooked, 33)
        assert len(client.sign_in("vera").visit(SETTINGS).soup.select(".outcomes rect")) == 30

    def test_without_an_address_there_is_nothing_to_show(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").visit(SETTINGS)
        assert not page.soup.select(".outcomes, #hook-title")

    def test_who_reads_sees_it_and_changes_nothing(self, hooked: Tenant, client: Visitor):
        page = client.sign_in("sam").visit(SETTINGS)
        assert "Every event is sent." in page
        assert [form["id"] for form in page.soup.select("main form[method=post]")] == ["settings-form"]
        assert not page.soup.select("a[href$='/webhook/secret'], a[href$='/webhook/events']")


class TestReplacingTheSecret:
    def replace(self, client: Visitor, **fields: str) -> Page:
        return client.submit(SECRET, fields)

    def test_the_new_one_is_shown_once_and_both_sign_meanwhile(
        self, received: Tenant, receiver: Receiver, client: Visitor, drain: Callable
    ):
        client.sign_in("max")
        first = self.shown(self.replace(client, overlap_days="0"))
        page = self.replace(client, overlap_days="7")
        assert page.headers["Cache-Control"] == "no-store"
        second = self.shown(page)
        assert "The old one signs too until" in page
        announce(received)
        drain()
        (request,) = receiver.requests
        assert [is_from_the_portal(each, request.headers, request.body) for each in (first, second)] == [True, True]
        settings = client.visit(SETTINGS)
        assert second not in settings.text
        assert "The secret before signs too until" in settings
        assert client.submit(SETTINGS, {}, selector="form[action$='/revoke']").status == 303
        assert "The old secret signs nothing any more." in client.visit(SETTINGS)
        announce(received)
        drain()
        request = receiver.requests[-1]
        assert [is_from_the_portal(each, request.headers, request.body) for each in (first, second)] == [False, True]

    def shown(self, page: Page) -> str:
        assert page.status == 200, page.text[:500]
        return str(page.one(".shown-once code").get_text())

    def test_a_second_one_within_the_overlap_asks(self, received: Tenant, client: Visitor):
        client.sign_in("olive")
        assert not client.visit(SECRET).soup.select("[name=confirmed]")
        self.shown(self.replace(client, overlap_days="2"))
        asked = self.replace(client, overlap_days="2")
        assert asked.status == 409
        assert "The secret before this one is still in use." in asked
        assert "that older one stops at once" in client.visit(SECRET)
        self.shown(self.replace(client, overlap_days="2", confirmed="on"))

    @pytest.mark.parametrize(
        ("days", "words"),
        [("8", "Days beside each other: from 0 to 7; 8 is too many."), ("", "is needed."), ("some", "whole number"),
         ("-1", "too few")],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_said(self, received: Tenant, client: Visitor, days: str, words: str):
        page = self.replace(client.sign_in("olive"), overlap_days=days)
        assert (page.status, words in page) == (422, True)

    def test_without_a_webhook_it_says_so(self, cast: Cast, client: Visitor):
        page = self.replace(client.sign_in("olive"), overlap_days="1")
        assert (page.status, "Set its address first." in page) == (409, True)


class TestChoosingEvents:
    def test_some_are_chosen_and_all_again(self, hooked: Tenant, client: Visitor, told: Callable):
        client.sign_in("max")
        assert client.visit(EVENTS_PAGE).one("[name=which][checked]")["value"] == "all"
        chosen = {"which": "some", "events": ["member.added", "member.removed"]}
        assert client.submit(EVENTS_PAGE, chosen).status == 303
        page = client.visit(SETTINGS)
        assert "The webhook is told of 2 kinds of event now." in page
        assert "Only these are sent: member.added, member.removed." in page
        announce(hooked)
        assert told(hooked) == []
        assert [tick["value"] for tick in client.visit(EVENTS_PAGE).soup.select("[name=events][checked]")] == [
            "member.added", "member.removed"]  # fmt: skip
        client.submit(EVENTS_PAGE, {"which": "all"})
        assert "Every event is sent." in client.visit(SETTINGS)

    def test_none_is_a_choice_too(self, hooked: Tenant, client: Visitor):
        assert client.sign_in("olive").submit(EVENTS_PAGE, {"which": "some", "events": None}).status == 303
        assert "No event is sent, only tests." in client.visit(SETTINGS)

    @pytest.mark.parametrize("fields", [{"which": None}, {"which": "few"}, {"which": "some", "events": ["ping"]},
                                        {"which": "some", "events": ["tea.made"]}])  # fmt: skip
    def test_what_there_is_not_cannot_be_chosen(self, hooked: Tenant, client: Visitor, fields: dict):
        page = client.sign_in("olive").submit(EVENTS_PAGE, fields)
        assert page.status == 422
        assert page.soup.select("[data-errors]")


class TestTheDocumentation:
    def test_every_event_has_its_example(self, cast: Cast, client: Visitor):
        page = client.visit("/api/docs/events")
        for event in EventType:
            example = json.loads(page.one(f"[aria-label='Example of {event}']").get_text())
            assert example.keys() == {"type", "timestamp", "data", "sequence", "occurred_at"}
            assert (example["type"], example["data"]) == (event, dict(EVENTS[event].example))
            assert page.soup.find(id=event.value) is not None

    def test_whoever_is_signed_in_keeps_the_frame(self, cast: Cast, client: Visitor):
        assert not client.visit("/api/docs/events").soup.select(".person")
        assert "Sign out" in client.sign_in("olive").visit("/api/docs/events")

    def test_the_sample_on_it_is_the_code_that_is_tested_here(self, client: Visitor, app):
        shown = client.visit("/api/docs/events").one("[aria-label=Sample]").get_text()
        scope: dict = {}
        exec(shown, scope)
        assert re.search("def is_from_the_portal", shown)
        assert callable(scope["is_from_the_portal"])

    def test_the_sample_takes_what_is_ours_and_nothing_else(
        self, received: Tenant, receiver: Receiver, drain: Callable
    ):
        secret = webhooks.rotate_secret(system(), received, 0)
        announce(received)
        drain()
        (request,) = receiver.requests
        assert is_from_the_portal(secret, request.headers, request.body)
        assert not is_from_the_portal(secret, request.headers, request.body + b" ")
        assert not is_from_the_portal(new_secret(), request.headers, request.body)
        with time_machine.travel(now() + timedelta(minutes=6)):
            assert not is_from_the_portal(secret, request.headers, request.body)
