"""Hostile text in every control that takes text, in queries, headers and documents: refused with a sentence at its
place, or kept and shown as the text that it is, on every page."""

from __future__ import annotations

import functools
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import Tag
from flask import Flask
from wtforms import Form, HiddenField, StringField
from wtforms.fields.core import UnboundField
from wtforms.widgets import HiddenInput

from portal.accounts.drafts import SignUp
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.drafts import Draft
from portal.foundation.ids import new_id
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.forms import SECTION_WORDS
from portal.tenants.setup_steps import WORDS
from portal.web.forms import shown_again
from tests.cast import Cast
from tests.client import PASSPHRASE, Page, Visitor, value_of, values_of
from tests.hostile import HOSTILE, harm
from tests.tenants.test_deleting_pages import sign_in_long_ago

REQUEST = new_id()
"""What Acme asks for, so that there is something to decline."""

NO_PAGES = {"static", "health.alive", "health.ready", "accounts.follow_link", "usage.calls_csv", "usage.platform_csv"}
PLACES: dict[str, list[str]] = {
    "slug": ["acme"],
    "section": list(SECTION_WORDS),
    "step": list(WORDS),
    "token": ["x" * 43],
    "letter": [str(new_id())],
    "call_id": ["no-such-call"],
    "delivery_id": [str(new_id())],
    "key": ["starter"],
    "request_id": [str(REQUEST)],
    "factor": ["app"],
}
"""What stands in addresses; what is new there has to be named here."""

ALSO = ["/tenants/new?parent=acme", "/tenants/acme/settings/plan?to=pro", "/tenants/no-such-tenant"]
"""Pages that an address's arguments make."""

TRIED_ELSEWHERE = {("CodeForm", "code")}
"""Where a second factor is asked for or set up: `tests/accounts/test_second_step_pages.py` types there."""

AT_ONCE = 8
"""How many controls get 10,000 emoji in one body, of which each is twelve bytes of it."""

SOUND = {"username": "mallory", "email": "mallory@example.com", "password": PASSPHRASE}
"""What is typed where nothing hostile is taken and something is needed."""

ARGUMENTS = (
    "status",
    "kind",
    "plan",
    "feature",
    "compliance",
    "sort",
    "limit",
    "offset",
    "event",
    "parent",
    "to",
    "month",
    "next",
    "x",
)
"""What is read from addresses and no control is for."""

WITH_ARGUMENTS = (
    "/login", "/signup", "/tenants", "/tenants/new", "/tenants/acme", "/tenants/acme/settings/plan",
    "/tenants/acme/activity", "/activity", "/usage", "/nowhere",
)  # fmt: skip

HEADERS = (
    "User-Agent", "Referer", "Accept", "Accept-Language", "X-Forwarded-For", "HX-Request", "HX-Target",
    "HX-Current-URL", "HX-Trigger", "HX-Prompt", "If-Match", "If-None-Match", "Idempotency-Key", "Authorization",
)  # fmt: skip

TAKES_NO_TEXT = {"hidden", "checkbox", "radio", "submit", "button"}

everything = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


MINDED_BY_DATABASES = {"control characters", "NUL", "no characters"}
"""What a database may refuse that pages do not; the rest is walked once, on SQLite."""


