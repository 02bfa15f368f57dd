"""axe finds nothing to object to: on no page, in neither theme, at neither width."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, OpenBrowser
from tests.browser.everywhere import PLACES, Place


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_axe_finds_nothing(open_browser: OpenBrowser, place: Place) -> None:
    page = open_browser(place.who, reduced_motion="reduce")
    place.go(page)
    found = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        found += [f"{size['width']} light: {words}" for words in _violations(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"{size['width']} dark: {words}" for words in _violations(page, ["color-contrast"])]
    assert not found, "\n".join(found)


def _violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe objects to, by all its rules or by some: a theme changes colours and nothing else."""
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    answer = Axe().run(page, options={"resultTypes": ["violations"], **only})
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}: {node.get('failureSummary', '')}"
        for violation in answer.response["violations"]
        for node in violation["nodes"]
    ]
