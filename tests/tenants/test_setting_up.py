"""The set-up's pages: each step saves, is left and come back to, and says what it cannot take."""

from __future__ import annotations

import pytest

from portal.accounts.models import User
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole, system
from portal.members import actions as members
from portal.tenants import setup
from portal.tenants.forms.setting_up import STEP_FORMS
from portal.tenants.models import Tenant
from portal.tenants.setup_steps import resumes_at
from tests.cast import Cast
from tests.client import PASSPHRASE, Visitor, values_of
from tests.hostile import HOSTILE, harm
from tests.tenants.making import add_plan, make_tenant, without_tenant


@pytest.fixture
def una(client: Visitor, cast: Cast) -> User:
    """Somebody who signed up a minute ago, in this browser."""
    typed = {"username": "una", "email": "una@example.com", "password": PASSPHRASE, "organization": "Una & Co"}
    assert client.submit("/signup", typed).status == 303
    return db.session.query(User).filter_by(username="una").one()


@pytest.fixture
def fresh(una: User) -> Tenant:
    """Her tenant."""
    return db.session.get_one(Tenant, una.owner_id)


def at(step: str, slug: str = "una-co") -> str:
    return f"/setup/{slug}/{step}"


def again(tenant: Tenant) -> Tenant:
    db.session.expire_all()
    return db.session.get_one(Tenant, tenant.id)


CONTACTS = {"billing_email": "pay@una.example"}


class TestFromTheFirstToTheLast:
    def test_each_step_saves_and_leads_on(self, fresh, client: Visitor):
        assert client.get("/setup").headers["Location"] == at("organization")
        for step, typed, following in (
            ("organization", CONTACTS, "plan"),
            ("plan", {"billing_plan": "pro"}, "limits"),
            ("limits", {"max_concurrent_calls": "40"}, "features"),
            ("features", {"analytics_enabled": ""}, "compliance"),
            ("compliance", {}, "webhook"),
            ("webhook", {}, "review"),
        ):
            answer = client.submit(at(step), typed, selector="#setup-form")
            assert (answer.status, answer.headers.get("Location")) == (303, at(following)), answer.text
        tenant = again(fresh)
        assert (tenant.billing_plan, tenant.max_concurrent_calls, tenant.analytics_enabled) == ("pro", 40, False)
        assert setup.open_choices(tenant) == []
        page = client.visit(at("review"))
        assert "Everything is set up." in page
        assert page.one("main .button-primary")["href"] == "/tenants/una-co"

    def test_it_is_come_back_to_on_another_device_at_the_first_open_step(self, fresh, client: Visitor):
        client.submit(at("plan"), {"billing_plan": "free"}, selector="#setup-form")
        other = Visitor(client.app).sign_in("una")
        assert other.get("/setup").headers["Location"] == at("organization")
        other.submit(at("organization"), CONTACTS, selector="#setup-form")
        assert Visitor(client.app).sign_in("una").get("/setup").headers["Location"] == at("features")
        assert resumes_at(again(fresh)) == "features"

    def test_choices_made_in_the_settings_count(self, fresh, client: Visitor):
        client.submit("/tenants/una-co/settings/general", CONTACTS)
        client.submit("/tenants/una-co/settings/compliance", {})
        assert set(setup.open_choices(again(fresh))) == {
            "plan_chosen_at", "features_chosen_at", "webhook_chosen_at"}  # fmt: skip

    def test_the_review_says_what_is_open(self, fresh, client: Visitor):
        page = client.visit(at("review"))
        assert "5 short steps; next: organization." in page
        assert not page.soup.select("main .form-foot .button-primary")


