"""axe finds nothing to object to, and nothing is cut off: on no page, in neither theme, at no width."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, OpenBrowser
from tests.browser.everywhere import PLACES, Place
from tests.browser.fitting import SMALL, TWICE_AS_LARGE, fits

IN_EVERY_LOOK = {
    "overview",
    "tenants",
    "tenant",
    "calls",
    "activity",
    "limits-wrong",
    "plan",
    "setup-plan",
    "styleguide",
}
"""What a phone leaves out (the side, columns of tables) is looked at in the dark on these, and their phones by all of
axe."""
COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_page_reads_well_and_fits(open_browser: OpenBrowser, place: Place) -> None:
    """Each place is opened once for all that is asked of it: opening is what takes long. All of axe goes over the desk
    in the light, its rules about colours over the phone in the dark: a theme changes colours and nothing else."""
    page = open_browser(place.who, kept=True, reduced_motion="reduce")
    place.go(page)
    for size in (SMALL, TWICE_AS_LARGE):
        page.set_viewport_size(size)
        fits(page, size["width"])
    found = [f"desk: {words}" for words in _seen_at(page, DESK, "light")]
    looked_at_closely = place.name in IN_EVERY_LOOK
    found += [
        f"phone, dark: {words}" for words in _seen_at(page, PHONE, "dark", **({} if looked_at_closely else COLOURS))
    ]
    if looked_at_closely:
        found += [f"desk, dark: {words}" for words in _seen_at(page, DESK, "dark", **COLOURS)]
    assert not found, "\n".join(found)


def _seen_at(page: Page, size: Any, theme: Literal["light", "dark"], **options: Any) -> list[str]:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    fits(page, size["width"])
    return _violations(page, options)


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe objects to. It is put into a page once. The frame of a letter is shut to scripts, axe's too."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    asked = {"resultTypes": ["violations"], "iframes": False, **options}
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}: {node.get('failureSummary', '')}"
        for violation in page.evaluate("async (asked) => (await axe.run(document, asked)).violations", asked)
        for node in violation["nodes"]
    ]
