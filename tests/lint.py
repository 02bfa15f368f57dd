"""What has to be true of every page and fragment that a test opens."""

from __future__ import annotations

import re
from collections import Counter
from typing import Protocol

import html5lib
from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import TemplateString

_LABELLED_BY_THEMSELVES = {"hidden", "submit", "button", "reset", "image"}


_VARIES = re.compile(
    r'<input[^>]*name="csrf_token"[^>]*>|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}'
    r"|\d{4}-\d\d-\d\d[T ]\d\d:[\d:.+]+|\d\d:\d\d"
)
"""What differs between two openings of the same page: tokens, ids and moments."""

_passed: set[int] = set()


class Document(Protocol):
    """A page: its text, and itself as read, which takes its time and is done when it is asked for."""

    text: str

    @property
    def soup(self) -> BeautifulSoup | None:
        """The document."""


def lint_page(page: Document) -> None:
    """Raise AssertionError with everything that is wrong with a page. One that has passed is not looked at again, as
    the sign-in page would be a thousand times."""
    known = hash(_VARIES.sub("", page.text))
    if known not in _passed:
        assert page.soup is not None
        _lint_page(page.text, page.soup)
        _passed.add(known)


def _lint_page(html: str, soup: BeautifulSoup) -> None:
    faults = _parse_errors(html5lib.HTMLParser(), html, fragment=False) + _common(soup)
    heads = soup.find_all("h1")
    title = _words(soup.title) if soup.title else ""
    if len(heads) != 1:
        faults.append(f"{len(heads)} h1")
    elif not title.replace(" ", "").startswith(re.sub(r"[·\s]", "", _words(heads[0]))[:60].replace(" ", "")) and not (
        re.sub(r"[·\s]", "", title).startswith(re.sub(r"[·\s]", "", _words(heads[0]))[:60])
    ):
        faults.append(f"the title “{title}” does not start with the h1 “{_words(heads[0])}”")
    if not soup.html or not soup.html.get("lang"):
        faults.append("no language")
    assert not faults, "\n".join(faults)


def lint_fragment(html: str) -> None:
    """Raise AssertionError with everything that is wrong with a fragment."""
    faults = _parse_errors(html5lib.HTMLParser(), html, fragment=True) + _common(BeautifulSoup(html, "html.parser"))
    assert not faults, "\n".join(faults)


def _parse_errors(parser: html5lib.HTMLParser, html: str, *, fragment: bool) -> list[str]:
    (parser.parseFragment if fragment else parser.parse)(html)
    lines = html.splitlines()
    return [f"line {at[0]}: {code} {given}: {lines[at[0] - 1][:160] if at[0] <= len(lines) else ''}"
            for at, code, given in parser.errors]  # fmt: skip


def _common(soup: BeautifulSoup) -> list[str]:
    faults = []
    ids = Counter(tag["id"] for tag in soup.find_all(id=True))
    faults += [f"the id “{name}” stands {number} times" for name, number in ids.items() if number > 1]
    for tag in soup.find_all(True):
        faults += [f"inline {name} on <{tag.name}>" for name in tag.attrs
                   if name == "style" or name.startswith(("on", "hx-on"))]  # fmt: skip
        if tag.name == "style" or (tag.name == "script" and not tag.get("src")):
            faults.append(f"inline <{tag.name}>")
        for name in ("src", "href", "action"):
            if str(tag.get(name, "")).startswith(("http:", "https:", "//", "javascript:")):
                faults.append(f"{name} of <{tag.name}> leads away: {tag[name]}")
    faults += [fault for tag in soup.find_all(["input", "select", "textarea"]) for fault in _unlabelled(soup, tag)]
    faults += [fault for form in soup.find_all("form") for fault in _token(form)]
    faults += [f"a button without words: {tag}" for tag in soup.find_all("button") if not _words(tag)]
    return faults


def _unlabelled(soup: BeautifulSoup, tag: Tag) -> list[str]:
    if tag.name == "input" and tag.get("type") in _LABELLED_BY_THEMSELVES:
        return []
    labelled = (
        tag.get("aria-label")
        or tag.find_parent("label")
        or (tag.get("id") and soup.find("label", attrs={"for": tag["id"]}))
        or tag.get("aria-labelledby")
    )
    return [] if labelled else [f"without a label: {tag}"]


def _token(form: Tag) -> list[str]:
    has_token = form.find("input", attrs={"name": "csrf_token"}) is not None
    if form.get("method", "get").lower() == "post":
        return [] if has_token else [f"a form that posts to {form.get('action')} without its token"]
    return ["a GET form with a token"] if has_token else []


def _words(tag: Tag) -> str:
    # What stands in a <template> is read too: a script puts it on the page as it is. The signs that keep writings
    # apart stand in titles alone, where no <bdi> can.
    text = re.sub("[\u2066-\u2069]", "", tag.get_text(" ", types=(NavigableString, TemplateString)))
    return re.sub(r"\s+", " ", text).strip()
