"""Pictures of the pages for the documentation, of the same data at the same moment each time:
`python -m tests.screenshots`. Prints how much each page weighs."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response, StorageState, sync_playwright

from tests.browser.server import ROOT, Portal
from tests.chromium import launch_options
from tests.client import PASSPHRASE
from tests.small_png import smaller

FOLDER = ROOT / "docs" / "screenshots"
MOMENT = datetime(2026, 9, 17, 10, 24, tzinfo=UTC)
"""A working day, far enough into its month for the figures to say something."""

LARGEST = 150 * 1024
"""Bytes that a picture may have: they are kept in the repository."""

STEPS = ("organization", "limits", "features", "compliance", "webhook", "review")
"""Steps of the set-up that have a picture, besides the plan's."""

BEGINNERS = itertools.count(1)
"""Each picture of the set-up is of somebody who has just signed up."""

WHOLE = {"styleguide": 2}
"""Pages that are taken whole, however long they are, and how many times smaller they are kept."""

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}


def main() -> None:
    """Take every picture in every look."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder)) as portal, sync_playwright() as driver:
        browser = driver.chromium.launch(**launch_options())
        signed_in = _signed_in(browser, portal)
        tenant, suspended = (
            _first_tenant(browser, portal, signed_in, query)
            for query in ("sort=-cost&status=active", "status=suspended")
        )
        pages = _pages(tenant, suspended)
        for look, options in LOOKS.items():
            for name, (known, go) in pages.items():
                file = FOLDER / f"{name}-{look}.png"
                _take(browser, portal, signed_in if known else None, options, go, file, WHOLE.get(name))
        _weigh(browser, portal, signed_in, tenant)
        browser.close()


@contextmanager
def _running(folder: Path) -> Any:
    portal = Portal(folder, at=MOMENT)
    try:
        yield portal
    finally:
        portal.stop()


def _pages(tenant: str, suspended: str) -> dict[str, tuple[bool, Callable[[Page], object]]]:
    """Each picture: whether one is signed in for it, and how one gets there."""
    return {
        "overview": (True, lambda page: page.goto("/")),
        "tenants": (True, lambda page: page.goto("/tenants?sort=-calls&plan=starter&plan=pro")),
        "empty": (True, lambda page: page.goto("/tenants?q=kestrel&status=suspended&plan=free")),
        "tenant": (True, lambda page: page.goto(tenant)),
        "usage": (True, lambda page: page.goto(f"{tenant}/usage")),
        "platform-usage": (True, lambda page: page.goto("/usage")),
        "calls": (True, lambda page: page.goto(f"{tenant}/calls")),
        "deliveries": (True, lambda page: page.goto("/deliveries")),
        "jobs": (True, lambda page: page.goto("/jobs")),
        "events": (True, lambda page: page.goto("/api/docs/events")),
        "settings-general": (True, lambda page: page.goto(f"{tenant}/settings/general")),
        "tenant-suspended": (True, lambda page: page.goto(suspended)),
        "settings-plan": (True, lambda page: page.goto(f"{tenant}/settings/plan")),
        "settings-plan-preview": (True, lambda page: page.goto(f"{tenant}/settings/plan?to=starter")),
        "settings-limits": (True, lambda page: page.goto(f"{tenant}/settings/limits")),
        "settings-limits-wrong": (True, lambda page: _too_many(page, tenant)),
        "settings-compliance": (True, lambda page: page.goto(f"{tenant}/settings/compliance")),
        "settings-webhooks": (True, lambda page: page.goto(f"{tenant}/settings/webhooks")),
        "setting-up": (False, lambda page: _beginner(page, "/")),
        "setup-plan": (False, lambda page: _beginner(page, "/setup/{slug}/plan?calls=800&at_once=8")),
        **{f"setup-{step}": (False, partial(_beginner, path=f"/setup/{{slug}}/{step}")) for step in STEPS},
        "evidence": (True, lambda page: page.goto(f"{tenant}/settings/compliance/evidence")),
        "suspend": (True, lambda page: _suspend_dialog(page, tenant)),
        "delete": (True, lambda page: page.goto(f"{suspended}/delete")),
        "new-tenant": (True, lambda page: page.goto("/tenants/new")),
        "plans": (True, lambda page: page.goto("/plans")),
        "plan-review": (True, _review_plan),
        "requests": (True, lambda page: page.goto("/requests")),
        "webhook-off": (True, lambda page: _webhook(page, "off")),
        "webhook-paused": (True, lambda page: _webhook(page, "paused")),
        "account": (True, lambda page: page.goto("/account")),
        "second-factor": (True, lambda page: page.goto("/account/second-factor")),
        "forgot": (False, lambda page: page.goto("/forgot")),
        "activity": (True, lambda page: page.goto("/activity")),
        "sign-in": (False, lambda page: page.goto("/login")),
        "sign-up": (False, lambda page: page.goto("/signup")),
        "styleguide": (False, lambda page: page.goto("/styleguide")),
    }


def _review_plan(page: Page) -> None:
    page.goto("/plans/business")
    page.get_by_label("Users, included").fill("50")
    page.get_by_label("Users, ceiling").fill("90")
    page.get_by_label("Calls a month, included").fill("5000")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_text("Nothing is saved yet.").wait_for()


def _webhook(page: Page, state: str) -> None:
    """Show the deliveries of a tenant whose webhook stands so."""
    page.goto(f"/tenants?q=webhook_state:{state}&limit=1")
    page.goto(f"{page.locator('#tenant-table tbody th a').get_attribute('href')}/deliveries")


def _beginner(page: Page, path: str) -> None:
    """Sign up as somebody new, and go somewhere in the set-up."""
    name = f"nina-{next(BEGINNERS)}"
    page.goto("/signup")
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail address").fill(f"{name}@nordlicht.example")
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.get_by_label("Organization", exact=True).fill("Nordlicht Reisen")
    page.get_by_role("button", name="Make the account").click()
    link = page.get_by_role("link", name="Go on: organization").get_attribute("href") or ""
    page.goto(path.format(slug=link.split("/")[2]))


def _too_many(page: Page, tenant: str) -> None:
    page.goto(f"{tenant}/settings/limits")
    page.get_by_label("Concurrent calls", exact=True).fill("1200")
    page.locator("[data-save-bar] .button-primary").click()
    page.locator("[data-errors]").wait_for()
    page.evaluate("scrollTo(0, 0)")


def _suspend_dialog(page: Page, tenant: str) -> None:
    page.goto(tenant)
    page.get_by_text("More actions").click()
    page.get_by_role("link", name="Suspend…").click()
    page.get_by_role("dialog").wait_for()


def _signed_in(browser: Browser, portal: Portal) -> StorageState:
    context = browser.new_context()
    context.new_page().goto(portal.first_links["admin"])
    state = context.storage_state()
    context.close()
    return state


def _first_tenant(browser: Browser, portal: Portal, state: StorageState, query: str) -> str:
    """The address of the first tenant with what is asked for: of the dearest, say, which has much going on."""
    context = browser.new_context(base_url=portal.base_url, storage_state=state)
    page = context.new_page()
    page.goto(f"/tenants?{query}")
    address = page.locator("#tenant-table tbody th a").first.get_attribute("href")
    context.close()
    assert address
    return address


def _take(
    browser: Browser, portal: Portal, state: StorageState | None, options: dict[str, Any],
    go: Callable[[Page], object], file: Path, whole: int | None = None,
) -> None:  # fmt: skip
    """`whole` is how many times smaller a picture of the whole page is kept; without it the window is taken."""
    context = browser.new_context(base_url=portal.base_url, storage_state=state, reduced_motion="reduce", **options)
    page = context.new_page()
    go(page)
    picture = page.screenshot(caret="hide", animations="disabled", full_page=whole is not None)
    file.write_bytes(smaller(picture, whole or 1))
    context.close()
    size = file.stat().st_size
    assert size <= LARGEST * (2 if whole else 1), f"{file.name} has {size:,} bytes"


def _weigh(browser: Browser, portal: Portal, state: StorageState, tenant: str) -> None:
    """Print what a first visit transfers, in bytes as served."""
    print(f"{'page':<18} {'HTML':>8} {'CSS':>8} {'JS':>8} {'other':>8} {'requests':>9}")
    for name, path in {
        "sign-in": "/login", "tenants (100)": "/tenants", "tenant": tenant,
        "settings-limits": f"{tenant}/settings/limits", "activity": "/activity",
    }.items():  # fmt: skip
        context = browser.new_context(base_url=portal.base_url, storage_state=None if name == "sign-in" else state)
        page = context.new_page()
        answers: list[Response] = []
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        page.goto(path, wait_until="networkidle")
        sums = dict.fromkeys(("html", "css", "javascript", "other"), 0)
        for answer in answers:
            kind = next((kind for kind in sums if kind in answer.headers.get("content-type", "")), "other")
            sums[kind] += answer.request.sizes()["responseBodySize"]
        print(f"{name:<18}", *(f"{bytes:>8,}" for bytes in sums.values()), f"{len(answers):>9}")
        context.close()


if __name__ == "__main__":
    main()
