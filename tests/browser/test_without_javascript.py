"""The same work with JavaScript off."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Settings, TenantsTable
from tests.browser.stage import ACME, ADMIN, OWNER


def test_the_table_searches_filters_sorts_and_turns_its_pages(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN, java_script_enabled=False)
    table = TenantsTable(page).open()
    everyone = table.total()
    table.box.fill("e")
    table.box.press("Enter")
    expect(page).to_have_url(re.compile("q=e"))
    expect(table.box).to_have_value("e")
    found = table.total()
    assert 0 < found <= everyone
    table.choose("Status", "Active")
    table.menu("Status").get_by_role("button", name="Apply").click()
    expect(table.tag("Active")).to_be_visible()
    assert 100 < table.total() < found
    table.sort("Created")
    expect(page).to_have_url(re.compile("sort=-?created"))
    table.go_on()
    expect(page).to_have_url(re.compile("offset=100"))
    expect(table.tag("Active")).to_be_visible()
    table.tag("Active").click()
    expect(table.tag("Active")).to_have_count(0)


def test_a_form_is_refused_and_saved(open_browser: OpenBrowser) -> None:
    limits = Settings(open_browser(OWNER, java_script_enabled=False), ACME, "limits").open()
    limits.fill({"Projects": "999999"}).send()
    expect(limits.row("Projects").locator(".field-error")).to_contain_text("999,999")
    expect(limits.field("Projects")).to_have_value("999999")
    expect(limits.field("Projects")).to_be_focused()
    limits.fill({"Projects": "1"}).save()
    limits.open()
    expect(limits.field("Projects")).to_have_value("1")


def test_the_keys_and_the_menu_of_a_phone_open_too(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN, java_script_enabled=False)
    page.goto("/tenants")
    page.get_by_role("link", name="Keys").click()
    expect(page.get_by_text("Next and previous row")).to_be_visible()
    phone = open_browser(ADMIN, phone=True, java_script_enabled=False)
    phone.goto("/tenants")
    phone.get_by_role("button", name="Menu").click()
    phone.get_by_role("link", name="Activity").click()
    expect(phone).to_have_url(re.compile("/activity"))
