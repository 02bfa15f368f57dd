"""Text that does harm where anything takes it for more than text, and what has to be true of a page that shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

MARK = "hostile-mark"
"""Stands in the addresses that the markup below would ask for if it were taken as markup."""

HOSTILE = {
    "markup": (
        f'</title></textarea><script src=/{MARK}></script><script>alert(1)</script>"><img src=/{MARK} onerror=alert(1)>'
        f'" hx-get="/{MARK}" hx-trigger="load" hx-on::load="alert(1)" autofocus onfocus="alert(1)" x="'
    ),
    "quotes": (
        f"' hx-post='/{MARK}' hx-trigger='load' onload='alert(1)' x='"
        "--><!-- ]]> <![CDATA[ ' OR 1=1; DROP TABLE tenants;"
        "{{7*7}} ${7*7} {% include '/etc/passwd' %} #{7*7} %(name)s %s {0} \\"
    ),
    "right to left": "שלום (1) شركة النور",
    "turned round": "abc\u2069\u2069\u202c\u202egnp.exe\u2066x\u2067y",
    "NUL": "Acme\x00Corp",
    "control characters": "Acme\x01\x07\x08\x1b[31m\x7f\x85 Corp\u2028\u2029",
    "lines": "Acme\r\nSet-Cookie: portal=x\r\n\r\n<b>",
    "10,000 emoji": "🦄" * 10_000,
    "many signs": "👩‍👩‍👧🏴‍☠️" + "".join(chr(0x20000 + 37 * number) for number in range(246)),
    "piled up": "Z\u0315\u0301\u0328\u0489\u20dd" * 40,
    "no characters": "\ufffe\uffff\U0001fffe\ufdd0\ufeff",
    "white space": "\u00a0\u2007\u200b\u3164 \t ",
}
"""What somebody types, by what is wrong with it."""

_TURNING = {"R", "AL", "RLE", "RLO", "RLI", "LRO", "LRI", "FSI"}
_BLOCKS = ["title", "p", "div", "h1", "h2", "h3", "li", "td", "th", "dd", "dt", "option", "legend", "code"]
_ISOLATED = re.compile("\u2068[^\u2068]*\u2069")


def harm(soup: BeautifulSoup) -> list[str]:
    """Give what hostile text has become on a page that it should not: elements, attributes, disorder."""
    faults = [
        f"an element: {str(tag)[:120]}" for tag in soup.select("img, iframe, object, embed, main link, main meta")
    ]
    for tag in soup.find_all(True):
        faults += [f"{name} on <{tag.name}>" for name, value in tag.attrs.items()
                   if name in {"src", "href", "action"} or name.startswith("hx-")
                   if str(value).startswith(f"/{MARK}")]  # fmt: skip
        faults += [f"<{tag.name}> listens: {name}" for name in tag.attrs if name.startswith(("on", "hx-on", "data-hx"))]
    return faults + list(_reordering(soup))


def _reordering(soup: BeautifulSoup) -> Iterator[str]:
    """Find text of a writing that turns the direction where words of ours stand in the same line unprotected."""
    for text in soup.find_all(string=_turns):
        if not isinstance(text, NavigableString) or text.find_parent(["bdi", "textarea", "script"]):
            continue
        block = text.find_parent(_BLOCKS)
        alone = isinstance(block, Tag) and _folded(block.get_text()) == _folded(text)
        if not alone and _turns(_ISOLATED.sub("", text)):
            yield f"words beside it are reordered in <{text.parent.name if text.parent else ''}>: {text[:120]!r}"


def _turns(text: str | None) -> bool:
    return any(unicodedata.bidirectional(character) in _TURNING for character in text or "")


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