class TestWhatCannotBeTaken:
    def test_a_billing_address_is_needed(self, fresh, client: Visitor):
        page = client.submit(at("organization"), {"name": "Una Ltd"}, selector="#setup-form")
        assert page.status == 422
        assert page.one("#name")["value"] == "Una Ltd"
        assert page.one("#billing_email-error")

    def test_a_slug_taken_meanwhile_is_said_and_nothing_typed_is_lost(self, fresh, client: Visitor):
        opened = client.visit(at("organization")).values("#setup-form")
        make_tenant("Una", slug="una")
        page = client.post(at("organization"), data=opened | CONTACTS | {"slug": "una"})
        assert page.status == 422
        assert "taken" in page.one("#slug-error").text or "has this" in page.one("#slug-error").text
        assert page.one("#billing_email")["value"] == "pay@una.example"

    def test_a_plan_retired_meanwhile_is_said(self, fresh, client: Visitor):
        add_plan("gala")
        opened = client.visit(at("plan")).values("#setup-form")
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            plans = db.metadata.tables["plans"]
            connection.execute(plans.update().where(plans.c.key == "gala").values(offered=False))
        page = client.post(at("plan"), data=opened | {"billing_plan": "gala"})
        assert page.status == 422
        assert "The Gala plan is not offered any more. Choose another one." in page
        assert "Choose Gala" not in page
        assert again(fresh).plan_chosen_at is None

    def test_no_such_plan(self, fresh, client: Visitor):
        page = client.submit(at("plan"), {"billing_plan": "gold"}, selector="#setup-form")
        assert page.status == 422
        assert "There is no plan “gold”" in page

    def test_sip_asks_for_its_details_when_it_is_on(self, fresh, client: Visitor):
        page = client.submit(at("features"), {"sip_enabled": "on"}, selector="#setup-form")
        assert page.status == 422
        assert {each["id"] for each in page.soup.select(".field-faulty")} == {
            "sip_domain-field", "sip_username-field", "sip_password-field"}  # fmt: skip

    def test_an_unknown_step_is_not_found(self, fresh, client: Visitor):
        assert client.get(at("payment")).status == 404
        token = {"csrf_token": client.visit(at("plan")).values("#setup-form")["csrf_token"]}
        assert client.post(at("review"), data=token).status == 404


@pytest.mark.parametrize("kind", ["markup", "NUL", "right to left", "10,000 emoji"])
def test_hostile_text_in_every_control_is_refused_or_kept_and_harms_nothing(fresh, client: Visitor, kind: str):
    slug = "una-co"
    for step in STEP_FORMS:
        form = client.visit(at(step, slug)).one("#setup-form")
        controls = form.select("input:not([type=hidden], [type=checkbox])")
        typed = values_of(form) | {str(each["name"]): HOSTILE[kind] for each in controls}
        page = client.post(at(step, slug), data=typed | ({"billing_plan": HOSTILE[kind]} if step == "plan" else {}))
        assert page.status in {303, 422}, step
        assert page.status == 303 or harm(page.soup) == [], step
    page = client.get(at("plan", slug), query_string={"calls": HOSTILE[kind], "at_once": HOSTILE[kind]})
    assert (page.status, harm(page.soup)) == (200, [])


class TestTwoTabs:
    def test_different_steps_do_not_stand_in_each_others_way(self, fresh, client: Visitor):
        first, second = (client.visit(at(step)).values("#setup-form") for step in ("organization", "features"))
        assert client.post(at("features"), data=second).status == 303
        assert client.post(at("organization"), data=first | CONTACTS).status == 303

    def test_the_same_step_shows_both_values(self, fresh, client: Visitor):
        opened = client.visit(at("organization")).values("#setup-form")
        client.submit(at("organization"), CONTACTS | {"name": "Una Inc"}, selector="#setup-form")
        page = client.post(at("organization"), data=opened | {"name": "Una AG", "billing_email": "x@una.example"})
        assert page.status == 409
        assert "Una Inc" in page.one("#name-now").text
        assert page.one("#name")["value"] == "Una AG"

    def test_a_step_of_the_old_slug_is_saved_under_the_new_one(self, fresh, client: Visitor):
        opened = client.visit(at("features")).values("#setup-form")
        client.submit(at("organization"), CONTACTS | {"slug": "una-inc"}, selector="#setup-form")
        answer = client.post(at("features"), data=opened)
        assert (answer.status, answer.headers["Location"]) == (308, at("features", "una-inc"))


