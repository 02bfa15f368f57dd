"""An administrator sets a webhook, sends it a test, sees a delivery fail and sends it again: to a real receiver."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.pages import Settings
from tests.browser.stage import ADMIN
from tests.webhooks.receiver import Receiver, saying


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_delivery_that_fails_is_seen_and_sent_again(
    open_browser: OpenBrowser, receiver: Receiver, scripts: bool
) -> None:
    page = open_browser(ADMIN, java_script_enabled=scripts)
    slug = _new_tenant(page, "With Scripts" if scripts else "Without Scripts")
    Settings(page, slug, "webhooks").open().fill({"Webhook address": receiver.url}).send()
    page.get_by_role("link", name="I have stored it").click()
    expect(page.get_by_role("heading", name="Another secret, without a gap")).to_be_visible()

    receiver.answer = saying(202, b"got it")
    page.get_by_role("main").get_by_role("link", name="Deliveries", exact=True).click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#messages")).to_contain_text("The test has arrived: the receiver answered 202")
    expect(page.get_by_role("region", name="Answer to attempt 1")).to_have_text("got it")

    receiver.answer = saying(500, b"<h1>out of order</h1>")
    general = Settings(page, slug, "general").open()
    general.fill({"Billing e-mail": "pay@example.com"}).save()
    page.goto(f"/tenants/{slug}/deliveries")
    _until(page, "Trying again")
    page.get_by_role("row").filter(has_text="Trying again").get_by_role("link").click()
    expect(page.get_by_role("region", name=re.compile("Answer to attempt")).first).to_have_text("<h1>out of order</h1>")

    receiver.answer = saying(200, b"thanks")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#messages")).to_contain_text("It is sent again, under the same id.")
    _until(page, "Delivered")
    expect(page.get_by_role("region", name=re.compile("Answer to attempt")).first).to_have_text("thanks")
    assert len(set(receiver.ids())) < len(receiver.ids())


def _new_tenant(page: Page, name: str) -> str:
    page.goto("/tenants/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create tenant").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url.rsplit("/", 1)[1]


def _until(page: Page, words: str) -> None:
    """Look again until the worker has done its part."""
    for _ in range(100):
        if page.locator(".tag", has_text=words).count():
            return
        page.wait_for_timeout(200)
        page.reload()
    raise AssertionError(f"“{words}” did not come: {page.locator('main').inner_text()}")
