"""Stopping a tenant, letting it go on, and deleting it: with dialogs, and on pages where no script runs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.tenants.forms import SECTION_WORDS
from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Api, SignUp, TenantPage
from tests.browser.server import Portal
from tests.browser.stage import ACME, ADMIN, OWNER
from tests.client import PASSPHRASE

OF_A_TENANT = ("", "/activity", "/delete", *(f"/settings/{section}" for section in SECTION_WORDS))
"""Every page of a tenant."""

with_and_without = pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])


@with_and_without
def test_a_tenant_is_suspended_and_everybody_sees_why(open_browser: OpenBrowser, scripts: bool) -> None:
    page, owner = open_browser(ADMIN, java_script_enabled=scripts), open_browser(OWNER, java_script_enabled=scripts)
    acme = TenantPage(page, ACME).open()
    form = acme.start("Suspend…")
    expect(form).to_contain_text("What happens")
    form.get_by_role("button", name="Suspend Acme Telephony").click()
    expect(acme.form.locator(".field-error")).to_contain_text("Reason is needed")
    acme.form.get_by_label("Reason").fill("Invoice 7 is unpaid")
    for service in ("Agents", "SIP", "Recordings", "Analytics"):
        acme.form.get_by_label(service, exact=True).uncheck()
    acme.form.get_by_label("Ends by itself").fill("2031-01-31T09:00")
    acme.form.get_by_role("button", name="Suspend Acme Telephony").click()
    acme.told("Acme Telephony is suspended.")
    for path in OF_A_TENANT if scripts else OF_A_TENANT[:2]:
        owner.goto(acme.address + path)
        banner = TenantPage(owner, ACME).banner
        expect(banner).to_contain_text("“Invoice 7 is unpaid”")
        expect(banner).to_contain_text("until 31 Jan 2031. It stops calls. Only a platform administrator can lift it.")
        expect(owner.get_by_role("link", name="Lift the suspension")).to_have_count(0)
    acme.banner.get_by_role("link", name="Lift the suspension").click()
    acme.form.get_by_role("button", name="Lift the suspension").click()
    acme.told("The suspension of Acme Telephony is lifted.")
    expect(page.locator("main > .banner")).to_have_count(0)


@with_and_without
def test_deactivating_is_undone_and_restored(open_browser: OpenBrowser, scripts: bool) -> None:
    page = open_browser(ADMIN, java_script_enabled=scripts)
    tenant = TenantPage(page, Api(page, ADMIN).make(name="Plover & Co")["slug"]).open()
    tenant.start("Deactivate…").get_by_role("button", name="Deactivate Plover & Co").click()
    tenant.told("Plover & Co is inactive.")
    expect(tenant.banner).to_contain_text("Inactive.")
    tenant.messages.get_by_role("button", name="Undo").click()
    tenant.told("Plover & Co is restored.")
    expect(page.locator("main > .banner")).to_have_count(0)
    tenant.messages.get_by_role("button", name="Undo").click()
    tenant.told("Plover & Co is inactive.")
    tenant.banner.get_by_role("link", name="Restore").click()
    tenant.form.get_by_role("button", name="Restore Plover & Co").click()
    tenant.told("Plover & Co is restored.")


@with_and_without
@pytest.mark.parametrize("from_the_page", [True, False], ids=["from its own page", "from the menu"])
def test_a_tenant_is_deleted_by_its_slug_alone(open_browser: OpenBrowser, scripts: bool, from_the_page: bool) -> None:
    page = open_browser(ADMIN, java_script_enabled=scripts)
    slug = Api(page, ADMIN).make(name="Dodo Corp", slug=f"dodo-{scripts}-{from_the_page}".lower())["slug"]
    tenant = TenantPage(page, slug).open()
    if from_the_page:
        page.goto(f"{tenant.address}/delete")
    else:
        tenant.start("Delete…")
    expect(page.locator("#delete-form:visible")).to_contain_text("What goes, for good")
    _prove(tenant)
    box = tenant.form.get_by_label(f"Type its slug, {slug}")
    delete = tenant.form.get_by_role("button", name="Delete Dodo Corp for good")
    for wrong in (slug.replace("o", "\u043e"), slug.upper()):
        box.fill(wrong)
        if scripts:
            expect(delete).to_be_disabled()
            box.press("Enter")
        else:
            delete.click()
            expect(page.locator("#confirm-field .field-error")).to_be_visible()
            _prove(tenant)
        expect(box).to_have_value(wrong)
    box.fill(slug)
    delete.click()
    expect(page).to_have_url(re.compile("/tenants$"))
    tenant.told("Dodo Corp is deleted, with everything it owned.")
    assert page.goto(tenant.address).status == 404


def _prove(tenant: TenantPage) -> None:
    """Type the password, where the run of the tests has taken more than five minutes since signing in."""
    asked = tenant.form.get_by_label("Your password")
    if asked.count():
        asked.fill(PASSPHRASE)


def test_who_signed_in_long_ago_is_asked_for_the_password(open_browser: OpenBrowser, portal: Portal) -> None:
    page = open_browser()
    SignUp(page).send("dora.dodo", PASSPHRASE, "Dodo Voices")
    portal.let_time_pass_for("dora.dodo")
    tenant = TenantPage(page, "dodo-voices").open()
    form = tenant.start("Delete…")
    form.get_by_label("Type its slug").fill("dodo-voices")
    form.get_by_label("Your password").fill("not the password of Dora")
    form.get_by_role("button", name="Delete Dodo Voices for good").click()
    expect(page.locator("#password-field .field-error")).to_contain_text(
        "This is not your password. Nothing was deleted."
    )
    expect(tenant.form.get_by_label("Type its slug")).to_have_value("dodo-voices")
    tenant.form.get_by_label("Your password").fill(PASSPHRASE)
    tenant.form.get_by_role("button", name="Delete Dodo Voices for good").click()
    tenant.told("Dodo Voices is deleted")


def test_all_of_it_by_keyboard_alone(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    Api(page, ADMIN).make(name="Ibis Keyboards", slug="ibis-keyboards")
    page.goto("/tenants")
    page.keyboard.press("/")
    page.keyboard.type("ibis-keyboards")
    expect(page.locator("#tenant-table tbody tr")).to_have_count(1)
    _to(page, page.get_by_role("link", name="Ibis Keyboards")).press("Enter")
    _to(page, page.get_by_role("link", name="Change settings")).press("Enter")
    _to(page, page.get_by_label("External id"))
    page.keyboard.type("cus_8")
    _to(page, page.get_by_role("button", name="Save")).press("Enter")
    tenant = TenantPage(page, "ibis-keyboards")
    tenant.told("Saved")
    tenant.open()
    _through_the_menu(page, "Suspend…")
    expect(page.get_by_role("dialog", name="Suspend Ibis Keyboards?")).to_be_visible()
    _to(page, tenant.form.get_by_label("Reason"))
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    tenant.told("Ibis Keyboards is suspended.")
    _through_the_menu(page, "Delete…")
    _to(page, tenant.form.get_by_label("Type its slug"))
    page.keyboard.type("ibis-keyboards")
    if tenant.form.get_by_label("Your password").count():
        _to(page, tenant.form.get_by_label("Your password"))
        page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    tenant.told("Ibis Keyboards is deleted")


def _through_the_menu(page: Page, action: str) -> None:
    _to(page, page.locator("summary", has_text="More actions")).press("Enter")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
        if action in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")


def _to(page: Page, wanted: Any) -> Any:
    """Go on with Tab until something has the focus; give it."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return wanted
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} is never reached")
