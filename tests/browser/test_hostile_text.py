"""The tenants with the worst texts in a real browser: what they hold is text and no more, and it stays in place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.fitting import STICKING_OUT
from tests.browser.pages import TenantPage
from tests.browser.stage import ADMIN, WORST
from tests.hostile import HOSTILE, MARK

PAGES = ("", "/activity", "/delete", "/resume", "/settings/plan?to=pro",
         *(f"/settings/{section}" for section in ("general", "limits", "sip", "webhooks")))  # fmt: skip

OUT_OF_ORDER = """(text) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faults = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.includes(text) || !node.parentElement.checkVisibility()) continue;
    const block = node.parentElement.closest("p, h1, h2, h3, li, dd, .message-text, .button");
    if (!block) continue;
    const range = document.createRange();
    const places = [];
    for (const each of [...block.childNodes].filter((child) => child.textContent.trim())) {
      range.selectNodeContents(each);
      const box = range.getClientRects()[0];
      if (box) places.push([box.top, box.left]);
    }
    const inOrder = ([top, left], [under, right]) => (Math.abs(top - under) > 12 ? top - under : left - right);
    const sorted = [...places].sort(inOrder);
    if (JSON.stringify(sorted) !== JSON.stringify(places)) faults.push(block.outerHTML.slice(0, 200));
  }
  return faults;
}"""
"""What stands beside a text is still in the order in which it was written."""


FEW_PAGES = ("", "/activity", "/delete", "/settings/general")


@pytest.mark.parametrize("slug", WORST)
def test_all_pages_of_the_worst_tenants(open_browser: OpenBrowser, slug: str) -> None:
    page, asked = open_browser(ADMIN, phone=True), list[str]()
    page.on("request", lambda request: _note(request, asked))
    text = HOSTILE[WORST[slug]][:250]
    pages = PAGES if WORST[slug] == "markup" else FEW_PAGES  # what the others do to a line, they do in few places
    for path in (f"/tenants/{slug}{rest}" for rest in pages):
        page.goto(path)
        _stands_in_place(page, path)
        assert page.evaluate(OUT_OF_ORDER, text) == [], path
    for path in (f"/tenants?q={slug}", f"/tenants/new?parent={slug}", "/activity?event=tenant.suspended&limit=20"):
        page.goto(path)
        _stands_in_place(page, path)
    expect(page.locator("img, iframe")).to_have_count(0)
    _in_dialogs_and_messages(TenantPage(page, slug))
    assert asked == []


def _in_dialogs_and_messages(tenant: TenantPage) -> None:
    tenant.open().start("Lift the suspension…").get_by_role("button", name="Lift the suspension").click()
    tenant.told("The suspension of")
    _stands_in_place(tenant.page, "the message")
    _dismiss(tenant)
    form = tenant.start("Suspend…")
    _stands_in_place(tenant.page, "the dialog")
    form.get_by_label("Reason").fill(HOSTILE[WORST[tenant.slug]][:250])
    form.get_by_role("button", name="Suspend").click()
    tenant.told("is suspended")
    _dismiss(tenant)
    tenant.start("Delete…")
    expect(tenant.page.locator("#delete-form")).to_contain_text("What goes, for good")


def _dismiss(tenant: TenantPage) -> None:
    """A message as long as these lies over the menu until it goes."""
    tenant.messages.last.get_by_role("button", name="Dismiss").click()
    expect(tenant.messages).to_have_count(0)


def _stands_in_place(page: Page, where: str) -> None:
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"], where
    assert page.evaluate(STICKING_OUT) == [], where


def _note(request: Request, asked: list[str]) -> None:
    if MARK in request.url.split("?")[0]:
        asked.append(request.url)
