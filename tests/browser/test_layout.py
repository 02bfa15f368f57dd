"""Nothing is cut off: on a phone, with everything twice as large, with wide letters, with strange names."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.demo.names import UNUSUAL
from tests.browser.conftest import DESK, PHONE, OpenBrowser
from tests.browser.fitting import fits
from tests.browser.pages import TenantsTable
from tests.browser.stage import ADMIN


@pytest.mark.parametrize("font", ["Liberation Sans", "DejaVu Sans"])
def test_the_table_shows_all_its_columns_at_1440(open_browser: OpenBrowser, font: str) -> None:
    page = open_browser(ADMIN)
    TenantsTable(page).open("?sort=-calls")
    page.evaluate("(font) => document.documentElement.style.setProperty('--sans', font)", font)
    wrap = page.locator("#tenant-table .table-wrap")
    assert wrap.evaluate("(wrap) => wrap.scrollWidth - wrap.clientWidth") <= 0
    expect(page.get_by_role("columnheader", name="Created")).to_be_in_viewport(ratio=1)


def test_strange_names_stand_as_they_are(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    TenantsTable(page).open("?limit=200&sort=created")
    addresses = {}
    for name in (name for _, name in UNUSUAL):
        row = page.locator("#tenant-table tbody tr").filter(has=page.get_by_role("link", name=name, exact=True))
        assert row.bounding_box()["height"] <= 44, name
        link = row.get_by_role("link", name=name, exact=True)
        assert link.evaluate("(link) => link.querySelectorAll('*:not(bdi)').length") == 0, name
        addresses[name] = link.get_attribute("href")
    for name, address in list(addresses.items())[::3]:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            fits(page, size["width"])


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