@pytest.fixture(autouse=True)
def once_is_enough(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> None:
    """Leave out on PostgreSQL what is about pages alone."""
    case = getattr(request.node, "callspec", None)
    if pytestconfig.getoption("--database") != "sqlite" and case is not None and case.id not in MINDED_BY_DATABASES:
        pytest.skip("about pages, not about the database")


@pytest.fixture(autouse=True)
def asked(cast: Cast) -> None:
    """Have Acme ask for more."""
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        row = {"id": REQUEST, "tenant_id": cast.acme.id, "subject": "max_users", "wanted_value": 80, "reason": "x",
               "state": "open", "asked_by": "olive", "asked_at": now()}  # fmt: skip
        connection.execute(db.metadata.tables["requests"].insert(), row)
    db.session.rollback()


def addresses(app: Flask, *, signed_in: bool) -> list[str]:
    """Every page there is for somebody signed in, or for a stranger."""
    found = []
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.split(".")[0]
        if "GET" not in rule.methods or rule.endpoint in NO_PAGES or room.endswith("_api"):
            continue
        if (room == "accounts") is signed_in:
            continue
        paths = [rule.rule]
        for name in rule.arguments:
            paths = [re.sub(rf"<(\w+:)?{name}>", value, path) for path in paths for value in PLACES[name]]
        found += paths
    return list(dict.fromkeys([*found, *(ALSO if signed_in else ())]))


@functools.cache
def forms_for(app: Flask, *, signed_in: bool) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Every form with a control for text, once: the page it stands on, where it is sent, and the names of its controls.
    Looked for once, since ada finds the same ones in every test."""
    browser, found = Visitor(app), {}
    if signed_in:
        browser.sign_in("ada")
        sign_in_long_ago("ada")
    for path in addresses(app, signed_in=signed_in):
        page = browser.get(path)
        for form in page.soup.select("form") if page.soup else []:
            action = str(form.get("action") or path)
            if names := tuple(text_controls(form)):
                found.setdefault((action, form.get("method")), (path, action, names))
    return tuple(found.values())


def control_names(app: Flask) -> set[str]:
    """The names of all controls for text."""
    forms = (form for signed_in in (False, True) for form in forms_for(app, signed_in=signed_in))
    return {name for *_, names in forms for name in names}


def text_controls(form: Tag) -> dict[str, Tag]:
    """The controls of a form that take text, by name."""
    controls = form.select("input[name], textarea[name]")
    return {str(each["name"]): each for each in controls if each.get("type") not in TAKES_NO_TEXT}


def type_everywhere(browser: Visitor, path: str, action: str, text: str) -> None:
    """Type a text into all of a form: into several controls at once, since a body has its most."""
    form = form_on(browser, path, action)
    assert form is not None, f"{path} has lost its form for {action}"
    names = list(text_controls(form))
    for start in range(0, len(names), AT_ONCE):
        if form is not None:  # else what was asked for has been done
            type_into(browser, action, form, set(names[start : start + AT_ONCE]), text)
        form = form_on(browser, path, action) if start + AT_ONCE < len(names) else None


def form_on(browser: Visitor, path: str, action: str) -> Tag | None:
    """A form of a page; None where it is not there any more."""
    page = browser.get(path)
    forms = page.soup.select("form") if page.status == 200 else []
    return next((form for form in forms if str(form.get("action") or path) == action), None)


def type_into(browser: Visitor, action: str, form: Tag, left: set[str], text: str) -> None:
    """Type a text into some controls, then into those that did not refuse it, until it is taken or something else is
    wrong."""
    before = {name: value or SOUND.get(name, "") for name, value in values_of(form).items()}
    for _ in range(len(left) + 1):
        typed = before | dict.fromkeys(left, text)
        if str(form.get("method", "get")).lower() == "get":
            page = browser.get(action, query_string=typed)
            assert page.status in {200, 422}, action
            assert harm(page.soup) == [], action
            return
        page = browser.post(action, data=typed)
        assert page.status in {200, 303, 409, 422, 429}, f"{action}: {page.status}"
        refused = refusals(page, action, left, text) if page.status in {422, 429} else set()
        if not refused:
            return
        left -= refused
    raise AssertionError(f"{action} goes on refusing")


def refusals(page: Page, action: str, left: set[str], text: str) -> set[str]:
    """Look at a form that came back: each control that refused says so in a sentence, and none has lost its text."""
    assert harm(page.soup) == []
    forms = page.soup.select("main form[method=post]")
    sent = [text_controls(form) for form in forms if str(form.get("action") or action) == action]
    controls, refused = next(each for each in sent if left <= each.keys()), set[str]()
    for name in left:
        if name == "password" and name not in controls:
            continue  # it was right, for it had been taken as a new one, and is asked for no more
        control = controls[name]
        row = page.one(f"[id='{control['id']}-field']")
        if sentences := [each.get_text(" ", strip=True) for each in row.select(".field-error")]:
            assert all(re.search(r"\w{2,}.*\.$", each, re.DOTALL) for each in sentences), sentences
            refused.add(name)
        if control.get("type") != "password":
            assert as_sent(value_of(control)) == as_sent(shown_again(text)), name
    return refused


def as_sent(text: str) -> str:
    """A text with its line ends as a browser sends them."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def look_at_everything(browser: Visitor) -> None:
    """Open all pages; each is linted, and nothing on it is more than text."""
    for path in addresses(browser.app, signed_in=True):
        page = browser.get(path, follow_redirects=True)
        assert page.status in {200, 404}, f"{path}: {page.status}"
        assert harm(page.soup) == [], path


@pytest.mark.parametrize("what", ["markup", "control characters", "10,000 emoji"])
def test_in_every_control_of_every_form(app: Flask, cast: Cast, client: Visitor, what: str) -> None:
    text = HOSTILE[what]
    for path, action, _ in forms_for(app, signed_in=False):
        type_everywhere(Visitor(app), path, action, text)
    client.sign_in("ada")
    for path, action, _ in forms_for(app, signed_in=True):
        sign_in_long_ago("ada")  # each time, for what is typed may be taken as a new password
        type_everywhere(client, path, action, text)
    look_at_everything(client)


def test_no_field_for_text_is_left_out(app: Flask, cast: Cast) -> None:
    """The walk is by pages; here by classes, so that a form which no page shows in the walk is missed by name."""
    walked = control_names(app)
    declared = {(form.__name__, str(field.kwargs.get("name", name)))
                for form in forms_below(Form)
                if form.__module__.startswith("portal.") and not form.__module__.startswith("portal.styleguide")
                for name, field in vars(form).items() if takes_text(field)}  # fmt: skip
    assert len(declared) > 15
    assert {(form, name) for form, name in declared if name not in walked} == TRIED_ELSEWHERE


def forms_below(form: type) -> set[type]:
    return {form}.union(*(forms_below(each) for each in form.__subclasses__()))


def takes_text(field: Any) -> bool:
    if not isinstance(field, UnboundField) or not issubclass(field.field_class, StringField):
        return False
    hidden = isinstance(field.kwargs.get("widget"), HiddenInput) or issubclass(field.field_class, HiddenField)
    return not hidden


@everything
def test_in_documents_of_the_api(app: Flask, cast: Cast, client: Visitor, text: str) -> None:
    token = client.token("ada")
    send_all(client, "PATCH", f"/tenants/{cast.acme.id}", TenantChange, text, token)
    send_all(client, "POST", "/tenants", NewTenant, text, token)
    send_all(client, "POST", "/auth/signup", SignUp, text, None)
    client.sign_in("ada")
    for path in ("/tenants", "/tenants/acme", "/tenants/acme/settings/general", "/activity"):
        assert harm(client.visit(path).soup) == [], path


def send_all(client: Visitor, method: str, path: str, draft: type[Draft], text: str, token: str | None) -> None:
    """Send a text in every field of a draft, then in those that did not refuse it by name, until it is taken."""
    left = set(draft.model_fields)
    sound = {"name": "Hooli", **SOUND} if draft is SignUp else {"name": "Hooli"}
    sound = {name: value for name, value in sound.items() if name in draft.model_fields}
    while left:
        body = sound | dict.fromkeys(left, text) | ({"meta_data": {text: [text]}} if "meta_data" in left else {})
        page = client.api(method, path, token, data=json.dumps(body), content_type="application/json")
        assert page.status in {200, 201, 422, 413}, page.text[:500]
        refused = (
            {fault["loc"][1] for fault in page.json["detail"] if len(fault["loc"]) > 1} if page.status == 422 else set()
        )
        if not refused & left:
            return
        left -= refused


@pytest.mark.parametrize("text", [r"a\ud800", r"\udc00\ud800", r"\ud83e"], ids=["high", "turned", "half"])
def test_a_lone_surrogate_is_refused_by_name(cast: Cast, client: Visitor, text: str) -> None:
    token = client.token("ada")
    for name in ("name", "external_id", "sip_username", "override_reason"):
        body = f'{{"{name}": "{text}"}}'
        page = client.api("PATCH", f"/tenants/{cast.acme.id}", token, data=body, content_type="application/json")
        assert page.status == 422, page.text
    body = f'{{"meta_data": {{"{text}": "{text}"}}}}'
    page = client.api("PATCH", f"/tenants/{cast.acme.id}", token, data=body, content_type="application/json")
    assert page.status == 422, page.text


@everything
def test_in_addresses_and_headers(app: Flask, cast: Cast, client: Visitor, text: str) -> None:
    text = text[:300]
    browser = client.sign_in("ada")
    asked = dict.fromkeys({*control_names(app), *ARGUMENTS}, text)
    for path in (
        *WITH_ARGUMENTS,
        *(f"/tenants/{quote(text)}{rest}" for rest in ("", "/activity", "/settings/general")),
    ):
        for options in ({"query_string": asked}, {"headers": hostile_headers(text)}):
            page = browser.get(path, **options)
            assert page.status in {200, 302, 303, 400, 404, 422}, f"{path}: {page.status}"
            if page.soup:
                assert harm(page.soup) == [], path


def hostile_headers(text: str) -> dict[str, str]:
    """What a header can hold of a text, in all those that are read."""
    value = re.sub(r"[\x00\r\n]", " ", text.encode().decode("latin-1"))
    return dict.fromkeys(HEADERS, value)
