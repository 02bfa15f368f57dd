"""Secrets in the settings: written, replaced, removed, and never shown but once, when one was made."""

from __future__ import annotations

import base64
import logging

import pytest
from bs4 import Tag

from portal.foundation.vault import vault
from tests.cast import Cast
from tests.client import Page, Visitor

SIP, WEBHOOKS = "/tenants/acme/settings/sip", "/tenants/acme/settings/webhooks"
URL = "https://hooks.acme.example/in"
GIVEN = "whsec_" + base64.b64encode(b"g" * 32).decode()
PASSWORD = "a password nobody reads"


def row(page: Page, field: str) -> Tag:
    return page.one(f"#{field}-field")


def reveal(cast: Cast, field: str) -> str | None:
    return vault.reveal(cast.acme.id, field)


class TestPassword:
    def test_it_is_set_and_said_to_be(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").visit(SIP)
        assert "Not set" in row(page, "sip_password").text
        control = page.one("#sip_password")
        assert (control["type"], control["autocomplete"], control["value"]) == ("password", "new-password", "")
        assert client.submit(SIP, {"sip_password": PASSWORD}).status == 303
        page = client.visit(SIP)
        set_at = vault.held(cast.acme.id)["sip_password"].set_at
        assert f"Set on {set_at.day} {set_at:%b %Y} by olive" in " ".join(row(page, "sip_password").text.split())
        assert PASSWORD not in page.text
        assert reveal(cast, "sip_password") == PASSWORD

    def test_left_empty_it_stays(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, sip_password=PASSWORD)
        assert client.sign_in("max").submit(SIP, {"sip_domain": "sip.acme.example"}).status == 303
        assert reveal(cast, "sip_password") == PASSWORD

    def test_it_is_replaced(self, cast: Cast, change, client: Visitor, trail):
        change(cast.olive, cast.acme, sip_password=PASSWORD)
        assert client.sign_in("max").submit(SIP, {"sip_password": "another one"}).status == 303
        assert reveal(cast, "sip_password") == "another one"
        assert vault.held(cast.acme.id)["sip_password"].set_by == "max"
        assert trail(cast.acme)[-1].changes == {"sip_password": "changed"}

    def test_it_is_removed(self, cast: Cast, change, client: Visitor, trail):
        change(cast.olive, cast.acme, sip_password=PASSWORD)
        assert client.sign_in("olive").submit(SIP, {"sip_password_away": "on"}).status == 303
        assert reveal(cast, "sip_password") is None
        assert trail(cast.acme)[-1].changes == {"sip_password": "changed"}

    def test_sip_keeps_it(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, sip_enabled=True, sip_domain="a.example", sip_username="a", sip_password=PASSWORD)
        page = client.sign_in("olive").submit(SIP, {"sip_password_away": "on"})
        assert page.status == 422
        assert "SIP needs the password" in page.one("#sip_password-error").text
        assert reveal(cast, "sip_password") == PASSWORD

    def test_what_was_typed_is_not_in_the_page_that_comes_back(self, cast: Cast, client: Visitor):
        typed = {"sip_enabled": "on", "sip_password": PASSWORD, "sip_username": "acme"}
        page = client.sign_in("olive").submit(SIP, typed)
        assert page.status == 422
        assert PASSWORD not in page.text
        assert "type it once more" in row(page, "sip_password").text
        assert page.one("#sip_username")["value"] == "acme"

    def test_a_refused_form_leaves_the_one_that_is_set(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, sip_password=PASSWORD)
        page = client.sign_in("olive").submit(SIP, {"sip_password": "x" * 256})
        assert page.status == 422
        assert "x" * 256 not in page.text
        assert row(page, "sip_password").details.has_attr("open")
        assert reveal(cast, "sip_password") == PASSWORD

    @pytest.mark.parametrize("who", ["vera", "sam"])
    def test_readers_see_only_that_it_is_set(self, cast: Cast, change, client: Visitor, who: str):
        change(cast.olive, cast.acme, sip_password=PASSWORD)
        page = client.sign_in(who).visit(SIP)
        assert "by olive" in row(page, "sip_password").text
        assert row(page, "sip_password").select("input") == []


class TestWebhookSecret:
    def test_one_is_made_with_the_address_and_shown_once(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": URL})
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
        secret = reveal(cast, "webhook_secret")
        assert page.one(".shown-once code").text == secret
        assert page.one("[data-copy]")["data-copy"] == secret
        stored = page.one(".shown-once a.button-primary")
        assert (stored.text.strip(), stored["href"]) == ("I have stored it", WEBHOOKS)
        for path in (WEBHOOKS, "/tenants/acme", "/tenants/acme/activity"):
            assert secret not in client.visit(path).text

    def test_it_is_in_no_cookie_either(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": URL})
        secret = reveal(cast, "webhook_secret")
        assert secret not in str(page.headers)
        assert secret not in str(client.client.get_cookie("session"))

    def test_sending_it_again_does_not_show_it_again(self, cast: Cast, client: Visitor):
        sent = {**client.sign_in("olive").visit(WEBHOOKS).values("#settings-form"), "webhook_url": URL}
        assert client.post(WEBHOOKS, data=sent).status == 200
        secret = reveal(cast, "webhook_secret")
        again = client.post(WEBHOOKS, data=sent)
        assert again.status == 409
        assert secret not in again.text
        assert reveal(cast, "webhook_secret") == secret

    def test_one_that_is_given_is_not_shown(self, cast: Cast, client: Visitor):
        sent = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": URL, "webhook_secret": GIVEN})
        assert (sent.status, sent.headers["Location"]) == (303, WEBHOOKS)
        assert reveal(cast, "webhook_secret") == GIVEN
        assert GIVEN not in client.visit(WEBHOOKS).text

    def test_it_goes_with_the_address(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, webhook_url=URL)
        assert client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": ""}).status == 303
        assert vault.held(cast.acme.id) == {}

    @pytest.mark.parametrize(
        ("secret", "said"),
        [
            ("whsec_" + "A" * 33, "is not base64"),
            ("whsec_" + "A" * 24, "this has 18"),
            ("whsec_" + "A" * 92, "this has 69"),
        ],
    )
    def test_one_that_no_receiver_could_read_is_refused(self, cast: Cast, client: Visitor, secret: str, said: str):
        page = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": URL, "webhook_secret": secret})
        assert page.status == 422
        assert said in page.one("#webhook_secret-error").text
        assert "webhook_secret" not in vault.held(cast.acme.id)

    def test_an_address_whose_name_is_not_known_yet_is_saved_with_a_warning(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": URL})
        assert "not known yet" in page.one(".shown-once .banner").text
        assert client.submit(WEBHOOKS, {"webhook_timeout_seconds": "9"}).status == 303
        assert "not known yet" in client.visit(WEBHOOKS).one(".message-warn").text
        assert cast.acme.webhook_url == URL

    def test_an_address_that_is_known_is_saved_without(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": "https://93.184.216.34/in"})
        assert page.status == 200
        assert "not known yet" not in page.text

    def test_its_form_is_said(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(WEBHOOKS, {"webhook_url": URL, "webhook_secret": "s" * 40})
        assert page.status == 422
        assert "it begins with whsec_" in page.one("#webhook_secret-error").text
        assert "s" * 40 not in page.text
        assert page.one("#webhook_url")["value"] == URL


def test_no_secret_is_in_any_page_answer_record_or_log(cast: Cast, client: Visitor, trail, caplog):
    caplog.set_level(logging.DEBUG)
    client.sign_in("olive")
    client.submit(SIP, {"sip_password": PASSWORD})
    client.submit(WEBHOOKS, {"webhook_url": URL, "webhook_secret": GIVEN})
    token = client.token("olive")
    texts = [client.visit(path).text for path in (SIP, WEBHOOKS, "/tenants/acme", "/tenants/acme/activity")]
    texts += [client.api("GET", f"/tenants/{cast.acme.id}", token).text, caplog.text]
    texts += [str(record.changes) + str(record.note) for record in trail(cast.acme)]
    for secret in (PASSWORD, GIVEN):
        assert not [text for text in texts if secret in text]
