"""Changing a tenant: only what is given, and nothing where nothing changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.errors import Forbidden, Moved, NotFound, Stale
from portal.foundation.ids import new_id
from portal.foundation.permissions import MembershipRole
from portal.members.models import Membership
from portal.tenants import actions, queries
from portal.tenants.drafts import TenantChange
from portal.tenants.expected import Expected
from portal.tenants.models import OldSlug, Tenant, TenantSearch
from tests.cast import Cast


def test_only_the_given_fields_change(cast: Cast, change, trail):
    change(cast.olive, cast.acme, billing_email="pay@acme.example", retention_days=30)
    before = cast.acme.version
    acme = change(cast.olive, cast.acme, retention_days=60).tenant
    assert (acme.billing_email, acme.retention_days, acme.version) == ("pay@acme.example", 60, before + 1)
    last = trail(acme)[-1]
    assert (last.event, last.actor_name, last.actor_standing) == (Event.TENANT_UPDATED, "olive", "owner")
    assert last.changes == {"retention_days": [30, 60]}


def test_none_clears(cast: Cast, change, trail):
    change(cast.olive, cast.acme, technical_contact_email="ops@acme.example")
    acme = change(cast.olive, cast.acme, technical_contact_email=None).tenant
    assert acme.technical_contact_email is None
    assert trail(acme)[-1].changes == {"technical_contact_email": ["ops@acme.example", None]}


def test_an_empty_text_is_none(cast: Cast, change):
    change(cast.olive, cast.acme, technical_contact_email="ops@acme.example")
    assert change(cast.olive, cast.acme, technical_contact_email="").tenant.technical_contact_email is None


def test_changing_nothing_writes_nothing(cast: Cast, change, trail):
    acme = change(cast.olive, cast.acme, max_users=5, meta_data={"region": "eu"}).tenant
    records, version, updated_at = len(trail(acme)), acme.version, acme.updated_at
    change(cast.olive, acme)
    change(cast.olive, acme, name=acme.name, slug=acme.slug, max_users=5, meta_data={"region": "eu"}, kind=acme.kind)
    change(cast.olive, acme, sip_password=None, webhook_url=None, pci_recording_acknowledged=False, max_agents=None)
    change(cast.olive, acme, override_reason=None, override_until=None, external_id=None, owner_id=acme.owner_id)
    db.session.expire_all()
    assert (len(trail(acme)), acme.version, acme.updated_at) == (records, version, updated_at)


def test_every_real_change_is_a_version(cast: Cast, change):
    version = cast.acme.version
    for number, fields in enumerate(
        [{"name": "A"}, {"max_users": 3}, {"sip_password": "abc"}, {"sip_password": "abc"}, {"max_users": None}], 1
    ):
        assert change(cast.olive, cast.acme, **fields).tenant.version == version + number


def test_what_is_found_follows_the_change(cast: Cast, change):
    change(cast.olive, cast.acme, name="Zweigstelle Köln")
    db.session.expire_all()
    assert cast.acme.sort_name == "zweigstelle koln"
    assert "zweigstelle koln" in db.session.scalar(select(TenantSearch.body).filter_by(tenant_id=cast.acme.id))


@pytest.mark.parametrize("who", ["vera", "sam", "dev", "otto"])
def test_who_may_not_change_changes_nothing(cast: Cast, change, who: str):
    with pytest.raises(Forbidden):
        change(getattr(cast, who), cast.acme, name="Mine")
    db.session.expire_all()
    assert cast.acme.name == "Acme Corp"


def test_a_manager_changes_all_but_the_plan(cast: Cast, change):
    assert change(cast.max, cast.acme, name="Acme").tenant.name == "Acme"
    with pytest.raises(Forbidden):
        change(cast.max, cast.acme, billing_plan="pro")


def test_fields_of_administrators_are_named(cast: Cast, change):
    with pytest.raises(Forbidden) as refused:
        change(cast.olive, cast.acme, name="Other", external_id="cus_1", max_agents=5)
    assert refused.value.message == (
        "Only platform administrators set these: external id (external_id), agents (max_agents)."
    )
    db.session.expire_all()
    assert cast.acme.name == "Acme Corp"


class TestOwner:
    def test_a_new_owner_becomes_a_member(self, cast: Cast, change, trail):
        acme = change(cast.ada, cast.acme, owner_id=cast.dev.id).tenant
        assert db.session.get(Membership, (acme.scope_id, cast.dev.id)).role == MembershipRole.OWNER
        events = [record.event for record in trail(acme)[-2:]]
        assert sorted(events) == [Event.MEMBER_ADDED, Event.TENANT_UPDATED]

    def test_a_member_becomes_the_owner(self, cast: Cast, change, trail):
        acme = change(cast.ada, cast.acme, owner_id=cast.vera.id).tenant
        assert db.session.get(Membership, (acme.scope_id, cast.vera.id)).role == MembershipRole.OWNER
        added = next(record for record in trail(acme)[-2:] if record.event == Event.MEMBER_ADDED)
        assert added.changes == {"member": ["vera", "vera"], "role": ["viewer", "owner"]}

    def test_nobody_may_own_it(self, cast: Cast, change):
        assert change(cast.ada, cast.acme, owner_id=None).tenant.owner_id is None

    def test_an_unknown_one_is_refused(self, cast: Cast, change, refusal):
        assert refusal(change, cast.ada, cast.acme, owner_id=new_id()) == {"owner_id": "There is no user with this id."}

    def test_a_manager_cannot_make_itself_the_owner(self, cast: Cast, change):
        with pytest.raises(Forbidden, match="owner_id"):
            change(cast.max, cast.acme, owner_id=cast.max.id)


class TestSlug:
    def test_the_old_one_goes_on_leading_there(self, cast: Cast, change):
        change(cast.olive, cast.acme, slug="acme-inc")
        with pytest.raises(Moved) as moved:
            queries.tenant_by_slug(cast.actor(cast.olive), "acme")
        assert moved.value.view_args == {"slug": "acme-inc"}

    def test_but_not_for_who_may_not_see_it(self, cast: Cast, change):
        change(cast.olive, cast.acme, slug="acme-inc")
        with pytest.raises(NotFound):
            queries.tenant_by_slug(cast.actor(cast.otto), "acme")

    def test_from_one_to_another_and_back(self, cast: Cast, change):
        for slug in ("b", "acme", "b", "c"):
            change(cast.olive, cast.acme, slug=slug)
        old = set(db.session.scalars(select(OldSlug.slug).filter_by(tenant_id=cast.acme.id)))
        assert {"acme", "b"} <= old
        assert "c" not in old
        for slug in ("acme", "b"):
            with pytest.raises(Moved) as moved:
                queries.tenant_by_slug(cast.actor(cast.ada), slug)
            assert moved.value.view_args == {"slug": "c"}

    def test_anothers_is_refused_old_or_new(self, cast: Cast, change, refusal):
        change(cast.olive, cast.acme, slug="acme-inc")
        assert "still leads to the tenant" in refusal(change, cast.otto, cast.globex, slug="acme")["slug"]
        assert "already taken" in refusal(change, cast.otto, cast.globex, slug="acme-inc")["slug"]


class TestExpected:
    def test_an_old_version_is_stale(self, cast: Cast, change):
        seen = Expected(versions=frozenset({cast.acme.version}))
        change(cast.max, cast.acme, name="Acme One")
        with pytest.raises(Stale):
            actions.change_tenant(cast.actor(cast.olive), cast.acme, TenantChange.read({"name": "Acme Two"}), seen)
        db.session.expire_all()
        assert cast.acme.name == "Acme One"

    def test_values_are_judged_field_by_field(self, cast: Cast, change):
        seen = Expected(values={"name": "Acme Corp"})
        change(cast.max, cast.acme, retention_days=10)
        actor, draft = cast.actor(cast.olive), TenantChange.read({"name": "Acme Two"})
        assert actions.change_tenant(actor, cast.acme, draft, seen).tenant.name == "Acme Two"
        with pytest.raises(Stale) as stale:
            actions.change_tenant(actor, cast.acme, TenantChange.read({"name": "Acme Three"}), seen)
        assert stale.value.changed == ("name",)

    @pytest.mark.parametrize("text", [None, "", "[]", "7", '{"entitlement": 1}', "{", "[" * 100_000])
    def test_what_no_form_was_filled_with_expects_nothing(self, app, text: str | None):
        assert Expected.from_text(text) is None


def test_nothing_is_half_done(cast: Cast, change, refusal, trail):
    records = len(trail(cast.acme))
    refusal(change, cast.olive, cast.acme, name="Half", slug="half", max_concurrent_calls=999)
    db.session.expire_all()
    tenant = db.session.get(Tenant, cast.acme.id)
    assert (tenant.name, tenant.slug, len(trail(tenant))) == ("Acme Corp", "acme", records)
    assert db.session.get(OldSlug, "acme") is None
    assert db.session.scalar(select(AuditRecord.id).where(AuditRecord.tenant_name == "Half")) is None
