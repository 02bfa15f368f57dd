"""Every section of the settings, changed by an admin: the API and the activity say the same afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Activity, Api, Settings, TenantPage
from tests.browser.stage import ADMIN

SECTIONS: dict[str, tuple[dict[str, str | bool], dict[str, Any], tuple[str, ...]]] = {
    "general": (
        {"Name": "Heron & Sons", "Billing e-mail": "bills@heron.example", "Metadata": '{"region": "eu"}'},
        {"name": "Heron & Sons", "billing_email": "bills@heron.example", "meta_data": {"region": "eu"}},
        (
            "name from Heron → to Heron & Sons",
            "billing e-mail from nothing → to bills@heron.example",
            "metadata: region from nothing → to eu",
        ),
    ),
    "limits": (
        {"Concurrent calls": "900", "Reason for going beyond the ceiling": "Agreed by contract"},
        {"max_concurrent_calls": 900},
        (
            "concurrent calls from the plan's → to 900",
            "reason: Agreed by contract",
        ),
    ),
    "features": (
        {"Analytics": False},
        {"analytics_enabled": False},
        ("analytics from on → to off",),
    ),
    "sip": (
        {"SIP": True, "SIP domain": "sip.heron.example", "SIP user name": "heron", "SIP password": "hush hush hush"},
        {"sip_enabled": True, "sip_domain": "sip.heron.example", "sip_password_set": True},
        ("SIP from off → to on", "SIP password changed; what it is stays secret"),
    ),
    "recording": (
        {"Recording format": "WAV", "Days of retention": "30"},
        {"recording_format": "wav", "retention_days": 30},
        ("recording format from mp4 → to wav", "days of retention from 90 → to 30"),
    ),
    "compliance": (
        {"Encryption": False},
        {"data_encryption_enabled": False},
        ("encryption from on → to off",),
    ),
    "webhooks": (
        {"Webhook address": "https://hooks.heron.example/in", "Time-out": "5"},
        {"webhook_url": "https://hooks.heron.example/in", "webhook_timeout_seconds": 5, "webhook_secret_set": True},
        ("webhook secret changed; what it is stays secret", "webhook time-out in seconds from 20 → to 5"),
    ),
}
"""What is typed in each, what the API says of it then, and what the activity says was before and is after."""


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_admin_changes_each_section_and_sees_it_everywhere(open_browser: OpenBrowser, scripts: bool) -> None:
    page = open_browser(ADMIN, java_script_enabled=scripts)
    api = Api(page, ADMIN)
    tenant = api.make(name="Heron")
    for section, (typed, said, activity) in SECTIONS.items():
        settings = Settings(page, tenant["slug"], section).open().change(typed)
        settings.send()
        if section == "webhooks":
            expect(page.locator(".shown-once code")).to_have_text(re.compile("^whsec_"))
        else:
            expect(page.locator("#messages .message")).to_contain_text("Saved")
        now = api.tenant(tenant["id"])
        assert {name: now[name] for name in said} == said
        told = Activity(page, tenant["slug"]).open().details(0)
        for words in activity:
            assert words.lower() in told.lower()
        assert "hush" not in page.content()
        assert "whsec_" not in page.content()
    _change_the_plan(TenantPage(page, tenant["slug"]))
    assert api.tenant(tenant["id"])["billing_plan"] == "business"
    assert "plan from starter → to business" in Activity(page, tenant["slug"]).open().details(0)


def _change_the_plan(tenant: TenantPage) -> None:
    page = tenant.page
    page.goto(f"{tenant.address}/settings/plan")
    page.get_by_role("link", name="Choose Business").click()
    expect(tenant.heading).to_contain_text("Change plan to Business?")
    preview = page.locator("#plan-form")
    expect(preview).to_contain_text(re.compile(r"Plan\s*from Starter"))
    expect(preview).to_contain_text("Concurrent calls: 900, an override")
    page.get_by_role("button", name="Change plan to Business").click()
    tenant.told("The plan is Business now.")
    expect(page.locator(".plan-current")).to_contain_text("Business")


def test_a_sub_organization_is_made_from_its_parents_page(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    parent = TenantPage(page, Api(page, ADMIN).make(name="Egret Group")["slug"]).open()
    page.get_by_role("link", name="New sub-organization").last.click()
    expect(parent.heading).to_have_text("New sub-organization of Egret Group")
    page.get_by_label("Name", exact=True).fill("Egret North")
    page.get_by_role("button", name="Create tenant").click()
    parent.told("Egret North is created.")
    crumbs = page.get_by_role("navigation", name="Breadcrumb")
    crumbs.get_by_role("link", name="Egret Group").click()
    expect(parent.heading).to_have_text("Egret Group")
    page.locator("section", has_text="Sub-organizations").get_by_role("link", name="Egret North").click()
    expect(parent.heading).to_have_text("Egret North")
