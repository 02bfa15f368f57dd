"""Creating tenants: what they begin with, and what is written with them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Forbidden
from portal.foundation.ids import new_id
from portal.foundation.permissions import MembershipRole
from portal.members.models import Membership
from portal.tenants import actions
from portal.tenants.limits import LIMITS
from portal.tenants.models import Scope, Tenant, TenantSearch
from portal.usage.models import Standing
from tests.cast import Cast
from tests.tenants.making import add_plan, at_the_api, make_renamed, make_tenant, new_tenant, without_tenant


def test_a_tenant_begins_with_the_plans_values(app):
    tenant = make_tenant("Initech")
    assert (tenant.slug, tenant.kind, tenant.status) == ("initech", "standard", "active")
    assert tenant.billing_plan == "starter"
    assert tenant.limit("max_concurrent_calls") == 10
    assert tenant.limit("monthly_call_limit") == 1000
    assert all(getattr(tenant, name) is None for name in LIMITS)
    assert (tenant.sip_enabled, tenant.recording_enabled, tenant.analytics_enabled) == (False, True, True)
    assert (tenant.retention_days, tenant.recording_format, tenant.webhook_timeout_seconds) == (90, "mp4", 20)
    assert tenant.version == 1


def test_features_the_plan_lacks_are_off_where_nobody_asked_for_them(app):
    tenant = make_tenant("Initech", billing_plan=add_plan("bare", features=["analytics"]))
    assert (tenant.recording_enabled, tenant.analytics_enabled) == (False, True)


def test_a_feature_the_plan_lacks_cannot_be_asked_for(app, refusal):
    said = refusal(make_tenant, "Initech", hipaa_enabled=True)
    assert said == {"hipaa_enabled": "HIPAA is not part of the Starter plan. Switch it off, or choose a plan with it."}
    assert db.session.scalar(select(Tenant)) is None


def test_everything_is_written_with_the_tenant(cast: Cast, trail):
    owner = cast.dev
    tenant = make_tenant("Initech", owner_id=owner.id, billing_email="pay@initech.example")
    db.session.expire_all()
    assert db.session.get(Scope, tenant.scope_id) is not None
    assert db.session.get(Membership, (tenant.scope_id, owner.id)).role == MembershipRole.OWNER
    assert db.session.get(Standing, tenant.id).calls == 0
    search = db.session.scalar(select(TenantSearch.body).filter_by(tenant_id=tenant.id))
    assert search == "initech\ninitech\npay@initech.example"
    created, member = trail(tenant)
    assert (created.event, member.event) == (Event.TENANT_CREATED, Event.MEMBER_ADDED)
    assert created.changes["name"] == [None, "Initech"]
    assert created.changes["owner_id"] == [None, str(owner.id)]
    assert created.changes["billing_plan"] == [None, "starter"]
    assert "sort_name" not in created.changes
    assert tenant.version == 1


def test_without_an_owner_nobody_is_a_member(app):
    tenant = make_tenant("Initech")
    assert tenant.owner_id is None
    assert db.session.scalars(select(Membership).filter_by(scope_id=tenant.scope_id)).all() == []


def test_only_admins_create_any_tenant(cast: Cast):
    for user in (cast.sam, cast.olive, cast.dev):
        with pytest.raises(Forbidden):
            actions.create_tenant(cast.actor(user), new_tenant(name="Mine"))


def test_an_unknown_owner_or_plan_is_named(cast: Cast, refusal):
    assert refusal(make_tenant, "A", owner_id=new_id()) == {"owner_id": "There is no user with this id."}
    assert refusal(make_tenant, "A", billing_plan="gold") == {
        "billing_plan": "There is no plan “gold” in the catalogue."
    }


def test_an_id_may_be_supplied_of_version_7_once(app, refusal):
    wanted = new_id()
    assert make_tenant("Initech", id=wanted).id == wanted
    assert refusal(make_tenant, "Other", id=wanted) == {"id": "There is, or was, a tenant with this id."}
    assert refusal(make_tenant, "Other", id=uuid4()) == {"id": "A tenant's id is a UUID of version 7."}
    assert "id" in refusal(make_tenant, "Other", id=UUID(int=0))


class TestSlugs:
    def test_the_same_name_gets_the_next_number(self, app):
        slugs = [make_tenant("Hooli, Inc.").slug for _ in range(3)]
        assert slugs == ["hooli-inc", "hooli-inc-2", "hooli-inc-3"]

    def test_many_of_one_name_go_on_counting(self, app):
        slugs = [make_tenant("Hooli").slug for _ in range(20)]
        assert slugs[-1] == "hooli-20"
        assert len(set(slugs)) == 20

    def test_a_kept_word_gets_a_number(self, app):
        assert make_tenant("New").slug == "new-2"
        assert make_tenant("Settings").slug == "settings-2"

    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("🎈🎉", "organization"),
            ("电话公司", "dian-hua-gong-si"),
            ("Ünïcode & Söhne", "unicode-sohne"),
            ("---", "organization"),
            ("شركة", "shrk"),
        ],
    )
    def test_every_name_gives_one(self, app, name: str, slug: str):
        assert make_tenant(name).slug == slug

    def test_a_name_of_255_characters_gives_one_of_63_at_most(self, app):
        first, second = make_tenant("x" * 255), make_tenant("x" * 255)
        assert first.slug == "x" * 63
        assert second.slug == "x" * 55 + "-2"

    def test_anothers_old_slug_is_not_taken(self, app):
        make_renamed("hooli", "nucleus")
        assert make_tenant("Hooli").slug == "hooli-2"

    def test_one_that_is_taken_or_kept_is_refused(self, cast: Cast, refusal):
        assert refusal(make_tenant, "X", slug="acme") == {
            "slug": "“acme” is already taken by another tenant. Choose another slug."
        }
        assert "kept for the portal" in refusal(make_tenant, "X", slug="new")["slug"]

    @pytest.mark.parametrize("slug", ["Acme", "-a", "a-", "a--b", "a_b", "ä", "a b", "a\n", "", "x" * 64])
    def test_its_form_is_said_in_words(self, app, refusal, slug: str):
        (said,) = refusal(make_tenant, "X", slug=slug).values()
        assert said.startswith("Slug")
        assert "pattern" not in said


class TestRecovery:
    """A business user whose tenant was never made makes it later."""

    def test_it_becomes_the_owner_and_the_id_its_owner_id(self, app, trail):
        ben = without_tenant("ben")
        saved = actions.create_own_tenant(at_the_api(ben), ben, new_tenant(name="Ben's", billing_plan="pro"))
        assert ben.owner_id == saved.tenant.id
        assert saved.tenant.owner_id == ben.id
        assert saved.tenant.billing_plan == "pro"
        assert [record.event for record in trail(saved.tenant)] == [Event.TENANT_CREATED, Event.MEMBER_ADDED]

    def test_only_once(self, cast: Cast):
        with pytest.raises(Conflict):
            actions.create_own_tenant(cast.actor(cast.olive), cast.olive, new_tenant(name="Another"))

    def test_others_have_none(self, cast: Cast):
        with pytest.raises(Conflict):
            actions.create_own_tenant(cast.actor(cast.dev), cast.dev, new_tenant(name="Mine"))

    def test_what_administrators_set_is_theirs(self, app):
        ben = without_tenant("ben")
        with pytest.raises(Forbidden, match=r"kind, agents \(max_agents\)"):
            actions.create_own_tenant(at_the_api(ben), ben, new_tenant(name="Ben's", kind="trial", max_agents=900))
        usual = new_tenant(name="Ben's", kind="standard", parent_id=None)
        assert actions.create_own_tenant(at_the_api(ben), ben, usual).tenant.name == "Ben's"

    def test_limits_end_at_the_ceiling(self, app, refusal):
        ben = without_tenant("ben")
        draft = new_tenant(name="Ben's", max_concurrent_calls=500)
        assert (
            "20 on the Starter plan"
            in refusal(actions.create_own_tenant, at_the_api(ben), ben, draft)["max_concurrent_calls"]
        )
