"""Nothing is cut off: on a phone, with everything twice as large, with wide letters, with strange names."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from portal.demo.names import UNUSUAL
from tests.browser.conftest import DESK, PHONE, OpenBrowser
from tests.browser.everywhere import PLACES, Place
from tests.browser.pages import TenantsTable
from tests.browser.stage import ADMIN

TWICE_AS_LARGE = {"width": DESK["width"] // 2, "height": DESK["height"] // 2}
"""What a window has left at a zoom of 200 %."""

SMALL = {"width": 320, "height": 640}
"""A window of 1,280 pixels at 400 %, as WCAG's reflow has it."""

STICKING_OUT = """() => [...document.querySelectorAll("main *")].filter((element) => {
  const box = element.getBoundingClientRect();
  const cut = ".table-wrap, .tabs, .crumbs, .filters, .section-nav, .unseen, svg";
  return box.right > innerWidth + 1 && element.checkVisibility() && !element.closest(cut);
}).map((element) => element.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_page_scrolls_sideways(open_browser: OpenBrowser, place: Place) -> None:
    page = open_browser(place.who)
    place.go(page)
    for size in (PHONE, SMALL, TWICE_AS_LARGE, DESK):
        page.set_viewport_size(size)
        _fits(page, size["width"])


def _fits(page: Page, width: int) -> None:
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate(STICKING_OUT) == []


@pytest.mark.parametrize("font", ["Liberation Sans", "DejaVu Sans"])
def test_the_table_shows_all_its_columns_at_1440(open_browser: OpenBrowser, font: str) -> None:
    page = open_browser(ADMIN)
    TenantsTable(page).open("?sort=-calls")
    page.evaluate("(font) => document.documentElement.style.setProperty('--sans', font)", font)
    wrap = page.locator("#tenant-table .table-wrap")
    assert wrap.evaluate("(wrap) => wrap.scrollWidth - wrap.clientWidth") <= 0
    expect(page.get_by_role("columnheader", name="Created")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("name", [name for _, name in UNUSUAL], ids=[f"number-{number}" for number, _ in UNUSUAL])
def test_a_strange_name_stands_as_it_is(open_browser: OpenBrowser, name: str) -> None:
    page = open_browser(ADMIN)
    TenantsTable(page).open("?" + urlencode({"q": name[:100], "limit": 200}))
    row = page.locator("#tenant-table tbody tr").filter(has=page.get_by_role("link", name=name, exact=True))
    expect(row).to_have_count(1)
    assert row.bounding_box()["height"] <= 44
    link = row.get_by_role("link")
    assert link.evaluate("(link) => link.querySelectorAll('*:not(bdi)').length") == 0
    link.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(name)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        _fits(page, size["width"])


def test_who_asks_for_less_motion_gets_none(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN, reduced_motion="reduce")
    TenantsTable(page).open().menu("Plan").locator("summary").click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    longest = page.evaluate("""() => Math.max(0, ...document.getAnimations({ subtree: true })
      .map((animation) => animation.effect.getComputedTiming().activeDuration))""")
    assert longest <= 1
    assert page.locator(".button").first.evaluate("(button) => getComputedStyle(button).transitionDuration") == "0s"
