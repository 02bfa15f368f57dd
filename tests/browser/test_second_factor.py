"""Second factors as people meet them: a passkey, an app without scripts, and a tenant that asks for one."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import SecondFactor, SignIn, SignUp
from tests.browser.server import Portal
from tests.browser.stage import CLINIC, CLINIC_NEWCOMER
from tests.client import PASSPHRASE

PHONE_LIKE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def give_device(page: Page) -> None:
    """Let this browser have a device that keeps passkeys and makes sure of its person."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE_LIKE})


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_passkey_is_the_second_step_lets_in_by_itself_and_is_taken_away(open_browser: OpenBrowser) -> None:
    page = open_browser()
    give_device(page)
    SignUp(page).send("petra.passkey", PASSPHRASE, "Petra & Keys")
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_label("Name", exact=True).fill("Petra’s laptop")
    page.get_by_role("button", name="Make a passkey").click()
    assert len(SecondFactor(page).codes()) == 10
    page.get_by_role("link", name="I have stored them").click()
    expect(page.locator("#second-factor")).to_contain_text("Petra’s laptop")

    sign_out(page)
    SignIn(page).send("petra.passkey", PASSPHRASE)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Petra & Keys")

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Petra & Keys")

    page.goto("/account")
    page.get_by_role("link", name="Remove the passkey").click()
    expect(page.locator(".banner")).to_contain_text("your last second factor")
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.locator("#messages")).to_contain_text("The passkey is removed")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("not known here")


def test_an_app_is_set_up_and_used_without_javascript(open_browser: OpenBrowser) -> None:
    page = open_browser(java_script_enabled=False)
    SignUp(page).send("anna.app", PASSPHRASE, "Anna & Apps")
    app = SecondFactor(page).open().set_up_app()
    codes = SecondFactor(page).codes()
    expect(page.get_by_role("button", name="Copy all")).to_be_hidden()
    page.get_by_role("link", name="I have stored them").click()

    sign_out(page)
    SignIn(page).send("anna.app", PASSPHRASE)
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    ahead = app.at(time.time() + 30)  # the code of just now is spent; a clock may be half a minute ahead
    page.get_by_label("Code").fill(ahead)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Anna & Apps")

    sign_out(page)
    SignIn(page).send("anna.app", PASSPHRASE)
    page.get_by_label("Code").fill(ahead)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("used already")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Anna & Apps")
    page.goto("/account")
    expect(page.locator("#second-factor")).to_contain_text("9 codes are left")


def test_a_member_of_a_tenant_with_hipaa_meets_its_three_rules(open_browser: OpenBrowser, portal: Portal) -> None:
    """A second factor before anything else, encryption that stays on, and a session that ends unused."""
    page = open_browser()
    SignIn(page).open().sign_in(CLINIC_NEWCOMER, PASSPHRASE)
    page.goto(f"/tenants/{CLINIC}/usage")
    expect(page).to_have_url(re.compile("/account/second-factor"))
    expect(page.locator(".banner")).to_contain_text("Harbour Clinic has HIPAA on")
    given = {"username": CLINIC_NEWCOMER, "password": PASSPHRASE}
    token = page.request.post("/api/v1/auth/token", data=given).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    refused = page.request.get("/api/v1/auth/me", headers=bearer)
    assert (refused.status, refused.json()["type"]) == (403, "/problems/second-factor-setup-required")

    SecondFactor(page).set_up_app()
    SecondFactor(page).codes()
    page.goto(f"/tenants/{CLINIC}/usage")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Harbour Clinic")
    assert page.request.get("/api/v1/auth/me", headers=bearer).status == 401, "it began by the password alone"
    missing = page.request.post("/api/v1/auth/token", data=given)
    assert missing.json()["type"] == "/problems/second-factor-required"

    page.goto(f"/tenants/{CLINIC}/settings/compliance")
    expect(page.get_by_role("main")).to_contain_text("Encryption of recordings and files cannot be switched off")

    portal.let_time_pass_for(CLINIC_NEWCOMER, minutes=16)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
