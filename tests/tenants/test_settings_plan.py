"""Choosing a plan: what it changes is shown before anything is saved."""

from __future__ import annotations

import pytest

from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole, system
from portal.members import actions as members
from portal.plans import actions as plans
from portal.plans import queries
from portal.plans.words import minute_price
from portal.tenants.words import called
from portal.usage.models import Standing
from tests.accounts.authenticator import give_passkey
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import add_plan

PLAN = "/tenants/acme/settings/plan"
FORM = "#plan-form"


def to(key: str) -> str:
    return f"{PLAN}?to={key}"


def present(cast: Cast) -> str:
    db.session.expire_all()
    return cast.acme.billing_plan


def choices(page: Page) -> list[str]:
    return [tag.text.strip() for tag in page.one(".plans").select("a.button")]


def facts(page: Page) -> dict[str, str]:
    rows = page.one(FORM).select(".facts > div")
    return {row.dt.text: " ".join(row.dd.get_text("").split()) for row in rows}


class TestThePlans:
    @pytest.mark.parametrize("who", ["olive", "ada"])
    def test_each_with_its_price_and_what_it_includes(self, cast: Cast, client: Visitor, who: str):
        page = client.sign_in(who).visit(PLAN)
        assert choices(page) == ["Choose Free", "Choose Pro", "Choose Business", "Choose Enterprise"]
        current = page.one(".plan-current")
        words = " ".join(current.get_text(" ").split())
        assert "Starter Current $49.00 a month and $0.09 a minute" in words
        assert "Concurrent calls 10" in words
        assert "Without Compliance (HIPAA and PCI)" in words

    @pytest.mark.parametrize("who", ["max", "vera", "sam"])
    def test_the_others_read(self, cast: Cast, client: Visitor, who: str):
        page = client.sign_in(who).visit(PLAN)
        assert choices(page) == []
        assert "The owner of Acme Corp changes the plan" in page
        assert page.soup.select(FORM) == []
        assert client.visit(to("pro")).soup.select(FORM) == []

    def test_one_not_offered_is_hidden_unless_it_is_the_present_one(self, cast: Cast, change, client: Visitor):
        add_plan("legacy", offered=False)
        assert "Choose Legacy" not in choices(client.sign_in("olive").visit(PLAN))
        assert client.visit(to("legacy")).soup.select(FORM) == []
        assert "The Legacy plan is not offered any more. Choose another one." in client.visit(to("legacy"))

    def test_who_has_one_that_is_retired_keeps_it(self, cast: Cast, change, client: Visitor):
        add_plan("legacy")
        change(cast.olive, cast.acme, billing_plan="legacy")
        plans.retire_plan(system(), queries.plan_by_key("legacy"))
        assert "Legacy Current Not offered" in client.sign_in("olive").visit(PLAN)
        change(cast.olive, cast.acme, max_users=5)
        assert present(cast) == "legacy"

    def test_a_page_that_shows_it_still_is_told_so(self, cast: Cast, client: Visitor):
        add_plan("legacy")
        page = client.sign_in("olive").visit(to("legacy"))
        plans.retire_plan(system(), queries.plan_by_key("legacy"))
        sent = client.post(PLAN, data=page.values(FORM))
        assert sent.status == 422
        assert "The Legacy plan is not offered any more. Choose another one." in sent
        assert present(cast) == "starter"

    def test_an_administrator_may_not_choose_it_either(self, cast: Cast, client: Visitor):
        add_plan("legacy", offered=False)
        assert "Choose Legacy" not in choices(client.sign_in("ada").visit(PLAN))
        assert client.visit(to("legacy")).soup.select(FORM) == []

    def test_one_on_request_is_asked_for_by_an_owner_and_given_by_an_administrator(self, cast: Cast, client: Visitor):
        add_plan("tailored", on_request=True)
        page = client.sign_in("olive").visit(PLAN)
        assert "Choose Tailored" not in choices(page)
        assert "Ask for Tailored" in choices(page)
        assert "The Tailored plan is given on request. Ask for it below." in client.visit(to("tailored"))
        assert "Choose Tailored" in choices(Visitor(client.app).sign_in("ada").visit(PLAN))

    @pytest.mark.parametrize("key", ["gold", "%00", "starter", ""])
    def test_what_is_no_other_plan_shows_the_plans(self, cast: Cast, client: Visitor, key: str):
        page = client.sign_in("olive").visit(to(key))
        assert "Choose Pro" in choices(page)
        assert ("is no plan that can be chosen" in page) is (key in {"gold", "%00"})

    @pytest.mark.parametrize(
        ("hundredths", "words"), [(0, "$0.00"), (900, "$0.09"), (150, "$0.015"), (1, "$0.0001"), (123_456, "$12.3456")]
    )
    def test_prices_a_minute(self, hundredths: int, words: str):
        assert minute_price(hundredths) == words


