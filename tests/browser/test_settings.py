"""Changing a tenant's settings: what stops at a limit, what collides, what only reads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Settings
from tests.browser.stage import ACME, ADMIN, CONTESTED, OWNER, SUPPORT, VIEWER


def test_an_owner_is_stopped_at_the_ceiling_and_loses_nothing(open_browser: OpenBrowser) -> None:
    limits = Settings(open_browser(OWNER), ACME, "limits").open()
    limits.fill({"Users": "3", "Concurrent calls": "999"}).send()
    expect(limits.row("Concurrent calls").locator(".field-error")).to_contain_text("999")
    expect(limits.field("Concurrent calls")).to_be_focused()
    expect(limits.field("Concurrent calls")).to_have_value("999")
    expect(limits.field("Users")).to_have_value("3")
    expect(limits.summary).to_contain_text("1 field")
    limits.open()
    expect(limits.field("Users")).to_have_value("")  # nothing is ever half saved


@pytest.mark.parametrize(("typed", "words"), [("0", "too few"), ("1001", "too many")])
def test_a_value_out_of_range_is_told_its_range(open_browser: OpenBrowser, typed: str, words: str) -> None:
    limits = Settings(open_browser(ADMIN), ACME, "limits").open()
    limits.fill({"Concurrent calls": typed}).send()
    expect(limits.row("Concurrent calls").locator(".field-error")).to_contain_text(re.compile(f"1 to 1,000.*{words}"))
    expect(limits.field("Concurrent calls")).to_have_value(typed)


def test_who_saves_over_another_sees_both_values(open_browser: OpenBrowser) -> None:
    first = Settings(open_browser(ADMIN), CONTESTED, "limits").open()
    second = Settings(open_browser(ADMIN), CONTESTED, "limits").open()
    first.fill({"Concurrent calls": "5"}).save()
    second.fill({"Concurrent calls": "8"}).send()
    expect(second.row("Concurrent calls").locator(".field-now")).to_contain_text("5")
    expect(second.field("Concurrent calls")).to_have_value("8")
    first.open()
    expect(first.field("Concurrent calls")).to_have_value("5")
    second.save()
    expect(second.field("Concurrent calls")).to_have_value("8")


@pytest.mark.parametrize("who", [VIEWER, SUPPORT])
@pytest.mark.parametrize("section", ["general", "limits"])
def test_who_may_only_read_finds_nothing_to_press(open_browser: OpenBrowser, who: str, section: str) -> None:
    settings = Settings(open_browser(who), ACME, section).open()
    expect(settings.page.get_by_role("main")).to_contain_text("You can read these settings")
    expect(settings.save_button).to_have_count(0)
    controls = settings.page.locator("#settings-form :is(input:not([type=hidden]), select, textarea)")
    assert controls.count() > 3
    for control in controls.all():
        expect(control).to_be_disabled()


def test_a_tenant_of_others_is_not_found(open_browser: OpenBrowser) -> None:
    page = open_browser(VIEWER)
    assert page.goto(f"/tenants/{CONTESTED}").status == 404
    expect(page.get_by_role("main")).not_to_contain_text("Contested")


def test_a_form_says_what_has_changed_and_asks_before_leaving(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    general = Settings(page, ACME, "general").open()
    expect(general.save_button).not_to_be_visible()
    general.fill({"External id": "cus_7", "Billing e-mail": "bills@acme.example"})
    expect(page.locator("[data-save-bar]")).to_contain_text(
        "2 changes: Billing e-mail nothing → bills@acme.example, External id nothing → cus_7"
    )
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Tenants").click()
    expect(page).to_have_url(re.compile("/tenants$"))
    assert asked == ["beforeunload"]


def test_ticks_and_choices_count_as_changes_too(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    recording = Settings(page, CONTESTED, "recording").open()
    expect(recording.save_button).not_to_be_visible()
    recording.field("Recording").uncheck()
    page.locator("#recording_format").select_option("wav")
    expect(page.locator("[data-save-bar]")).to_contain_text("2 changes: Recording on → off, Recording format MP4 → WAV")
    recording.field("Recording").check()
    expect(page.locator("[data-save-bar]")).to_contain_text("1 change: Recording format MP4 → WAV")
    page.locator("#recording_format").select_option("mp4")
    expect(recording.save_button).not_to_be_visible()
    recording.field("Recording").uncheck()
    recording.save()
    expect(recording.field("Recording")).not_to_be_checked()
    recording.field("Recording").check()
    recording.save()


def test_the_bar_says_what_a_limit_was_and_will_be_and_never_repeats_a_secret(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    limits = Settings(page, CONTESTED, "limits").open()
    limits.fill({"Squads": "4", "Calls a month": "123456", "Agents": "7", "Campaigns": "2"})
    bar = page.locator("[data-save-bar]")
    expect(bar).to_contain_text(re.compile(r"4 changes: Calls a month the plan’s [\d,]+ → 123,456, .* and 1 more"))
    sip = Settings(open_browser(ADMIN), CONTESTED, "sip").open()
    sip.fill({"SIP password": "hush hush hush"})
    bar = sip.page.locator("[data-save-bar]")
    expect(bar).to_contain_text("1 change: SIP password as it is → a new one")
    expect(bar).not_to_contain_text("hush")


def test_a_webhooks_secret_is_shown_once(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    webhooks = Settings(page, ACME, "webhooks").open()
    webhooks.fill({"Webhook address": "https://hooks.acme.example/in"}).send()
    secret = page.locator(".shown-once code")
    expect(secret).to_have_text(re.compile("^whsec_"))
    shown = secret.inner_text()
    page.get_by_role("link", name="I have stored it").click()
    expect(webhooks.row("Webhook secret")).to_contain_text("Set on")
    expect(page.locator(".shown-once")).to_have_count(0)
    assert shown not in page.content()
