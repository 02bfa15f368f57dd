"""Whether a page fits into a window."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import DESK

TWICE_AS_LARGE = {"width": DESK["width"] // 2, "height": DESK["height"] // 2}
"""What a window has left at a zoom of 200 %."""

SMALL = {"width": 320, "height": 640}
"""A window of 1,280 pixels at 400 %, as WCAG's reflow has it."""

STICKING_OUT = """() => [...document.querySelectorAll("main *")].filter((element) => {
  const box = element.getBoundingClientRect();
  const cut = ".table-wrap, .tabs, .crumbs, .filters, .section-nav, .unseen, svg";
  return box.right > innerWidth + 1 && element.checkVisibility() && !element.closest(cut);
}).map((element) => element.outerHTML.slice(0, 120))"""


def fits(page: Page, width: int) -> None:
    """Make sure that a page does not scroll sideways, and that nothing of it sticks out."""
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate(STICKING_OUT) == []
