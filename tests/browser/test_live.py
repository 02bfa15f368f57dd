"""Figures that keep up while somebody reads, and limits that say what they would have refused while one types."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Settings, TenantPage, TenantsTable
from tests.browser.stage import ADMIN, CONTESTED
from tests.client import PASSPHRASE

HIDE = "(hidden) => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });\
 document.dispatchEvent(new Event('visibilitychange')); }"
"""A tab that goes behind another, and comes back."""


class Caller:
    """The platform, calling for one tenant."""

    def __init__(self, page: Page, tenant_id: str) -> None:
        given = {"username": ADMIN, "password": PASSPHRASE}
        token = page.request.post("/api/v1/auth/token", data=given).json()["access_token"]
        self._send, self._bearer = page.request.fetch, {"Authorization": f"Bearer {token}"}
        self._calls = f"/api/v1/tenants/{tenant_id}/calls"

    def start(self, call_id: str) -> None:
        """Begin a call."""
        self._ask("POST", self._calls, {"call_id": call_id})

    def end(self, call_id: str) -> None:
        """End it."""
        self._ask("PATCH", f"{self._calls}/{call_id}", {"status": "completed"})

    def _ask(self, method: str, path: str, data: dict[str, Any]) -> None:
        answer = self._send(path, method=method, data=data, headers=self._bearer)
        assert answer.ok, answer.text()


def scrolled(page: Page) -> float:
    return float(page.evaluate("document.scrollingElement.scrollTop + document.getElementById('main').scrollTop"))


def test_figures_keep_up_while_somebody_reads(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN, viewport={"width": 1200, "height": 500})
    page.clock.install()
    TenantPage(page, CONTESTED).open()
    caller = Caller(page, page.locator("code", has_text=re.compile("^[0-9a-f-]{36}$")).first.inner_text())
    calls_now = page.locator(".figure", has_text="Calls now").locator(".figure-value")
    expect(calls_now).to_have_text(re.compile("^0 of"))
    link = page.get_by_role("link", name="All activity")
    link.focus()
    at = scrolled(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/live") else None)

    caller.start("live-1")
    with page.expect_request("**/live") as request:
        page.clock.run_for(15_000)
    assert request.value.headers["portal-background"] == "yes"
    expect(calls_now).to_have_text(re.compile("^1 of"))
    expect(page.locator("#tenant-meters")).to_contain_text("1 of")
    expect(link).to_be_focused()
    assert scrolled(page) == at

    page.evaluate(HIDE, True)
    caller.start("live-2")
    page.clock.run_for(120_000)
    assert len(asked) == 1
    page.evaluate(HIDE, False)
    expect(calls_now).to_have_text(re.compile("^2 of"))

    TenantsTable(page).open()
    running = page.locator(f"#tenant-{CONTESTED} [data-live]").nth(1)
    name = page.locator(f"#tenant-{CONTESTED} th a")
    name.focus()
    at = scrolled(page)
    expect(running).to_have_text(re.compile("^2 of"))
    caller.end("live-1")
    page.clock.run_for(15_000)
    expect(running).to_have_text(re.compile("^1 of"))
    expect(name).to_be_focused()
    assert scrolled(page) == at
    caller.end("live-2")


def test_the_chart_and_its_numbers_keep_up_and_stay_as_the_reader_has_them(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN, viewport={"width": 1200, "height": 500})
    page.clock.install()
    TenantPage(page, CONTESTED).open()
    caller = Caller(page, page.locator("code", has_text=re.compile("^[0-9a-f-]{36}$")).first.inner_text())
    page.goto(f"/tenants/{CONTESTED}/usage")
    numbers = page.get_by_text("Show the numbers")
    numbers.click()
    today = page.locator(".chart-numbers tbody tr").last.locator("td").first
    point = page.locator("#month-days .point").last
    before = int(today.inner_text())
    numbers.focus()
    at = scrolled(page)

    caller.start("drawn-1")
    with page.expect_response("**/live?figure=calls"):
        page.clock.run_for(15_000)
    expect(today).to_have_text(str(before + 1))
    expect(point).to_have_attribute("aria-label", re.compile(rf": {before + 1} calls"))
    expect(page.locator("#month-figures")).to_contain_text("1 now")
    expect(numbers).to_be_focused()
    assert page.locator(".chart-numbers").get_attribute("open") is not None
    assert scrolled(page) == at
    caller.end("drawn-1")


def test_a_session_that_ends_leads_nobody_away(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    page.clock.install()
    TenantPage(page, CONTESTED).open().start("Suspend")
    expect(page.locator(".live")).to_have_text("Live")
    reason = page.locator("dialog[open]").get_by_label("Reason")
    reason.fill("half a sen")
    page.context.clear_cookies()
    page.clock.run_for(15_000)
    expect(page.locator(".live")).to_contain_text("Paused, figures of")
    expect(page.locator("#messages .message")).to_contain_text("You are signed out")
    expect(reason).to_have_value("half a sen")


def test_a_limit_says_what_it_would_have_refused_and_asks(open_browser: OpenBrowser) -> None:
    page = open_browser(ADMIN)
    table = TenantsTable(page).open("?status=active&plan=pro&sort=-calls")
    slug = str(table.names.first.get_attribute("href")).rsplit("/", 1)[-1]
    limits = Settings(page, slug, "limits").open()
    limits.field("Concurrent calls").press_sequentially("1")
    expect(limits.row("Concurrent calls").get_by_role("status")).to_contain_text("would have been refused")
    expect(limits.field("Concurrent calls")).to_be_focused()

    plain = open_browser(ADMIN, java_script_enabled=False)
    limits = Settings(plain, slug, "limits").open()
    was = limits.field("Concurrent calls").input_value()
    limits.fill({"Concurrent calls": "1", "Users": "33"}).send()
    expect(plain.locator(".asks")).to_contain_text(re.compile(r"Concurrent calls 1: [\d,]+ of the last 30 days"))
    expect(limits.field("Users")).to_have_value("33")
    limits.send()
    expect(plain.locator(".asks")).to_be_visible()
    plain.get_by_label("Save this value all the same").check()
    limits.save()
    expect(limits.field("Concurrent calls")).to_have_value("1")
    limits.fill({"Concurrent calls": was, "Users": ""}).send()
    if plain.locator(".asks").count():
        plain.get_by_label("Save this value all the same").check()
        limits.send()
    expect(limits.field("Concurrent calls")).to_have_value(was)
