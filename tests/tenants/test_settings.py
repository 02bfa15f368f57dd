"""The settings: who sees what, what can be saved, and what happens when two save at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.tenants.limits import OWNER_LIMITS, QUOTAS
from tests.cast import Cast
from tests.client import Page, Visitor

GENERAL, LIMITS = "/tenants/acme/settings/general", "/tenants/acme/settings/limits"


def fields(page: Page) -> set[str]:
    return {str(tag["name"]) for tag in page.one("#settings-form").select("fieldset [name]")}


def test_there_are_only_the_sections_there_are(cast: Cast, client: Visitor):
    client.sign_in("ada").visit("/tenants/acme/settings/secrets", 404)


class TestWhoSeesWhat:
    @pytest.mark.parametrize("who", ["vera", "sam"])
    @pytest.mark.parametrize("path", [GENERAL, LIMITS])
    def test_readers_read(self, cast: Cast, client: Visitor, who: str, path: str):
        page = client.sign_in(who).visit(path)
        assert page.one("#settings-form fieldset").has_attr("disabled")
        assert page.soup.select("[data-save-bar]") == []
        assert "Its owner and managers change them" in page
        sent = client.post(path, data={**page.values("#settings-form"), "name": "Mine", "max_users": "1"})
        assert sent.status == 403
        db.session.expire_all()
        assert (cast.acme.name, cast.acme.max_users) == ("Acme Corp", None)

    @pytest.mark.parametrize("who", ["olive", "max", "ada"])
    @pytest.mark.parametrize("path", [GENERAL, LIMITS])
    def test_the_others_change(self, cast: Cast, client: Visitor, who: str, path: str):
        page = client.sign_in(who).visit(path)
        assert not page.one("#settings-form fieldset").has_attr("disabled")
        page.one("[data-save-bar]")

    @pytest.mark.parametrize("who", ["olive", "max", "vera"])
    def test_quotas_are_shown_with_their_value(self, cast: Cast, change, client: Visitor, who: str):
        change(cast.ada, cast.acme, max_agents=12)
        page = client.sign_in(who).visit(LIMITS)
        assert fields(page) == set(OWNER_LIMITS)
        assert "Agents Voice agents that may be set up. 12 Own value" in page
        assert "Squads Squads, in which agents hand calls to one another. 3 Plan’s value" in page

    def test_staff_see_every_field(self, cast: Cast, client: Visitor):
        assert fields(client.sign_in("sam").visit(LIMITS)) >= set(OWNER_LIMITS) | set(QUOTAS)
        assert "external_id" in fields(client.visit(GENERAL))

    def test_owners_do_not_see_what_is_administrators(self, cast: Cast, client: Visitor):
        assert not {"kind", "external_id", "trial_ends_at"} & fields(client.sign_in("olive").visit(GENERAL))


class TestSaving:
    def test_general(self, cast: Cast, client: Visitor):
        typed = {"name": "Acme Inc", "slug": "acme-inc", "billing_email": "pay@acme.example", "meta_data": '{"a": [1]}'}
        sent = client.sign_in("olive").submit(GENERAL, typed)
        assert (sent.status, sent.headers["Location"]) == (303, "/tenants/acme-inc/settings/general")
        db.session.expire_all()
        assert (cast.acme.name, cast.acme.billing_email, cast.acme.meta_data) == (
            "Acme Inc", "pay@acme.example", {"a": [1]})  # fmt: skip
        assert "Saved: " in client.visit("/tenants/acme-inc/settings/general")

    def test_what_is_not_shown_does_not_change(self, cast: Cast, change, client: Visitor):
        change(cast.ada, cast.acme, external_id="cus_1", kind="trial", max_agents=15)
        client.sign_in("olive").submit(GENERAL, {"name": "Acme Inc"})
        client.submit(LIMITS, {"max_users": "7"})
        db.session.expire_all()
        acme = cast.acme
        assert (acme.name, acme.external_id, acme.kind, acme.max_agents, acme.max_users) == (
            "Acme Inc", "cus_1", "trial", 15, 7)  # fmt: skip

    def test_what_is_not_sent_does_not_change(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, max_users=7, meta_data={"a": 1}, billing_email="pay@acme.example")
        client.sign_in("olive")
        for path, typed in ((GENERAL, {"name": "Acme Inc"}), (LIMITS, {"max_projects": "3"})):
            token = client.visit(path).values("#settings-form")["csrf_token"]
            assert client.post(path, data={"csrf_token": token, **typed}).status == 303
        db.session.expire_all()
        acme = cast.acme
        assert (acme.name, acme.max_users, acme.max_projects) == ("Acme Inc", 7, 3)
        assert (acme.meta_data, acme.billing_email) == ({"a": 1}, "pay@acme.example")

    def test_limits_are_own_or_the_plans(self, cast: Cast, client: Visitor):
        assert client.sign_in("olive").submit(LIMITS, {"max_users": "7"}).status == 303
        page = client.visit(LIMITS)
        assert page.values("#settings-form")["max_users"] == "7"
        assert page.values("#settings-form")["max_projects"] == ""
        assert page.one("#max_projects")["placeholder"] == "5"
        assert "0 to 10; the plan has 5" in page
        assert client.submit(LIMITS, {"max_users": ""}).status == 303
        db.session.expire_all()
        assert cast.acme.max_users is None

    def test_owners_are_told_their_range(self, cast: Cast, client: Visitor):
        field = client.sign_in("olive").visit(LIMITS).one("#max_concurrent_calls")
        assert (field["min"], field["max"]) == ("1", "20")

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("21", "Concurrent calls go up to 20 on the Starter plan; 21 is too many."),
            ("1001", "1 to 1,000"),
            ("0", "1 to 1,000"),
            ("12.5", "a whole number in digits"),
            ("1_0", "a whole number in digits"),
            ("ten", "a whole number in digits"),
            ("9" * 500, "a whole number in digits"),
        ],
    )
    def test_what_was_typed_comes_back(self, cast: Cast, client: Visitor, typed: str, words: str):
        page = client.sign_in("olive").submit(LIMITS, {"max_concurrent_calls": typed, "max_users": "7"})
        assert page.status == 422
        assert page.one("#max_concurrent_calls")["value"] == typed
        assert page.one("#max_users")["value"] == "7"
        assert words in page
        assert page.one("[autofocus]")["name"] == "max_concurrent_calls"
        db.session.expire_all()
        assert cast.acme.max_users is None


class TestOverrides:
    def test_an_administrators_stands_marked(self, cast: Cast, client: Visitor):
        until = (now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
        typed = {"max_concurrent_calls": "500", "override_reason": "Big launch", "override_until": until}
        assert client.sign_in("ada").submit(LIMITS, typed).status == 303
        page = client.visit(LIMITS)
        assert "Concurrent calls Override Calls that may run" in page
        assert "1 to 1,000; the plan has 10; owners set up to 20. 500 was set" in page
        assert "500 was set beyond that by ada, until" in page
        assert "because: Big launch." in page
        assert "override" in client.visit("/tenants/acme")

    def test_saving_another_field_leaves_it(self, cast: Cast, change, client: Visitor):
        change(cast.ada, cast.acme, max_agents=900, override_reason="Launch")
        assert client.sign_in("ada").submit(LIMITS, {"max_users": "7"}).status == 303
        db.session.expire_all()
        assert cast.acme.entitlement("max_agents").reason == "Launch"

    def test_one_that_ended_is_empty_and_stays_away(self, cast: Cast, change, client: Visitor):
        import time_machine

        change(cast.ada, cast.acme, max_concurrent_calls=500, override_until=now() + timedelta(minutes=5))
        with time_machine.travel(now() + timedelta(minutes=10)):
            page = client.sign_in("olive").visit(LIMITS)
            assert page.values("#settings-form")["max_concurrent_calls"] == ""
            assert client.submit(LIMITS, {"max_users": "7"}).status == 303


class TestTwoBrowsers:
    def test_both_values_are_shown_and_nothing_is_overwritten(self, cast: Cast, app, client: Visitor, visitor):
        olive, max_ = client.sign_in("olive"), visitor(app).sign_in("max")
        opened = olive.visit(GENERAL).values("#settings-form")
        assert max_.submit(GENERAL, {"name": "Acme by Max", "billing_email": "max@acme.example"}).status == 303
        page = olive.post(GENERAL, data={**opened, "name": "Acme by Olive"})
        assert page.status == 409
        assert page.one("#name")["value"] == "Acme by Olive"
        assert "Now saved: Acme by Max" in page
        assert "Now saved: max@acme.example" in page
        assert "Nothing was saved yet" in page
        db.session.expire_all()
        assert cast.acme.name == "Acme by Max"
        again = olive.post(GENERAL, data=page.values("#settings-form"))
        assert again.status == 303
        db.session.expire_all()
        assert (cast.acme.name, cast.acme.billing_email) == ("Acme by Olive", None)

    def test_a_value_that_was_cleared_is_said(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, billing_email="pay@acme.example", max_users=7)
        olive = client.sign_in("olive")
        general, limits = olive.visit(GENERAL).values("#settings-form"), olive.visit(LIMITS).values("#settings-form")
        change(cast.max, cast.acme, billing_email=None, max_users=None)
        assert "Now saved: nothing" in olive.post(GENERAL, data={**general, "billing_email": "other@acme.example"})
        assert "Now saved: nothing" in olive.post(LIMITS, data={**limits, "max_users": "8"})

    def test_other_sections_do_not_meet(self, cast: Cast, change, client: Visitor):
        opened = client.sign_in("olive").visit(LIMITS).values("#settings-form")
        change(cast.max, cast.acme, name="Acme by Max", retention_days=10)
        assert client.post(LIMITS, data={**opened, "max_users": "7"}).status == 303
        db.session.expire_all()
        assert (cast.acme.name, cast.acme.max_users) == ("Acme by Max", 7)

    @pytest.mark.parametrize("seen", ["", "{", "[]", '{"plan": 1}', '{"metadata": 1, "limit": 2}'])
    def test_a_note_that_is_none_stops_nobody(self, cast: Cast, client: Visitor, seen: str):
        assert client.sign_in("olive").submit(GENERAL, {"name": "Acme Inc", "seen": seen}).status == 303
