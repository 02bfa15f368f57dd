"""The pages as a person uses them: by what stands on them, not by how they are made."""

from __future__ import annotations

import re
from typing import Any, Self

from playwright.sync_api import Locator, Page, expect
from pyotp import TOTP

from tests.client import PASSPHRASE


class SignIn:
    """The page for signing in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.name = page.get_by_label("Username or e-mail address")
        self.password = page.get_by_label("Password", exact=True)

    def open(self) -> Self:
        """Go there."""
        self.page.goto("/login")
        return self

    def send(self, name: str, password: str) -> None:
        """Fill it in and send it, whatever comes of it."""
        self.name.fill(name)
        self.password.fill(password)
        self.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()

    def sign_in(self, name: str, password: str) -> None:
        """Sign in, and see that one is."""
        self.send(name, password)
        expect(self.page.get_by_role("button", name="Sign out")).to_be_attached()


class SignUp:
    """The page for making an account."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def send(self, username: str, password: str, organization: str = "") -> None:
        """Go there, fill it in and send it."""
        self.page.goto("/signup")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("E-mail address").fill(f"{username}@example.com")
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_label("Organization", exact=True).fill(organization)
        self.page.get_by_role("button", name="Make the account").click()


class SecondFactor:
    """Where a second factor is set up."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self) -> Self:
        """Go there."""
        self.page.goto("/account/second-factor")
        return self

    def set_up_app(self) -> TOTP:
        """Type the key into an app, and the app's code into the page; give the app."""
        app = TOTP(self.page.locator(".qr-key code").inner_text().replace(" ", ""))
        self.page.get_by_label("First code").fill(app.now())
        self.page.get_by_role("button", name="Set up the app").click()
        return app

    def codes(self) -> list[str]:
        """Read the recovery codes off the page that shows them this once."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
        return self.page.locator(".codes code").all_inner_texts()


class TenantsTable:
    """The table of tenants."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("searchbox", name="Search tenants")
        self.names = page.locator("#tenant-table tbody th a")
        self.count = page.locator("#tenant-table .pager-words")
        self.empty = page.locator("#tenant-table .empty")

    def open(self, query: str = "") -> Self:
        """Go there."""
        self.page.goto(f"/tenants{query}")
        return self

    def total(self) -> int:
        """How many tenants there are with what is asked for, as the pager says."""
        found = re.search(r"of (?:more than )?([\d,]+)", self.count.inner_text())
        return int(found[1].replace(",", "")) if found else 0

    def menu(self, label: str) -> Locator:
        """A filter's menu."""
        return self.page.locator("details.filter").filter(has=self.page.locator("summary", has_text=label))

    def choice(self, label: str, choice: str) -> Locator:
        """A choice of a filter, whatever number stands at it."""
        return self.menu(label).locator("label", has_text=re.compile(rf"^\s*{choice}")).locator("input")

    def choose(self, label: str, choice: str) -> None:
        """Open a filter's menu and tick a choice."""
        self.menu(label).locator("summary").click()
        self.choice(label, choice).check()

    def tag(self, text: str) -> Locator:
        """A filter that is set."""
        return self.page.locator("#tenant-table .filter-tag", has_text=text)

    def sort(self, label: str) -> None:
        """Follow a column's head."""
        self.page.get_by_role("columnheader", name=label).get_by_role("link").click()

    def column(self, label: str) -> list[str]:
        """What stands in a column, from top to bottom."""
        heads = self.page.locator("#tenant-table thead th").all_inner_texts()
        at = next(index for index, head in enumerate(heads) if head.strip() == label)
        return [
            text.strip()
            for text in self.page.locator(f"#tenant-table tbody tr > :nth-child({at + 1})").all_inner_texts()
        ]

    def go_on(self) -> None:
        """Go to the next page of the table."""
        self.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()


