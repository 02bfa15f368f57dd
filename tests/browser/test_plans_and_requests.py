"""An owner asks for more and is given it; an administrator edits a plan, where no script runs."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Api, Settings, SignUp
from tests.browser.stage import ADMIN
from tests.client import PASSPHRASE


def test_what_an_owner_asks_for_is_granted_and_read(open_browser: OpenBrowser) -> None:
    owner = open_browser()
    SignUp(owner).send("asta.auk", PASSPHRASE, "Auk Lines")
    limits = Settings(owner, "auk-lines", "limits").open()
    limits.fill({"Users": "80"}).send()
    expect(limits.row("Users").locator(".field-error")).to_contain_text("80 is too many")
    owner.get_by_role("link", name="Ask for 80 users").click()
    expect(owner.get_by_label("How many")).to_have_value("80")
    owner.get_by_label("Why").fill("The night shift joins")
    owner.get_by_role("button", name="Ask for it").click()
    expect(owner.locator(".asked")).to_contain_text("Waits for an answer")

    admin = open_browser(ADMIN)
    admin.goto("/requests")
    row = admin.locator("tbody tr", has_text="Auk Lines")
    expect(row).to_contain_text("The night shift joins")
    row.get_by_role("button", name="Grant").click()
    expect(admin.locator("#messages .message")).to_contain_text("Granted: Auk Lines has Users: 80.")

    limits.open()
    expect(owner.locator(".asked")).to_contain_text("Granted")
    expect(limits.field("Users")).to_have_value("80")
    expect(limits.row("Users")).to_contain_text("because: The night shift joins")


def test_a_plan_is_edited_after_saying_what_changes(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN, java_script_enabled=False)
    page.goto("/plans/new?like=pro")
    page.get_by_label("Key", exact=True).fill("teal")
    page.get_by_label("Label").fill("Teal")
    page.get_by_role("button", name="Add plan").click()
    api = Api(page, ADMIN)
    tenant = api.make(name="Teal Talk", billing_plan="teal")["id"]
    page.get_by_role("row", name="Teal").get_by_role("link", name="Teal", exact=True).click()
    included, show = page.get_by_label("Users, included"), page.get_by_role("button", name="Show what changes")
    included.fill("60")
    show.click()
    expect(page.locator("[data-errors]")).to_contain_text("Users: the ceiling is 60, what is included, or more.")
    expect(included).to_have_value("60")
    included.fill("30")
    show.click()
    expect(page.get_by_role("main")).to_contain_text("it changes at once for 1 tenant")
    page.get_by_role("button", name="Back to the form").click()
    expect(included).to_have_value("30")
    assert api.tenant(tenant)["max_users"] == 25
    show.click()
    page.get_by_role("button", name="Save for 1 tenant").click()
    expect(page.locator("#messages .message")).to_contain_text("The Teal plan is saved.")
    assert api.tenant(tenant)["max_users"] == 30
