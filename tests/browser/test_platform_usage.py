"""Support looks through what all tenants used: from the sidebar, with scripts and without."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.stage import SUPPORT


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_search_narrows_table_sums_and_download(open_browser: OpenBrowser, scripts: bool) -> None:
    page = open_browser(SUPPORT, java_script_enabled=scripts)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Usage").click()
    names, box = page.locator("#usage-table tbody th a"), page.get_by_role("searchbox", name="Search tenants")
    page.get_by_role("columnheader", name="Tenant").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort=name"))
    box.fill("Acme Telephony")
    if not scripts:
        box.press("Enter")
    expect(names).to_have_text(["Acme Telephony"])
    expect(page).to_have_url(re.compile("q=Acme"))
    if scripts:
        expect(box).to_be_focused()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    with Path(download.value.path()).open(newline="") as file:
        assert [row["slug"] for row in csv.DictReader(file)] == ["acme-telephony"]
    page.get_by_role("link", name="Will exceed this month").click()
    expect(page.locator("#usage-table .empty")).to_contain_text("No tenant matches")
    expect(box).to_have_value("Acme Telephony exceeding:yes")
    page.get_by_role("link", name="All tenants").click()
    names.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Usage · Acme Telephony")
