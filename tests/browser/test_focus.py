"""Nothing jumps: after each exchange of a part of a page, and each dialog, the focus is where one left it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Settings, TenantPage, TenantsTable
from tests.browser.stage import ACME, ADMIN, NEWCOMER

NOTE_EXCHANGES = """() => {
  const { dataset } = document.documentElement;
  delete dataset.exchanged;
  document.addEventListener("htmx:afterSettle", () => { dataset.exchanged = "yes"; }, { once: true });
}"""


def swap(page: Page, act: Locator, key: str = "Enter") -> None:
    """Press a key on a control, and wait until the part that it asked for has come."""
    page.evaluate(NOTE_EXCHANGES)
    act.press(key)
    expect(page.locator("html")).to_have_attribute("data-exchanged", "yes")


def test_in_the_table(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    table = TenantsTable(page).open("?limit=25")
    swap(page, table.box, "e")
    expect(table.box).to_be_focused()
    sort = page.locator("#sort-cost")
    for _ in range(2):
        swap(page, sort)
        expect(sort).to_be_focused()
        expect(page.locator("th", has=sort)).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    swap(page, page.locator("#page-next"))
    expect(page.locator("#page-next")).to_be_focused()
    swap(page, page.locator("#page-prev"))
    _somewhere_near(page, "#tenant-table")
    table.menu("Kind").locator("summary").click()
    box = table.menu("Kind").get_by_role("checkbox").first
    box.focus()
    swap(page, box, "Space")
    expect(box).to_be_focused()


def test_on_the_last_page_the_pager_keeps_it(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    TenantsTable(page).open("?limit=100")
    while page.locator("#page-next").count():
        swap(page, page.locator("#page-next"))
    _somewhere_near(page, "#tenant-table")


def test_in_the_activity(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    page.goto("/activity?limit=10")
    who = page.get_by_role("searchbox")
    who.fill(ADMIN)
    swap(page, who)
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value(ADMIN)
    swap(page, page.locator(".filter-tag").first)
    _somewhere_near(page, "#activity-list")
    swap(page, page.locator("#page-next"))
    expect(page.locator("#page-next")).to_be_focused()
    swap(page, page.locator("#page-prev"))
    _somewhere_near(page, "#activity-list")


@pytest.mark.parametrize("action", ["Suspend…", "Deactivate…", "Delete…"])
def test_a_dialog_gives_it_back(open_browser: OpenBrowser, action: str) -> None:
    page = open_browser(ADMIN)
    tenant = TenantPage(page, NEWCOMER).open()
    expect(tenant.start(action)).to_be_visible()
    before = page.evaluate("window.scrollY")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("summary", has_text="More actions")).to_be_focused()
    assert page.evaluate("window.scrollY") == before


def test_what_the_delete_dialog_fetches_takes_it(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    tenant = TenantPage(page, NEWCOMER).open()
    form = tenant.start("Delete…")
    expect(form.get_by_label("Type its slug")).to_be_focused()


def test_messages_come_into_the_one_live_region(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    Settings(page, ACME, "recording").open().change({"Recording format": "OGG"}).save()
    region = page.get_by_role("status", name="Messages")
    expect(region).to_have_count(1)
    expect(region).to_have_attribute("aria-live", "polite")
    expect(region).to_contain_text("Saved")
    region.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Enter")
    expect(region.locator(".message")).to_have_count(0)
    _somewhere_near(page, "main")
    page.goto(f"/tenants/{ACME}")
    page.context.grant_permissions(["clipboard-write", "clipboard-read"])
    copy = page.get_by_role("button", name="Copy tenant id")
    copy.press("Enter")
    expect(region).to_contain_text("Copied")
    expect(copy).to_be_focused()


def _somewhere_near(page: Page, selector: str) -> None:
    """What one pressed is gone: the focus is in what it belonged to, not at the head of the page."""
    found = page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
    inside = page.evaluate("(selector) => document.activeElement.closest(selector) !== null", selector)
    assert inside, f"the focus fell to {found}"
