"""Signing up, in and out."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import SignIn, SignUp, TenantsTable
from tests.browser.stage import ADMIN
from tests.client import PASSPHRASE


def test_who_signs_up_stands_before_a_tenant_of_their_own(open_browser: OpenBrowser) -> None:
    page = open_browser()
    SignUp(page).send("nadia.new", PASSPHRASE, "Nadia & Sons")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Set up .*Nadia & Sons"))
    expect(page.locator("#messages")).to_contain_text("Welcome, nadia.new")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/tenants/nadia-sons")
    expect(page).to_have_url(re.compile("/login"))

    SignIn(page).sign_in("nadia.new@example.com", PASSPHRASE)
    expect(page).to_have_url(re.compile("/tenants/nadia-sons$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nadia & Sons")


def test_a_wrong_sign_up_keeps_what_was_typed_and_leads_to_the_first_fault(open_browser: OpenBrowser) -> None:
    page = open_browser()
    SignUp(page).send("no", "short", "Nobody & Co")
    expect(page.get_by_label("Username")).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value("no")
    expect(page.get_by_label("Organization", exact=True)).to_have_value("Nobody & Co")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    expect(page.get_by_role("alert")).to_contain_text("2 fields")
    expect(page.locator("#username-error")).to_contain_text("3 to 50")
    page.get_by_role("alert").get_by_role("link").nth(1).click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_a_wrong_password_and_an_unknown_name_read_the_same(open_browser: OpenBrowser) -> None:
    page = open_browser()
    words = []
    for name in (ADMIN, "nobody.at.all"):
        SignIn(page).open().send(name, "not the password of anybody")
        expect(SignIn(page).name).to_have_value(name)
        expect(SignIn(page).password).to_have_value("")
        words.append(page.get_by_role("alert").inner_text())
    assert words[0] == words[1]


def test_a_session_ended_elsewhere_leads_a_search_to_signing_in(open_browser: OpenBrowser) -> None:
    page = open_browser()
    SignIn(page).open().sign_in(ADMIN, PASSPHRASE)
    table = TenantsTable(page).open("?limit=5")
    elsewhere = open_browser(storage_state=page.context.storage_state())
    elsewhere.goto("/tenants?limit=5")
    elsewhere.get_by_role("button", name="Sign out").click()
    expect(elsewhere).to_have_url(re.compile("/login"))
    table.box.press_sequentially("north")
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_signing_in_goes_on_to_the_page_that_was_asked_for(open_browser: OpenBrowser) -> None:
    page: Page = open_browser()
    page.goto("/tenants?status=suspended")
    SignIn(page).sign_in(ADMIN, PASSPHRASE)
    expect(page).to_have_url(re.compile("status=suspended"))