class TestLooking:
    def test_it_shows_what_changes_and_saves_nothing(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, max_users=5)
        page = client.sign_in("olive").visit(to("pro"))
        shown = facts(page)
        assert shown["Plan"] == "from Starter → to Pro"
        assert shown["Price a month"] == "from $49.00 → to $199.00"
        assert shown["Concurrent calls"] == "from 10 → to 25"
        assert "Users" not in shown
        assert "Users: 5, a value of its own." in page
        assert page.one(f"{FORM} button.button-primary").text.strip() == "Change plan to Pro"
        assert present(cast) == "starter"

    def test_features_gained_and_lost(self, cast: Cast, change, client: Visitor):
        assert facts(client.sign_in("olive").visit(to("enterprise")))["Features gained"] == "Compliance (HIPAA and PCI)"
        assert facts(client.visit(to("free")))["Features lost"] == "SIP"

    def test_an_override_goes_along(self, cast: Cast, change, client: Visitor):
        change(cast.ada, cast.acme, max_agents=900, override_reason="Launch")
        page = client.sign_in("olive").visit(to("pro"))
        assert "Agents: 900, an override." in page
        assert "Agents" not in facts(page)

    def test_what_the_month_has_used_already(self, cast: Cast, change, client: Visitor):
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            of_acme = Standing.tenant_id == cast.acme.id
            connection.execute(Standing.__table__.update().where(of_acme).values(calls=300, seconds=60))
        page = client.sign_in("olive").visit(to("free"))
        assert "300 calls were used this month. With 100 no more calls are admitted this month." in page


class TestChanging:
    @pytest.mark.parametrize("who", ["olive", "ada"])
    def test_it_is_changed(self, cast: Cast, client: Visitor, trail, who: str):
        sent = client.sign_in(who).submit(to("pro"), {}, selector=FORM)
        assert (sent.status, sent.headers["Location"]) == (303, PLAN)
        assert "The plan is Pro now." in client.visit(PLAN)
        assert present(cast) == "pro"
        last = trail(cast.acme)[-1]
        assert (last.event, last.changes) == (Event.TENANT_PLAN_CHANGED, {"billing_plan": ["starter", "pro"]})
        document = client.api("GET", f"/tenants/{cast.acme.id}", client.token(who)).json
        assert (document["billing_plan"], document["max_concurrent_calls"]) == ("pro", 25)

    @pytest.mark.parametrize("who", ["max", "vera", "sam"])
    def test_the_others_cannot(self, cast: Cast, client: Visitor, who: str):
        token = client.sign_in(who).visit("/tenants/acme/settings/general").values("#settings-form")["csrf_token"]
        assert client.post(PLAN, data={"csrf_token": token, "billing_plan": "pro"}).status == 403
        assert present(cast) == "starter"

    @pytest.mark.parametrize("seen", ["", "{}", "[]", '{"name": "Acme Corp"}'])
    def test_not_before_it_was_seen(self, cast: Cast, client: Visitor, seen: str):
        page = client.sign_in("olive").submit(to("pro"), {"seen": seen}, selector=FORM)
        assert page.status == 409
        assert "Look at what will change" in page
        assert facts(page)["Concurrent calls"] == "from 10 → to 25"
        assert present(cast) == "starter"
        assert client.post(PLAN, data=page.values(FORM)).status == 303
        assert present(cast) == "pro"

    @pytest.mark.parametrize("theirs", [{"billing_plan": "business"}, {"max_users": 7}, {"recording_enabled": False}])
    def test_what_changed_in_between_is_shown_first(self, cast: Cast, change, client: Visitor, theirs: dict):
        opened = client.sign_in("olive").visit(to("pro")).values(FORM)
        change(cast.ada, cast.acme, **theirs)
        page = client.post(PLAN, data=opened)
        assert page.status == 409
        assert "Somebody else changed this" in page
        assert facts(page)["Plan"].endswith("to Pro")
        assert present(cast) == theirs.get("billing_plan", "starter")
        assert client.post(PLAN, data=page.values(FORM)).status == 303
        assert present(cast) == "pro"

    def test_somebody_else_has_done_it(self, cast: Cast, change, client: Visitor):
        opened = client.sign_in("olive").visit(to("pro")).values(FORM)
        change(cast.ada, cast.acme, billing_plan="pro")
        page = client.post(PLAN, data=opened)
        assert page.status == 409
        assert "Pro Current" in page

    @pytest.mark.parametrize("key", ["gold", "", "x" * 101])
    def test_what_is_no_plan(self, cast: Cast, client: Visitor, key: str):
        page = client.sign_in("olive").submit(to("pro"), {"billing_plan": key}, selector=FORM)
        assert page.status == 422
        assert "Choose Pro" in choices(page)


