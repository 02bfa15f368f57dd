"""Each section of the settings, saved by a form: who may, what it says in the API and the audit trail afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.vault import vault
from portal.tenants.forms import SECTION_WORDS
from tests.accounts.authenticator import give_passkey
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import add_plan

SAVED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "general": (
        {"name": "Acme Inc", "technical_contact_email": "ops@acme.example"},
        {"name": "Acme Inc", "technical_contact_email": "ops@acme.example"},
    ),
    "limits": ({"max_users": "7", "max_projects": "3"}, {"max_users": 7, "max_projects": 3}),
    "features": ({"analytics_enabled": ""}, {"analytics_enabled": False}),
    "sip": (
        {"sip_enabled": "on", "sip_domain": "SIP.acme.example", "sip_username": "acme", "sip_password": "hush hush"},
        {"sip_enabled": True, "sip_domain": "sip.acme.example", "sip_username": "acme", "sip_password_set": True},
    ),
    "recording": (
        {"recording_enabled": "", "recording_format": "wav", "retention_days": "30"},
        {"recording_enabled": False, "recording_format": "wav", "retention_days": 30},
    ),
    "compliance": ({"data_encryption_enabled": ""}, {"data_encryption_enabled": False}),
    "webhooks": (
        {"webhook_url": "https://hooks.acme.example/in", "webhook_timeout_seconds": "5"},
        {"webhook_url": "https://hooks.acme.example/in", "webhook_timeout_seconds": 5, "webhook_secret_set": True},
    ),
}
"""What is typed into each section, and what the API says of it then."""


def at(section: str) -> str:
    return f"/tenants/acme/settings/{section}"


def section_links(page: Page) -> list[str]:
    return [" ".join(tag.get_text(" ").split()) for tag in page.one(".section-nav").select("a")]


class TestEverySection:
    @pytest.mark.parametrize("who", ["olive", "max", "ada"])
    @pytest.mark.parametrize("section", SAVED)
    def test_it_is_saved(self, cast: Cast, client: Visitor, trail, who: str, section: str):
        typed, expected = SAVED[section]
        sent = client.sign_in(who).submit(at(section), typed)
        assert sent.status in {200, 303}, sent.words
        if sent.status == 303:
            assert sent.headers["Location"] == at(section)
            assert "Saved: " in client.visit(at(section))
        document = client.api("GET", f"/tenants/{cast.acme.id}", client.token(who)).json
        assert {name: document[name] for name in expected} == expected
        last = trail(cast.acme)[-1]
        assert (last.event, last.door) == (Event.TENANT_UPDATED, "web")
        assert last.changes.keys() >= {name.removesuffix("_set") for name in expected}

    @pytest.mark.parametrize("who", ["vera", "sam"])
    @pytest.mark.parametrize("section", SAVED)
    def test_readers_read(self, cast: Cast, client: Visitor, trail, who: str, section: str):
        records = len(trail(cast.acme))
        page = client.sign_in(who).visit(at(section))
        assert page.one("#settings-form fieldset").has_attr("disabled")
        assert page.soup.select("[data-save-bar]") == []
        assert client.post(at(section), data={**page.values("#settings-form"), **SAVED[section][0]}).status == 403
        assert len(trail(cast.acme)) == records

    @pytest.mark.parametrize("section", SAVED)
    def test_saving_it_as_it_stands_changes_nothing(self, cast: Cast, client: Visitor, trail, section: str):
        client.sign_in("olive")
        client.submit(at(section), SAVED[section][0])
        records = len(trail(cast.acme))
        assert client.submit(at(section), {}).status == 303
        assert len(trail(cast.acme)) == records

    @pytest.mark.parametrize("section", SAVED)
    def test_what_is_not_sent_does_not_change(self, cast: Cast, client: Visitor, trail, section: str):
        token = client.sign_in("olive").visit(at(section)).values("#settings-form")["csrf_token"]
        records = len(trail(cast.acme))
        client.post(at(section), data={"csrf_token": token})
        assert len(trail(cast.acme)) == records

    @pytest.mark.parametrize("section", SECTION_WORDS)
    def test_all_are_listed_and_lead_to_one_another(self, cast: Cast, client: Visitor, section: str):
        page = client.sign_in("olive").visit(at(section))
        assert [link.removesuffix(" Incomplete") for link in section_links(page)] == list(SECTION_WORDS.values())
        assert page.one(".section-nav [aria-current]")["href"] == at(section)


class TestBothValues:
    """Two browsers have the same section open, and save one after the other."""

    @pytest.mark.parametrize(
        ("section", "theirs", "mine", "words"),
        [
            ("features", {"analytics_enabled": False}, {"analytics_enabled": "on"}, "Now saved: off"),
            ("sip", {"sip_domain": "sip.max.example"}, {"sip_domain": "a.example"}, "Now saved: sip.max.example"),
            ("sip", {"sip_password": "of max"}, {"sip_password": "of olive"}, "by max"),
            ("recording", {"recording_format": "ogg"}, {"recording_format": "wav"}, "Now saved: OGG"),
            ("recording", {"retention_days": 1000}, {"retention_days": "12"}, "Now saved: 1,000"),
            ("compliance", {"data_encryption_enabled": False}, {}, "Now saved: off"),
            ("webhooks", {"webhook_timeout_seconds": 9}, {"webhook_timeout_seconds": "8"}, "Now saved: 9"),
        ],
    )
    def test_both_are_shown_and_nothing_is_overwritten(
        self, cast: Cast, change, client: Visitor, trail, section: str, theirs: dict, mine: dict, words: str
    ):
        opened = client.sign_in("olive").visit(at(section)).values("#settings-form")
        change(cast.max, cast.acme, **theirs)
        records = len(trail(cast.acme))
        page = client.post(at(section), data={**opened, **mine})
        assert page.status == 409
        assert words in page
        assert "Nothing was saved yet" in page
        assert len(trail(cast.acme)) == records
        again = client.post(at(section), data={**page.values("#settings-form"), **mine})
        assert again.status == 303


class TestTicks:
    def test_an_unticked_box_is_off(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").visit(at("recording"))
        values = page.values("#settings-form")
        assert values["recording_enabled"] == "on"
        data = [(name, value) for name, value in values.items() if name != "recording_enabled"]
        assert client.post(at("recording"), data=dict([*data, ("recording_enabled", "")])).status == 303
        db.session.expire_all()
        assert not cast.acme.recording_enabled

    def test_a_ticked_one_comes_after_the_hidden_one(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, recording_enabled=False)
        values = client.sign_in("olive").visit(at("recording")).values("#settings-form")
        assert client.post(at("recording"), data={**values, "recording_enabled": ["", "on"]}).status == 303
        db.session.expire_all()
        assert cast.acme.recording_enabled

    def test_it_comes_back_as_it_was_typed(self, cast: Cast, client: Visitor):
        typed = {"recording_enabled": "", "retention_days": "0"}
        page = client.sign_in("olive").submit(at("recording"), typed)
        assert page.status == 422
        assert not page.one("#recording_enabled").has_attr("checked")
        assert "Days of retention: from 1 to 3,650; 0 is too few." in page

    @pytest.mark.parametrize(("typed", "words"), [("", "needed"), ("3651", "1 to 3,650"), ("x", "whole number")])
    def test_days_have_their_range(self, cast: Cast, client: Visitor, typed: str, words: str):
        page = client.sign_in("olive").submit(at("recording"), {"retention_days": typed})
        assert page.status == 422
        assert words in page.one("#retention_days-error").text


class TestSip:
    def test_it_says_all_that_is_missing(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(at("sip"), {"sip_enabled": "on"})
        assert page.status == 422
        for name in ("sip_domain", "sip_username", "sip_password"):
            assert "SIP needs the" in page.one(f"#{name}-error").text
        assert page.one("[autofocus]")["name"] == "sip_domain"

    def test_what_form_and_draft_find_is_said_in_one_round(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(at("sip"), {"sip_domain": "a b", "sip_username": "x" * 256})
        assert "SIP domain: it is a host name, like sip.example.com." in page.one("#sip_domain-error").text
        assert "this has 256" in page.one("#sip_username-error").text

    def test_half_of_it_is_marked(self, cast: Cast, change, client: Visitor):
        assert "SIP" in section_links(client.sign_in("olive").visit(at("sip")))
        change(cast.olive, cast.acme, sip_domain="sip.acme.example")
        page = client.visit(at("sip"))
        assert "SIP Incomplete" in section_links(page)
        assert "can be switched on when domain, user name and password are set" in page

    def test_a_plan_without_it(self, cast: Cast, change, client: Visitor):
        change(cast.ada, cast.acme, billing_plan="free")
        typed = {"sip_enabled": "on", "sip_domain": "sip.acme.example", "sip_username": "acme", "sip_password": "x"}
        page = client.sign_in("olive").submit(at("sip"), typed)
        assert page.status == 422
        assert "SIP is not part of the Free plan." in page.one("#sip_enabled-error").text


class TestGeneral:
    def test_without_a_billing_address_it_is_incomplete(self, cast: Cast, change, client: Visitor):
        page = client.sign_in("olive").visit(at("general"))
        assert "General Incomplete" in section_links(page)
        change(cast.olive, cast.acme, billing_email="pay@acme.example")
        assert "General" in section_links(client.visit(at("general")))


class TestFeatures:
    def test_it_says_what_the_plan_includes_and_where_each_is_switched(self, cast: Cast, change, client: Visitor):
        page = client.sign_in("olive").visit(at("features"))
        rows = {row.a.text: " ".join(row.get_text(" ").split()) for row in page.one("#settings-form").select("li")}
        assert rows.keys() == {"SIP", "Recording", "Analytics", "HIPAA", "PCI"}
        assert rows["Recording"].endswith("On In the plan")
        assert rows["HIPAA"].endswith("Off Not in the plan")
        links = {row.a.text: row.a["href"] for row in page.one("#settings-form").select("li")}
        assert (links["SIP"], links["PCI"]) == (at("sip"), at("compliance"))

    def test_what_the_plan_does_not_include_is_said_at_the_switch(self, cast: Cast, change, client: Visitor):
        bare = add_plan("bare", features=["recording", "sip"])
        change(cast.ada, cast.acme, billing_plan=bare, analytics_enabled=False)
        page = client.sign_in("olive").visit(at("features"))
        assert "Not part of the Bare plan" in page.one("#analytics_enabled-field").text
        page = client.submit(at("features"), {"analytics_enabled": "on"})
        assert "Analytics is not part of the Bare plan." in page.one("#analytics_enabled-error").text


class TestCompliance:
    def test_what_stands_against_it(self, cast: Cast, change, client: Visitor):
        page = client.sign_in("olive").visit(at("compliance"))
        assert "No rules in force" in page
        assert "HIPAA and PCI are not part of the Starter plan" in page
        change(cast.ada, cast.acme, billing_plan="enterprise", data_encryption_enabled=False)
        page = client.visit(at("compliance"))
        assert "are not part of" not in page
        assert "Encryption is off. Switch it on along with HIPAA or PCI." in page
        assert "PCI with recording needs your word" in page

    def test_it_is_switched_on_and_says_its_rules(self, cast: Cast, change, client: Visitor, trail):
        change(cast.ada, cast.acme, billing_plan="enterprise")
        typed = {"hipaa_enabled": "on", "pci_enabled": "on", "pci_recording_acknowledged": "on"}
        token = client.token("olive")
        client.sign_in("olive")
        give_passkey(cast.actor(cast.olive))  # each member needs one from then on
        assert client.submit(at("compliance"), typed).status == 303
        page = client.visit(at("compliance"))
        assert "Rules in force under HIPAA and PCI" in page
        for words in ("cannot be switched off", "paused while card data is spoken"):
            assert words in page
        assert "What stands against" not in page
        assert page.one("#pci_recording_acknowledged").has_attr("checked")
        document = client.api("GET", f"/tenants/{cast.acme.id}", token).json
        assert document["hipaa_enabled"]
        assert document["pci_recording_acknowledged"]
        given = {f"pci_recording_acknowledged_{each}" for each in ("at", "by")}
        assert trail(cast.acme)[-1].changes.keys() == {"hipaa_enabled", "pci_enabled", *given}

    @pytest.mark.parametrize(
        ("typed", "field", "words"),
        [
            ({"hipaa_enabled": "on", "data_encryption_enabled": ""}, "data_encryption_enabled", "Encryption stays on"),
            ({"pci_enabled": "on"}, "pci_recording_acknowledged", "PCI with recording needs your word"),
        ],
    )
    def test_its_rules_are_said_at_their_fields(
        self, cast: Cast, change, client: Visitor, typed: dict, field: str, words: str
    ):
        change(cast.ada, cast.acme, billing_plan="enterprise")
        page = client.sign_in("olive").submit(at("compliance"), typed)
        assert page.status == 422
        assert words in page.one(f"#{field}-error").text

    @pytest.mark.parametrize("who", ["olive", "ada"])
    def test_a_plan_without_it_is_nobodys_to_override(self, cast: Cast, client: Visitor, who: str):
        page = client.sign_in(who).submit(at("compliance"), {"hipaa_enabled": "on"})
        assert "HIPAA is not part of the Starter plan." in page.one("#hipaa_enabled-error").text


class TestWebhookAddress:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("http://hooks.acme.example/", "it begins with https://"),
            ("https:///in", "the host is missing"),
            ("https://user:pass@hooks.acme.example/", "leave the user name and password out"),
            ("https://hooks.acme.example/#part", "leave out the part behind #"),
            ("https://hooks.acme.example:22/", "the port is 443"),
            ("https://hooks.acme.example/a b", "a space or a backslash"),
            ("https://127.0.0.1/", "not on the public internet"),
            ("https://hooks.acme.internal/", "not on the public internet"),
            ("https://[::1/", "not a web address"),
            ("https://x", "not on the public internet"),
            ("https://" + "a" * 2050, "2,048"),
        ],
    )
    def test_each_fault_has_its_sentence(self, cast: Cast, client: Visitor, typed: str, words: str):
        page = client.sign_in("olive").submit(at("webhooks"), {"webhook_url": typed})
        assert page.status == 422
        said = page.one("#webhook_url-error").text.strip()
        assert words in said
        assert said.startswith("Webhook address")
        assert page.one("#webhook_url")["value"] == typed
        assert vault.held(cast.acme.id) == {}