class TestThePlanThatFits:
    def test_nothing_is_marked_before_anything_is_known(self, fresh, client: Visitor):
        page = client.visit(at("plan"))
        assert "Say what you expect" in page.one("#fit").text
        assert not page.soup.select(".plan .tag-good")

    @pytest.mark.parametrize(
        ("asked", "marked", "words"),
        [
            ("calls=90", "Free", "Free fits"),
            ("calls=800&at_once=8", "Starter", "includes 8 concurrent calls and 800 calls a month"),
            ("calls=800&at_once=8", "Starter", "cheapest"),
            ("compliance=on", "Enterprise", "includes compliance"),
            ("calls=3000000", "Enterprise", "once its limits are raised"),
            ("calls=9000000", None, "No plan goes as far"),
        ],
    )
    def test_the_cheapest_that_includes_what_is_expected(self, fresh, client: Visitor, asked, marked, words):
        page = client.visit(f"{at('plan')}?{asked}")
        assert words in page.one("#fit").text
        fits = [card.h3.text for card in page.soup.select(".plan") if card.select(".tag-good")]
        assert fits == ([marked] if marked else [])

    def test_what_is_no_number_is_said_at_its_field(self, fresh, client: Visitor):
        page = client.visit(f"{at('plan')}?calls=many&at_once=0")
        assert "whole number" in page.one("#calls-error").text
        assert page.one("#at_once-error")

    def test_what_the_plan_lacks_is_switched_off_with_it_before_anybody_chose(self, fresh, client: Visitor):
        add_plan("quiet", features=["analytics"])
        assert client.submit(at("plan"), {"billing_plan": "quiet"}, selector="#setup-form").status == 303
        tenant = again(fresh)
        assert (tenant.recording_enabled, tenant.analytics_enabled, tenant.features_chosen_at) == (False, True, None)


def test_the_secret_of_a_webhook_is_shown_once_then_a_test_is_offered(fresh, client: Visitor):
    page = client.submit(at("webhook"), {"webhook_url": "https://hooks.una.invalid/in"}, selector="#setup-form")
    assert "whsec_" in page.one(".shown-once").text
    assert page.headers["Cache-Control"] == "no-store"
    page = client.visit(at("webhook"))
    assert "whsec_" not in page.text
    answer = client.submit(at("webhook"), {}, selector="form[action$='/webhook/test']")
    assert (answer.status, answer.headers["Location"]) == (303, at("webhook"))
    assert "1 " in client.visit(at("webhook")).one(".outcomes").text


class TestOthers:
    def test_a_manager_reads_who_sets_it_up(self, cast, fresh, client: Visitor):
        members.add_member(system(), fresh, cast.max, MembershipRole.MANAGER)
        page = Visitor(client.app).sign_in("max").visit(at("plan"))
        assert "Only an owner of Una & Co sets it up." in page

    @pytest.mark.parametrize("who", ["ada", "sam"])
    def test_staff_are_led_to_the_settings(self, cast, fresh, client: Visitor, who: str):
        staff = Visitor(client.app).sign_in(who)
        assert staff.get(at("plan")).headers["Location"] == "/tenants/una-co/settings/general"
        assert staff.get("/setup").headers["Location"] == "/tenants?q=setup:unfinished"

    def test_who_belongs_nowhere_reads_how_to_be_invited(self, cast, client: Visitor):
        assert "Ask its owner to invite you" in client.sign_in("dev").visit("/setup")


class TestRecovery:
    def test_who_has_no_organization_is_offered_to_make_it(self, cast, client: Visitor):
        without_tenant("rhea")
        client.sign_in("rhea")
        assert client.visit("/").soup.select("main a[href='/setup']")
        answer = client.submit("/setup", {"name": "Rhea Ltd"}, selector="#make-form")
        assert (answer.status, answer.headers["Location"]) == (303, at("organization", "rhea-ltd"))
        assert "Set up" in client.visit("/").one("h1").text

    def test_wrong_names_are_said_and_nothing_is_made(self, cast, client: Visitor):
        without_tenant("rhea")
        page = client.sign_in("rhea").submit("/setup", {"name": " "}, selector="#make-form")
        assert page.status == 422
        assert page.one("#name-error")

    def test_twice_makes_one(self, cast, client: Visitor):
        user = without_tenant("rhea")
        opened = client.sign_in("rhea").visit("/setup").values("#make-form") | {"name": "Rhea Ltd"}
        assert client.post("/setup", data=opened).status == 303
        page = client.post("/setup", data=opened)
        assert page.status == 409
        assert "You have a tenant already." in page
        assert db.session.query(Tenant).filter_by(owner_id=user.id).count() == 1

    def test_a_developer_makes_none(self, cast, client: Visitor):
        token = client.sign_in("dev").visit("/").one("input[name=csrf_token]")["value"]
        assert client.post("/setup", data={"csrf_token": token, "name": "Dev Ltd"}).status == 403
