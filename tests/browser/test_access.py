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
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{size['width']} {scheme}: {words}" for words in _violations(page)]
    assert not found, "\n".join(found)


def _violations(page: Page) -> list[str]:
    answer = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}: {node.get('failureSummary', '')}"
        for violation in answer.response["violations"]
        for node in violation["nodes"]
    ]