class TestWhatTheNewPlanDoesNotAllow:
    @pytest.fixture(autouse=True)
    def _too_much(self, cast: Cast, change):
        change(cast.olive, cast.acme, max_users=15)
        members.add_member(system(), cast.acme, cast.dev, MembershipRole.VIEWER)

    def test_an_owner_settles_it_first(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").visit(to("free"))
        assert "Settle this first." in page
        assert "Users are set to 15, and the Free plan goes up to 3. Lower them first." in page
        assert page.one(f"{FORM} .banner a")["href"] == "/tenants/acme/settings/limits#max_users-field"
        assert page.soup.select(f"{FORM} button.button-primary") == []
        sent = client.post(PLAN, data=page.values(FORM))
        assert sent.status == 422
        assert "Users are set to 15" in sent
        assert present(cast) == "starter"

    def test_what_is_in_use_is_named(self, cast: Cast, change, client: Visitor):
        change(cast.olive, cast.acme, max_users=None)
        page = client.sign_in("olive").visit(to("free"))
        assert "Users: 4 in use, and the Free plan includes 3. Remove some first." in page
        assert page.soup.select(f"{FORM} .banner a") == []
        assert facts(page)["Users"] == "from 10 → to 3"

    def test_a_limit_of_its_own_may_settle_it(self, cast: Cast, change, client: Visitor):
        tight = add_plan("tight", like="free", ceilings={**cast.acme.plan.ceilings})
        change(cast.olive, cast.acme, max_users=None)
        page = client.sign_in("olive").visit(to(tight))
        assert "Users: 4 in use, and the Tight plan includes 3. Set a limit of its own to at least 4 first." in page
        assert page.one(f"{FORM} .banner a")["href"] == "/tenants/acme/settings/limits#max_users-field"
        change(cast.olive, cast.acme, max_users=4, sip_enabled=False)
        assert client.submit(to(tight), {}, selector=FORM).status == 303

    def test_an_administrators_change_makes_it_an_override(self, cast: Cast, client: Visitor):
        page = client.sign_in("ada").visit(to("free"))
        assert "Users: 15 becomes an override, because the Free plan goes up to 3." in page
        assert "Users" not in facts(page)
        assert client.post(PLAN, data=page.values(FORM)).status == 303
        db.session.expire_all()
        assert cast.acme.entitlement("max_users").overridden

    @pytest.mark.parametrize("who", ["olive", "ada"])
    def test_a_feature_is_switched_off_first(self, cast: Cast, change, client: Visitor, who: str):
        change(cast.olive, cast.acme, max_users=3)
        change(cast.ada, cast.acme, billing_plan="enterprise", hipaa_enabled=True)
        client.sign_in(who)
        give_passkey(cast.actor(cast.olive))  # HIPAA asks each member for one
        page = client.visit(to("pro"))
        assert "HIPAA is on, and the Pro plan does not include it. Switch it off first." in page
        assert client.post(PLAN, data=page.values(FORM)).status == 422
        assert present(cast) == "enterprise"


def test_what_is_shown_is_what_comes(cast: Cast, change, client: Visitor):
    """Every way between two plans: the values shown are the values afterwards."""
    change(cast.ada, cast.acme, max_agents=900, max_users=12, override_reason="Launch")
    client.sign_in("ada")
    for key in ("free", "enterprise", "starter", "business", "pro", "free"):
        before = {name: each.value for name, each in cast.acme.entitlements().items()}
        page = client.visit(to(key))
        shown = facts(page)
        assert client.post(PLAN, data=page.values(FORM)).status == 303
        db.session.expire_all()
        for name, each in cast.acme.entitlements().items():
            words = f"from {before[name]:,} → to {each.value:,}" if each.value != before[name] else None
            assert shown.get(called(name)) == words, (key, name)
