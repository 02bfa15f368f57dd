"""The portal's own story: an admin finds a tenant, changes it, and everybody sees what was changed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Api, Settings, TenantsTable
from tests.browser.server import Portal
from tests.browser.stage import ADMIN

CHANGES = {
    "Name": "Kingfisher & Daughters",
    "Billing e-mail": "money@kingfisher.example",
    "Technical contact": "calls@kingfisher.example",
}


def test_an_admin_finds_a_tenant_and_changes_it(open_browser: OpenBrowser, portal: Portal) -> None:
    page = open_browser()
    page.goto(portal.first_links["admin"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Tenants").click()
    table = TenantsTable(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    assert table.total() >= 200
    slug = _find_one(page, table)
    expect(page).to_have_title(re.compile(re.escape(page.get_by_role("heading", level=1).inner_text())))

    general = Settings(page, slug, "general")
    page.get_by_role("main").get_by_role("link", name="Change settings").click()
    general.fill(CHANGES).save()
    expect(general.field("Name")).to_have_value("Kingfisher & Daughters")

    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Limits").click()
    Settings(page, slug, "limits").fill({"Concurrent calls": "7"}).save()

    page.get_by_role("main").get_by_role("link", name="Activity", exact=True).click()
    expect(page.locator(".events > li").first).to_contain_text(re.compile(r"concurrent calls.* 7\b"))
    expect(page.locator(".events > li").nth(1)).to_contain_text("Kingfisher & Daughters")
    _api_says_the_same(page)


def _find_one(page: Page, table: TenantsTable) -> str:
    """Search, filter, sort, turn the page, open the first tenant there; give its slug."""
    table.box.press_sequentially("e")
    expect(page).to_have_url(re.compile(r"[?&]q=e(&|$)"))
    expect(table.box).to_be_focused()
    expect(table.tag("e")).to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile(r"[?&]q=e(&|$)"))
    expect(table.tag("e")).to_have_count(0)
    page.go_forward()
    expect(table.tag("e")).to_be_visible()
    table.choose("Status", "Active")
    expect(table.tag("Active")).to_be_visible()
    table.sort("Cost this month")
    expect(page).to_have_url(re.compile(r"sort=-?cost"))
    if "sort=cost" in page.url:
        table.sort("Cost this month")
        expect(page).to_have_url(re.compile(r"sort=-cost"))
    costs = [float(text.strip("$").replace(",", "")) for text in table.column("Cost this month")]
    assert costs == sorted(costs, reverse=True)
    table.go_on()
    expect(page).to_have_url(re.compile("offset=100"))
    assert re.search(r"q=e.*status=active|status=active.*q=e", page.url)
    slug = str(table.names.first.get_attribute("href")).rpartition("/")[2]
    table.names.first.click()
    expect(page).to_have_url(re.compile(rf"/tenants/{slug}$"))
    return slug


def _api_says_the_same(page: Page) -> None:
    slug = page.url.split("/tenants/")[1].split("/")[0]
    tenant = next(tenant for tenant in Api(page, ADMIN).tenants() if tenant["slug"] == slug)
    assert tenant["name"] == "Kingfisher & Daughters"
    assert tenant["billing_email"] == "money@kingfisher.example"
    assert tenant["technical_contact_email"] == "calls@kingfisher.example"
    assert tenant["max_concurrent_calls"] == 7


def test_every_printed_link_signs_somebody_in_once(open_browser: OpenBrowser, portal: Portal) -> None:
    links = portal.links()
    assert list(links) == ["admin", "support", "business"]
    for role, link in links.items():
        page = open_browser()
        page.goto(link)
        expect(page.locator(".person-words")).to_contain_text(role, ignore_case=True)
        again = open_browser()
        assert again.goto(link).status == 410
        again.get_by_role("main").get_by_role("link", name="Sign in").click()
        expect(again.get_by_role("heading", level=1)).to_have_text("Sign in")
