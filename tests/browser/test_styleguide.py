"""The page of components as a picture: light, dark and on a phone. Fonts differ from machine to machine, so that what
differs from the picture in docs/screenshots is said and shown, and only what is wrong in itself fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from portal.styleguide.components import GROUPS
from tests.browser.conftest import DESK, PHONE, OpenBrowser
from tests.browser.server import ROOT
from tests.screenshots import WHOLE
from tests.small_png import brightness, colours, share_that_differs

KEPT = ROOT / "docs" / "screenshots"
LEFT = ROOT / "test-results"
"""Where pictures are left to be looked at; git ignores it."""

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light"},
}
NOT_DRAWN = """(names) => names.filter((name) => {
  const states = document.querySelector(`#ui-${name} .guide-states`);
  const box = states?.getBoundingClientRect();
  return !box || box.width < 40 || box.height < 12;
})"""


@pytest.mark.parametrize("look", LOOKS)
def test_every_component_is_drawn_and_nothing_sticks_out(
    open_browser: OpenBrowser, look: str, record_property: Callable[[str, object], None]
) -> None:
    page = open_browser(None, reduced_motion="reduce", **LOOKS[look])
    page.goto("/styleguide")
    assert page.evaluate(NOT_DRAWN, [each.name for group in GROUPS.values() for each in group]) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= LOOKS[look]["viewport"]["width"]
    taken = _take(page, look)
    assert colours(taken) > 20, "the picture is empty"
    assert brightness(taken) < 80 if look == "dark" else brightness(taken) > 200
    kept, difference = KEPT / f"styleguide-{look}.png", LEFT / f"styleguide-{look}-difference.png"
    if kept.exists():
        share = share_that_differs(kept, taken, difference, WHOLE["styleguide"])
        said = f"{share:.1%} differ from docs/screenshots; see {LEFT.name}/{difference.name}"
    else:
        said = "docs/screenshots has no picture to compare with"
    record_property("summary", f"styleguide, {look}: {said}")


def _take(page: Page, look: str) -> Path:
    LEFT.mkdir(exist_ok=True)
    path = LEFT / f"styleguide-{look}.png"
    page.screenshot(path=path, full_page=True, caret="hide", animations="disabled")
    return path
