"""A test client that behaves like a browser, and lints every page it opens."""

from __future__ import annotations

import contextvars
import re
from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from portal.foundation.database import db
from tests.lint import lint_fragment, lint_page

PASSPHRASE = "tall lamp over quiet harbour"


class Page:
    """An answer, with its document where it is one."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.text = response.get_data(as_text=True)
        response.close()  # a file that was sent is closed, as a server does it
        self.headers = response.headers

    @cached_property
    def soup(self) -> BeautifulSoup | None:
        """The document; None where it is none."""
        return BeautifulSoup(self.text, "html.parser") if self.response.mimetype == "text/html" else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.response, name)

    @property
    def json(self) -> Any:
        """The JSON document."""
        return self.response.get_json()

    def __contains__(self, words: str) -> bool:
        return words in self.words

    @property
    def words(self) -> str:
        """What a person reads, with white space folded."""
        assert self.soup is not None, self.text[:300]
        return re.sub(r"\s+", " ", self.soup.get_text(" "))

    def one(self, selector: str) -> Tag:
        """The only element of a selector."""
        assert self.soup is not None
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} elements for {selector}"
        return found[0]

    def values(self, selector: str = "form[method=post]:not([action='/logout'], [data-passkey])") -> dict[str, Any]:
        """What a form would send as it stands."""
        return values_of(self.one(selector))


def values_of(form: Tag) -> dict[str, Any]:
    """What a form would send as it stands."""
    values: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if field.name == "select":
            chosen = field.select("option[selected]") or field.select("option")[:1]
            values[name] = chosen[0].get("value", "") if chosen else ""
        elif field.get("type") in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                values[name] = field.get("value", "on")
        else:
            values[name] = value_of(field)
    return values


def value_of(field: Tag) -> str:
    """What stands in a control for text."""
    return str(field.get("value", "")) if field.name == "input" else re.sub(r"^\r?\n", "", field.text)


class Visitor:
    """One browser. Each request runs in a context of its own, as it would on a server."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def open(self, path: str, **options: Any) -> Page:
        """Send a request; HTML that comes back is linted."""
        db.session.rollback()  # what the test has read is read again after the request
        # Flask's own test client would share the test's application context, and with it what `g` remembers.
        response = contextvars.Context().run(self.client.open, path, **options)
        page = Page(response)
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            lint_page(page) if page.text.startswith("<!doctype") else lint_fragment(page.text)
        return page

    def get(self, path: str, **options: Any) -> Page:
        """GET."""
        return self.open(path, method="GET", **options)

    def post(self, path: str, **options: Any) -> Page:
        """POST, as it is: without a token where none is given."""
        return self.open(path, method="POST", **options)

    def visit(self, path: str, status: int = 200) -> Page:
        """Open a page, following redirects, and expect a status."""
        page = self.open(path, method="GET", follow_redirects=True)
        assert page.status == status, f"{path}: {page.status}\n{page.text[:2000]}"
        return page

    def submit(self, path: str, changes: dict[str, Any], to: str | None = None, selector: str | None = None,
               **options: Any) -> Page:  # fmt: skip
        """Open a page, fill in its form, send it."""
        page = self.visit(path)
        settings = "#settings-form"  # small forms may stand beside it
        one = "main form[method=post]:not([data-passkey])"  # which scripts fill in
        selector = selector or (settings if page.soup.select(settings) else one)
        values = {**page.values(selector), **changes}
        values = {name: value for name, value in values.items() if value is not None}
        return self.post(to or str(page.one(selector).get("action") or path), data=values, **options)

    def sign_in(self, username: str, password: str = PASSPHRASE) -> Visitor:
        """Sign in by the form, as a person would. Its token is found in the text: reading a document is what takes long
        of it, and most tests begin with this."""
        (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', self.get("/login").text))
        page = self.post("/login", data={"username": username, "password": password, "csrf_token": token})
        assert page.status == 303, page.text[:2000]
        return self

    def fragment(self, path: str, target: str, **options: Any) -> Page:
        """Ask for an element as htmx would."""
        return self.open(path, headers={"HX-Request": "true", "HX-Target": target}, **options)

    def api(self, method: str, path: str, token: str | None = None, **options: Any) -> Page:
        """Send a request to the JSON API."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
        return self.open(f"/api/v1{path}", method=method, headers=headers, **options)

    def token(self, username: str, password: str = PASSPHRASE) -> str:
        """Take an access token."""
        page = self.api("POST", "/auth/token", json={"username": username, "password": password})
        assert page.status == 200, page.text
        return str(page.json["access_token"])
