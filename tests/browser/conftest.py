"""What the journeys stand on: a running portal, and browsers in which nothing may go wrong unseen."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.browser.pages import SignIn
from tests.browser.server import Portal, load
from tests.chromium import launch_options
from tests.client import PASSPHRASE

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
GIVEN_UP = re.compile(r"htmx:(sendAbort|afterRequest), ")
"""What htmx says of a request that a newer one, or leaving the page, has made needless."""

REFUSALS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""What Chromium says of a page that is a refusal; the tests look at the refusal itself."""

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

OpenBrowser = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Drive the system's Chromium."""
    return launch_options()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the demonstration's 200 tenants, and the people of the stage. The first process loads them, and
    each has a copy of its own."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    running = Portal(Path(shutil.copytree(_loaded(shared / "loaded"), own / "portal")))
    try:
        yield running
    finally:
        status = running.stop()
    assert status == 0, running.output


def _loaded(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            load(folder / "instance")
            (folder / "ready").touch()
    return folder / "instance"


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """What the browser of each person keeps after signing in; filled as they are needed."""
    return {}


@dataclass
class Kept:
    """A browser that stays open for the tests that only look: what it has loaded once it does not load again."""

    context: BrowserContext
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def kept_open() -> dict[str, Kept]:
    """The browsers that stay open, by who is signed in."""
    return {}


@pytest.fixture
def open_browser(
    browser: Browser, portal: Portal, sessions: dict[str, StorageState], kept_open: dict[str, Kept]
) -> Iterator[OpenBrowser]:
    """Open one more browser, signed in as somebody or nobody; give its page. At the end, whatever page asked for an
    address elsewhere, wrote an error to the console or broke the content security policy fails the test. With `kept`
    the browser of somebody stays open for the next test."""
    contexts: list[tuple[str | None, BrowserContext]] = []
    pages: list[Page] = []
    faults: list[str] = []

    def open_one(who: str | None = None, phone: bool = False, kept: bool = False, **options: Any) -> Page:
        if who and kept and who in kept_open:
            pages.append(kept_open[who].context.new_page())
            return pages[-1]
        if who and who not in sessions:
            sessions[who] = _signed_in(browser, portal, who)
        options = {"viewport": PHONE if phone else DESK, "color_scheme": "light"} | options
        state = sessions[who] if who else None
        if who and kept:  # a session of its own: others may renew theirs
            state = _signed_in(browser, portal, who)
        context = browser.new_context(base_url=portal.base_url, **({"storage_state": state} | options))
        if who and kept:
            kept_open[who] = Kept(context)
            _watch(context, kept_open[who].faults)
            return open_one(who, kept=True)
        contexts.append((who, context))
        _watch(context, faults)
        return context.new_page()

    yield open_one
    for page in pages:
        page.close()
    for each in kept_open.values():
        faults += each.faults
        each.faults.clear()
    for name, context in contexts:
        if name and _is_still_in(context):  # whoever proved again who they are has another session since
            sessions[name] = context.storage_state()
        context.close()
    assert not faults, "\n".join(faults)


def _is_still_in(context: BrowserContext) -> bool:
    return "/login" not in context.request.get("/account", max_redirects=0).headers.get("location", "")


def _signed_in(browser: Browser, portal: Portal, who: str) -> StorageState:
    context = browser.new_context(base_url=portal.base_url)
    SignIn(context.new_page()).open().sign_in(who, PASSPHRASE)
    state = context.storage_state()
    context.close()
    return state


def _watch(context: BrowserContext, faults: list[str]) -> None:
    context.set_default_timeout(10_000)
    context.add_init_script(TELL_VIOLATIONS)

    def asked(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in {"localhost", "127.0.0.1"}:
            faults.append(f"asked for {address}")

    def said(kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not REFUSALS.match(text) and not GIVEN_UP.match(text):
            faults.append(f"console: {text}")

    context.on("request", lambda request: asked(request.url))
    context.on("console", lambda message: said(message.type, message.text))
    context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
    context.on("dialog", lambda dialog: _refuse(dialog, faults))


def _refuse(dialog: Any, faults: list[str]) -> None:
    if dialog.type == "beforeunload":
        dialog.accept()
        return
    faults.append(f"a dialog: {dialog.type} {dialog.message}")
    dialog.dismiss()
