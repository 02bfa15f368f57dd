"""What saving a section changes: shown before where that is asked for, and told afterwards."""

from __future__ import annotations

import pytest

from portal.foundation.database import db
from tests.cast import Cast
from tests.client import Visitor

GENERAL, LIMITS, SIP = (f"/tenants/acme/settings/{section}" for section in ("general", "limits", "sip"))
HOOKS = "/tenants/acme/settings/webhooks"


class TestBefore:
    def test_what_would_change_is_shown_and_nothing_is_saved(self, cast: Cast, client: Visitor, trail):
        records = len(trail(cast.acme))
        typed = {"max_users": "7", "max_concurrent_calls": "15", "review": "yes"}
        page = client.sign_in("olive").submit(LIMITS, typed)
        assert page.status == 200
        shown = " ".join(page.one(".review").get_text(" ").split())
        assert "Nothing is saved yet." in shown
        assert "Concurrent calls from the plan’s 10 → to 15" in shown
        assert "Users from the plan’s" in shown
        assert page.values("#settings-form")["max_users"] == "7"
        db.session.expire_all()
        assert (cast.acme.max_users, len(trail(cast.acme))) == (None, records)

    def test_what_came_back_is_saved_as_it_stands(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(GENERAL, {"name": "Acme Inc", "review": "yes"})
        assert client.post(GENERAL, data=page.values("#settings-form")).status == 303
        db.session.expire_all()
        assert cast.acme.name == "Acme Inc"

    def test_nothing_changed_says_so(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(GENERAL, {"review": "yes"})
        assert "Nothing has changed. There is nothing to save." in page

    def test_faults_are_shown_as_when_saving(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(LIMITS, {"max_concurrent_calls": "2000", "review": "yes"})
        assert page.status == 422
        assert page.soup.select(".review") == []
        assert "2,000 is too many" in page

    def test_a_secret_is_not_repeated(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(SIP, {"sip_password": "hush hush", "review": "yes"})
        assert "SIP password from not set → to a new one" in page
        assert "hush" not in page.text

    def test_readers_are_refused(self, cast: Cast, client: Visitor):
        page = client.sign_in("vera").visit(LIMITS)
        sent = client.post(LIMITS, data={**page.values("#settings-form"), "max_users": "1", "review": "yes"})
        assert sent.status == 403

    def test_who_has_no_scripts_has_the_button(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").visit(LIMITS)
        assert page.one("noscript button[name=review]").get_text(strip=True) == "Show what changes"


class TestAfterwards:
    @pytest.mark.parametrize(
        ("section", "typed", "told"),
        [
            (LIMITS, {"max_users": "7"}, "Saved: Users the plan’s 10 → 7."),
            (GENERAL, {"billing_email": "pay@acme.example"}, "Saved: Billing e-mail nothing → pay@acme.example."),
            (SIP, {"sip_password": "hush hush"}, "Saved: SIP password not set → a new one."),
            (GENERAL, {}, "Nothing to save: everything is as it was."),
            (
                LIMITS,
                {"max_users": "7", "max_projects": "3", "max_workspaces": "2", "max_environments": "2"},
                "and 1 more.",
            ),
        ],
    )
    def test_it_is_told(self, cast: Cast, client: Visitor, section: str, typed: dict[str, str], told: str):
        assert client.sign_in("olive").submit(section, typed).status == 303
        message = client.visit(section).one("#messages .message-text").get_text()
        assert told in message.replace("\u2068", "").replace("\u2069", "")

    def test_an_administrators_override_tells_its_reason(self, cast: Cast, client: Visitor):
        client.sign_in("ada").submit(LIMITS, {"max_concurrent_calls": "500", "override_reason": "Black Friday"})
        message = client.visit(LIMITS).one("#messages .message-text").get_text()
        assert "Black Friday" in message

    def test_names_of_any_script_stay_in_their_place(self, cast: Cast, client: Visitor):
        client.sign_in("olive").submit(GENERAL, {"name": "שלום עולם"})
        assert "\u2068שלום עולם\u2069." in client.visit(GENERAL).one("#messages .message-text").get_text()

    def test_a_long_value_is_cut(self, cast: Cast, client: Visitor):
        client.sign_in("olive").submit(GENERAL, {"name": "A" * 255})
        assert "A" * 59 + "…" in client.visit(GENERAL).one("#messages .message-text").get_text()
