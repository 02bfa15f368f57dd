"""axe finds nothing to object to, and nothing is cut off: on no page, in neither theme, at no width."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, OpenBrowser
from tests.browser.everywhere import PLACES, Place
from tests.browser.fitting import SMALL, TWICE_AS_LARGE, fits


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_page_reads_well_and_fits(open_browser: OpenBrowser, place: Place) -> None:
    """Each place is opened once for all that is asked of it: opening is what takes long."""
    page = open_browser(place.who, reduced_motion="reduce")
    place.go(page)
    for size in (SMALL, TWICE_AS_LARGE):
        page.set_viewport_size(size)
        fits(page, size["width"])
    page.set_viewport_size(PHONE)
    fits(page, PHONE["width"])
    found = [f"phone: {words}" for words in _violations(page, {"rules": {"color-contrast": {"enabled": False}}})]
    page.set_viewport_size(DESK)
    fits(page, DESK["width"])
    found += [f"desk: {words}" for words in _violations(page, {})]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {words}" for words in _violations(page, ONLY_CONTRAST)]
    assert not found, "\n".join(found)


ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""A theme changes colours and nothing else; a width changes anything but colours."""


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe objects to."""
    answer = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}: {node.get('failureSummary', '')}"
        for violation in answer.response["violations"]
        for node in violation["nodes"]
    ]
