"""The filters' numbers and the search box's terms, in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import TenantsTable
from tests.browser.stage import ADMIN


def test_a_filter_that_opens_says_how_many_each_choice_would_give(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    table = TenantsTable(page).open()
    table.menu("Kind").locator("summary").click()
    trials = page.locator("#kind-trial-count")
    expect(trials).to_have_text(re.compile(r"^\d+$"))
    number = int(trials.inner_text())
    table.choice("Kind", "Trial").check()
    expect(table.count).to_contain_text(f"of {number}")
    expect(table.choice("Kind", "Trial")).to_be_focused()
    table.menu("Plan").locator("summary").click()
    expect(page.locator("#plan-free-count")).to_have_text(re.compile(r"^\d+$"))
    plans = [int(text) for text in page.locator("[id^=plan-][id$=-count]").all_inner_texts()]
    assert sum(plans) == number


def test_a_term_narrows_while_one_types_and_a_wrong_one_is_named(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    table = TenantsTable(page).open()
    table.box.fill("kind:trial hipaa:no")
    expect(table.tag("kind:trial")).to_be_visible()
    expect(table.box).to_be_focused()
    table.box.fill("kind:trial hipaa:perhaps")
    expect(page.locator("#tenant-table .banner")).to_contain_text("hipaa is one of yes, no")
    expect(table.tag("kind:trial")).to_be_visible()