class Settings:
    """A section of a tenant's settings."""

    def __init__(self, page: Page, slug: str, section: str) -> None:
        self.page, self.address = page, f"/tenants/{slug}/settings/{section}"
        self.save_button = page.locator("[data-save-bar] .button-primary")
        self.summary = page.locator("[data-errors]")

    def open(self) -> Self:
        """Go there."""
        self.page.goto(self.address)
        return self

    def field(self, label: str) -> Locator:
        """A control by its label."""
        return self.page.locator("#settings-form").get_by_label(label, exact=True)

    def row(self, label: str) -> Locator:
        """A control's whole row: what it is, its faults, its range."""
        return self.page.locator(f'#settings-form [data-field="{label}"]')

    def fill(self, values: dict[str, str]) -> Self:
        """Fill in fields by their labels."""
        for label, value in values.items():
            self.field(label).fill(value)
        return self

    def send(self) -> None:
        """Press the button that saves, whatever comes of it."""
        self.save_button.click()

    def save(self) -> None:
        """Save, and read that it is saved."""
        self.send()
        expect(self.page.locator("#messages .message")).to_contain_text("Saved")

    def change(self, values: dict[str, str | bool]) -> Self:
        """Fill in text, choose, tick and untick, by labels."""
        for label, value in values.items():
            control = self.field(label)
            if isinstance(value, bool):
                control.set_checked(value)
            elif control.evaluate("(control) => control.tagName") == "SELECT":
                control.select_option(label=value)
            else:
                control.fill(value)
        return self


class TenantPage:
    """A tenant's own page, and what can be done with it as a whole. Where scripts run, in dialogs; else on pages."""

    def __init__(self, page: Page, slug: str) -> None:
        self.page, self.slug, self.address = page, slug, f"/tenants/{slug}"
        self.heading = page.get_by_role("heading", level=1)
        self.banner = page.locator("main > .banner").first
        self.messages = page.locator("#messages .message")

    def open(self) -> Self:
        """Go there."""
        self.page.goto(self.address)
        return self

    def start(self, action: str) -> Locator:
        """Choose an action from the menu, and give the form that asks for the last word."""
        self.page.get_by_role("main").get_by_text("More actions").click()
        self.page.locator(".menu-items").get_by_role("link", name=action).click()
        return self.form

    @property
    def form(self) -> Locator:
        """The form of the action that has been chosen."""
        return self.page.locator("form.step:visible")

    def told(self, words: str) -> None:
        """Read a message of the portal."""
        expect(self.messages.last).to_contain_text(words)


class Activity:
    """What has happened to a tenant."""

    def __init__(self, page: Page, slug: str) -> None:
        self.page, self.address = page, f"/tenants/{slug}/activity"
        self.entries = page.locator(".events > li")

    def open(self) -> Self:
        """Go there."""
        self.page.goto(self.address)
        return self

    def details(self, number: int) -> str:
        """What an entry says changed, the newest being 0."""
        entry = self.entries.nth(number)
        entry.locator("summary").click()
        return re.sub(r"\s+", " ", entry.locator("dl.facts").first.inner_text())


class Api:
    """The JSON API, as a program with somebody's token uses it."""

    def __init__(self, page: Page, who: str) -> None:
        self._ask = page.request
        given = self._ask.post("/api/v1/auth/token", data={"username": who, "password": PASSPHRASE})
        assert given.status == 200, given.text()
        self._bearer = {"Authorization": f"Bearer {given.json()['access_token']}"}

    def tenant(self, tenant_id: str) -> dict[str, Any]:
        """Give a tenant as it stands."""
        answer = self._ask.get(f"/api/v1/tenants/{tenant_id}", headers=self._bearer)
        assert answer.status == 200, answer.text()
        return dict(answer.json())

    def tenants(self) -> list[dict[str, Any]]:
        """Give all tenants that the person sees, up to a thousand."""
        return list(self._ask.get("/api/v1/tenants?limit=1000", headers=self._bearer).json())

    def make(self, **fields: Any) -> dict[str, Any]:
        """Make a tenant."""
        answer = self._ask.post("/api/v1/tenants", headers=self._bearer, data=fields)
        assert answer.status == 201, answer.text()
        return dict(answer.json())


class SetUp:
    """The set-up, one step after the other."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.current = page.locator(".steps [aria-current=step]")

    def stands_at(self, step: str) -> Self:
        """See that one has come to a step."""
        expect(self.current).to_have_text(re.compile(rf"^\s*(\d\s*)?{step}"))
        return self

    def fill(self, label: str, text: str) -> Self:
        """Fill in a field."""
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def go_on(self) -> None:
        """Save the step."""
        self.page.get_by_role("button", name="Save and go on").click()

    def choose(self, plan: str) -> None:
        """Choose a plan by the button of its card."""
        self.page.get_by_role("button", name=re.compile(rf"^(Choose|Keep) {plan}$")).click()
