"""From signing up to a finished set-up: without JavaScript, and by the keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import SetUp, SignIn, SignUp
from tests.client import PASSPHRASE


def test_a_new_customer_finishes_alone_without_javascript(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False)
    SignUp(page).send("wilma.work", PASSPHRASE, "Wilma Works")
    expect(page.get_by_text("5 short steps; next: organization.")).to_be_visible()
    page.get_by_role("link", name="Go on: organization").click()
    step = SetUp(page).stands_at("Organization")
    step.go_on()
    expect(page.locator("#billing_email-error")).to_have_text("Billing e-mail is needed.")
    step.fill("Billing e-mail", "pay@wilma.example").go_on()

    step.stands_at("Plan").fill("Calls a month", "4000")
    page.get_by_role("button", name="Show what fits").click()
    expect(page.locator("#fit")).to_contain_text("Pro fits")
    step.choose("Pro")
    step.stands_at("Limits").fill("Concurrent calls", "61").go_on()
    expect(page.locator("#max_concurrent_calls-error")).to_contain_text("60")
    step.fill("Concurrent calls", "60").go_on()

    step.stands_at("Features")
    expect(page.get_by_label("SIP domain")).to_be_hidden()
    page.get_by_label("SIP", exact=True).check()
    step.fill("SIP domain", "sip.wilma.example").fill("SIP user name", "trunk").go_on()
    expect(page.locator("#sip_password-error")).to_be_visible()
    expect(page.get_by_label("SIP domain")).to_have_value("sip.wilma.example")
    step.fill("SIP password", "known to the trunk").go_on()

    step.stands_at("Compliance").go_on()
    step.stands_at("Webhook").fill("Webhook address", "https://hooks.wilma.invalid/in").go_on()
    expect(page.locator(".shown-once code")).to_contain_text("whsec_")
    page.get_by_role("link", name="I have stored it").click()
    expect(page.get_by_role("button", name="Send a test")).to_be_visible()
    step.go_on()
    step.stands_at("Review")
    expect(page.get_by_text("Everything is set up.")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(re.compile("/tenants/wilma-works$"))


def test_it_goes_by_the_keyboard_alone_and_on_where_it_was_left(open_browser: OpenBrowser) -> None:
    page = open_browser()
    SignUp(page).send("kay.board", PASSPHRASE, "Kay Boards")
    press(page, page.get_by_role("link", name="Go on: organization"), "Enter")
    step = SetUp(page).stands_at("Organization")
    page.get_by_label("Billing e-mail").focus()
    page.keyboard.type("pay@kay.example")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("button", name="Choose Enterprise"), "Enter")
    step.stands_at("Limits")

    elsewhere = open_browser()
    SignIn(elsewhere).open().sign_in("kay.board", PASSPHRASE)
    elsewhere.goto("/setup")
    step = SetUp(elsewhere).stands_at("Features")
    press(elsewhere, elsewhere.get_by_role("button", name="Save and go on"), "Enter")
    step.stands_at("Compliance")
    expect(elsewhere.locator("#pci_recording_acknowledged")).to_be_hidden()
    press(elsewhere, elsewhere.get_by_label("PCI", exact=True), "Space")
    expect(elsewhere.locator("#pci_recording_acknowledged")).to_be_visible()
    press(elsewhere, elsewhere.get_by_label("PCI", exact=True), "Space")
    press(elsewhere, elsewhere.get_by_role("button", name="Save and go on"), "Enter")
    step.stands_at("Webhook")
    press(elsewhere, elsewhere.get_by_label("Webhook address"), "Enter")
    step.stands_at("Review")
    expect(elsewhere.get_by_text("Everything is set up.")).to_be_visible()

    elsewhere.goto("/tenants/kay-boards/settings/compliance/evidence")
    expect(elsewhere.locator("tbody tr", has_text="Encryption")).to_contain_text("kay.board")


def press(page: Page, control: Locator, key: str) -> None:
    """Come to a control by the Tab key and press another one there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if control.evaluate("control => control === document.activeElement"):
            return page.keyboard.press(key)
    raise AssertionError("the Tab key does not lead there")
