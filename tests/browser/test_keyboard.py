"""Everything by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import TenantsTable
from tests.browser.stage import ACME, ADMIN

REACHABLE = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const chosen = (element) => element.type !== "radio" || element.checked;
  const open = (element) => element.checkVisibility() && getComputedStyle(element).visibility === "visible";
  window.reachable = all.filter((element) => element.tabIndex >= 0 && !element.disabled && chosen(element)
    && open(element) && element.type !== "hidden");
  return window.reachable.length;
}"""

FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const shape = getComputedStyle(element.querySelector(".point-place") ?? element);
  return {
    at: window.reachable.indexOf(element),
    what: element.outerHTML.slice(0, 160),
    seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || shape.strokeWidth === "2px",
    onScreen: element.getBoundingClientRect().bottom > 0 && element.getBoundingClientRect().top < innerHeight,
  };
}"""


@pytest.mark.parametrize(
    "path",
    ["/tenants?limit=3", f"/tenants/{ACME}", f"/tenants/{ACME}/settings/general", "/tenants/new", "/activity?limit=3"],
)
def test_tab_reaches_everything_and_shows_where_it_is(open_browser: OpenBrowser, path: str) -> None:
    page = open_browser(ADMIN)
    page.goto(path)
    page.evaluate("() => { document.activeElement.blur(); }")
    wanted = page.evaluate(REACHABLE)
    assert wanted > 8
    reached = set()
    for _ in range(wanted * 2):  # a control for dates has several stops
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["at"] >= 0:
            assert focused["seen"], focused
            assert focused["onScreen"], focused
            reached.add(focused["at"])
        if len(reached) == wanted:
            return
    missed = [
        page.evaluate("(at) => window.reachable[at].outerHTML.slice(0, 200)", at) for at in set(range(wanted)) - reached
    ]
    pytest.fail("never reached:\n" + "\n".join(missed))


def test_the_first_tab_leads_past_the_frame(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    page.goto("/tenants")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_slash_searches_and_escape_leaves(open_browser: OpenBrowser) -> None:
    table = TenantsTable(open_browser(ADMIN)).open()
    table.page.keyboard.press("/")
    expect(table.box).to_be_focused()
    table.page.keyboard.type("zzqx")
    expect(table.empty).to_be_visible()
    table.page.keyboard.press("Escape")
    expect(table.box).to_have_value("")
    expect(table.empty).to_have_count(0)
    table.page.keyboard.press("Escape")
    expect(table.box).not_to_be_focused()


def test_the_keys_are_told_and_lead_to_places(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    page.goto("/activity")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Go to tenants")
    page.keyboard.press("Escape")
    expect(keys).not_to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("/tenants$"))


def test_arrows_walk_the_rows_and_enter_opens_one(open_browser: OpenBrowser) -> None:
    table = TenantsTable(open_browser(ADMIN)).open()
    page = table.page
    page.keyboard.press("j")
    expect(table.names.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(table.names.nth(1)).to_be_focused()
    name = table.names.nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_menu_opens_walks_and_closes(open_browser: OpenBrowser) -> None:
    table = TenantsTable(open_browser(ADMIN)).open()
    button = table.menu("Status").locator("summary")
    button.focus()
    table.page.keyboard.press("Enter")
    table.page.keyboard.press("ArrowDown")
    expect(table.menu("Status").get_by_role("checkbox").first).to_be_focused()
    table.page.keyboard.press("Space")
    expect(table.page).to_have_url(re.compile("status="))
    expect(table.menu("Status").get_by_role("checkbox").first).to_be_focused()
    table.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    _closed(table.page)


def _closed(page: Page) -> None:
    expect(page.locator("details.menu[open]")).to_have_count(0)
