"""The pages that must look and behave well, each in the states that it can be in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.pages import SecondFactor, Settings, SignIn, SignUp, TenantsTable
from tests.browser.stage import (
    ACME,
    ADMIN,
    BEGINNER,
    CLINIC_VIEWER,
    HOOKED,
    OWNER,
    SUPPORT,
    UNCONFIRMED,
    VIEWER,
    WITH_APP,
)
from tests.client import PASSPHRASE


@dataclass(frozen=True)
class Place:
    """A page in a state: who looks at it, and how one gets there."""

    name: str
    who: str | None
    go: Callable[[Page], object]

    def __str__(self) -> str:
        return self.name


def at(path: str) -> Callable[[Page], object]:
    """Open an address."""
    return lambda page: page.goto(path)


def _wrong_general(page: Page) -> None:
    Settings(page, ACME, "general").open().fill({"Name": "", "Billing e-mail": "nowhere"}).send()
    expect(page.locator("[data-errors]")).to_be_visible()


def _wrong_limits(page: Page) -> None:
    Settings(page, ACME, "limits").open().fill({"Concurrent calls": "1001", "Squads": "0"}).send()
    expect(page.locator("[data-errors]")).to_be_visible()


def _asked_about_limits(page: Page) -> None:
    page.goto("/tenants?status=active&plan=pro&sort=-calls")
    slug = str(page.locator("#tenant-table tbody th a").first.get_attribute("href")).rsplit("/", 1)[-1]
    Settings(page, slug, "limits").open().fill({"Calls a month": "3"}).send()
    expect(page.locator(".asks")).to_be_visible()


def _open_filter(page: Page) -> None:
    TenantsTable(page).open("?status=active&limit=5").menu("Plan").locator("summary").click()


def _open_keys(page: Page) -> None:
    page.goto("/activity?limit=5")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def _open_details(page: Page) -> None:
    page.goto("/activity?limit=10")
    page.locator(".events details summary").first.click()


def _open_sip(page: Page) -> None:
    page.goto(f"/setup/{BEGINNER}/features")
    page.get_by_label("SIP", exact=True).check()
    expect(page.get_by_label("SIP domain")).to_be_visible()


def _open_letter(page: Page) -> None:
    page.goto("/mail")
    while not page.locator("tbody a").count():  # the worker sends what the stage's people are told
        page.wait_for_timeout(200)
        page.reload()
    page.locator("tbody a").first.click()
    expect(page.locator("iframe")).to_be_visible()


def _open_tenant(page: Page) -> None:
    TenantsTable(page).open("?sort=-calls&limit=5").names.first.click()
    expect(page.locator(".chart")).to_be_visible()
    page.locator(".chart-numbers summary").click()


def _open_calls(page: Page) -> None:
    page.goto("/tenants?sort=-calls&limit=1")
    page.locator("tbody th a").click()
    page.get_by_role("main").get_by_role("link", name="Calls", exact=True).click()
    expect(page.locator("tbody tr").first).to_be_visible()


def _open_call(page: Page) -> None:
    _open_calls(page)
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Call ")


def _open_delivery(page: Page) -> None:
    page.goto(f"/tenants/{HOOKED}/deliveries")
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="What is sent")).to_be_visible()


def _second_step(page: Page) -> None:
    SignIn(page).open().send(WITH_APP, PASSPHRASE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_label("Code").fill("no code")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-errors]")).to_be_visible()


def _set_up_factor(page: Page) -> None:
    SignIn(page).open().sign_in(CLINIC_VIEWER, PASSPHRASE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")


def _recovery_codes(page: Page) -> None:
    SignUp(page).send(f"rita.{uuid4().hex[:12]}", PASSPHRASE)
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()
    SecondFactor(page).open().set_up_app()
    assert len(SecondFactor(page).codes()) == 10


def _review_plan(page: Page) -> None:
    page.goto("/plans/business")
    page.get_by_label("Users, included").fill("50")
    page.get_by_label("Users, ceiling").fill("90")
    page.get_by_label("Calls a month, included").fill("100")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


def _open_request(page: Page) -> None:
    page.goto("/requests")
    page.locator("tbody td a").first.click()
    expect(page.get_by_role("heading", name="Decline it")).to_be_visible()


PLACES = (
    Place("sign-in", None, at("/login")),
    Place("sign-up", None, at("/signup")),
    Place("link-gone", None, at("/login/link/used")),
    Place("forgot", None, at("/forgot")),
    Place("second-step-wrong", None, _second_step),
    Place("set-up-factor", None, _set_up_factor),
    Place("recovery-codes", None, _recovery_codes),
    Place("account", ADMIN, at("/account")),
    Place("overview", ADMIN, at("/")),
    Place("tenants", ADMIN, at("/tenants?limit=10")),
    Place("tenants-filter-open", ADMIN, _open_filter),
    Place("tenants-empty", ADMIN, at("/tenants?q=nothing-is-called-this&status=active")),
    Place("tenant", ADMIN, _open_tenant),
    Place("usage", ADMIN, at(f"/tenants/{ACME}/usage")),
    Place("platform-usage", SUPPORT, at("/usage?limit=10")),
    Place("statement", ADMIN, at(f"/tenants/{ACME}/usage/statement")),
    Place("calls", ADMIN, _open_calls),
    Place("calls-wrong", ADMIN, at(f"/tenants/{ACME}/calls?from=soon&shortest=x")),
    Place("call", ADMIN, _open_call),
    Place("find-a-call", ADMIN, at("/calls?id=nothing")),
    Place("deliveries", ADMIN, at(f"/tenants/{HOOKED}/deliveries")),
    Place("delivery", ADMIN, _open_delivery),
    Place("all-deliveries", ADMIN, at("/deliveries")),
    Place("send-failed-again", ADMIN, at(f"/tenants/{HOOKED}/webhook/resend?since=2026-01-01T00:00")),
    Place("webhook-secret", ADMIN, at(f"/tenants/{HOOKED}/webhook/secret")),
    Place("webhook-events", ADMIN, at(f"/tenants/{HOOKED}/webhook/events")),
    Place("webhooks-hooked", ADMIN, at(f"/tenants/{HOOKED}/settings/webhooks")),
    Place("event-types", None, at("/api/docs/events")),
    Place("general", ADMIN, at(f"/tenants/{ACME}/settings/general")),
    Place("general-wrong", ADMIN, _wrong_general),
    Place("general-read-only", VIEWER, at(f"/tenants/{ACME}/settings/general")),
    Place("limits", ADMIN, at(f"/tenants/{ACME}/settings/limits")),
    Place("limits-wrong", ADMIN, _wrong_limits),
    Place("limits-asked-about", ADMIN, _asked_about_limits),
    Place("plan", ADMIN, at(f"/tenants/{ACME}/settings/plan")),
    Place("plan-preview", ADMIN, at(f"/tenants/{ACME}/settings/plan?to=enterprise")),
    Place("features", ADMIN, at(f"/tenants/{ACME}/settings/features")),
    Place("sip", ADMIN, at(f"/tenants/{ACME}/settings/sip")),
    Place("recording", ADMIN, at(f"/tenants/{ACME}/settings/recording")),
    Place("evidence", ADMIN, at(f"/tenants/{ACME}/settings/compliance/evidence")),
    Place("compliance", ADMIN, at(f"/tenants/{ACME}/settings/compliance")),
    Place("suspend", ADMIN, at(f"/tenants/{ACME}/suspend")),
    Place("deactivate", ADMIN, at(f"/tenants/{ACME}/deactivate")),
    Place("delete", ADMIN, at(f"/tenants/{ACME}/delete")),
    Place("new", ADMIN, at("/tenants/new")),
    Place("tenant-activity", ADMIN, at(f"/tenants/{ACME}/activity")),
    Place("activity", ADMIN, _open_details),
    Place("plans", ADMIN, at("/plans")),
    Place("plan-edit", ADMIN, at("/plans/business")),
    Place("plan-review", ADMIN, _review_plan),
    Place("requests", ADMIN, at("/requests")),
    Place("request", ADMIN, _open_request),
    Place("ask-for-more", OWNER, at(f"/tenants/{ACME}/ask/limit?limit=max_users&value=80")),
    Place("jobs", ADMIN, at("/jobs")),
    Place("mail", ADMIN, at("/mail")),
    Place("letter", ADMIN, _open_letter),
    Place("unconfirmed", UNCONFIRMED, at("/tenants")),
    Place("confirm", UNCONFIRMED, at("/confirm")),
    Place("support", SUPPORT, at("/")),
    Place("unfinished", BEGINNER, at("/")),
    Place("setup-organization", BEGINNER, at(f"/setup/{BEGINNER}/organization")),
    Place("setup-plan", BEGINNER, at(f"/setup/{BEGINNER}/plan?calls=800&at_once=none")),
    Place("setup-limits", BEGINNER, at(f"/setup/{BEGINNER}/limits")),
    Place("setup-features", BEGINNER, _open_sip),
    Place("setup-compliance", BEGINNER, at(f"/setup/{BEGINNER}/compliance")),
    Place("setup-webhook", BEGINNER, at(f"/setup/{BEGINNER}/webhook")),
    Place("setup-review", BEGINNER, at(f"/setup/{BEGINNER}/review")),
    Place("keys", ADMIN, _open_keys),
    Place("styleguide", ADMIN, at("/styleguide")),
    Place("not-found", ADMIN, at("/tenants/no-such-tenant")),
)
