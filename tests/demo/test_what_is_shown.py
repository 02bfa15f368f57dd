"""What the demonstration shows, and that it fits together. One loading serves all of these stories."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

from sqlalchemy import select

from portal.accounts.models import User
from portal.demo import queries
from portal.demo.names import UNUSUAL
from portal.foundation.audit import AuditRecord, Event, plain
from portal.foundation.compact import compact_json
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole, Role
from portal.foundation.vault import vault
from portal.members.models import Membership
from portal.plans import queries as plans
from portal.resources.models import Resource
from portal.tenants.limits import LIMITS, Kind, Service, Status
from portal.tenants.models import Scope, TenantSearch, search_body
from portal.usage.limits import longest_call
from portal.usage.models import Call, DailyFigures, Recording, Standing
from portal.usage.retention import kept_from
from tests.demo.conftest import NOW

COUNTED = ("calls", "completed", "failed", "seconds", "cents")


def test_every_sort_of_tenant_is_there(tenants):
    assert {tenant.billing_plan for tenant in tenants} == {plan.key for plan in plans.catalogue()}
    assert {tenant.kind for tenant in tenants} == set(Kind)
    assert {tenant.status for tenant in tenants} == set(Status)
    for flag in ("sip", "hipaa", "pci", "recording", "analytics", "data_encryption"):
        assert {getattr(tenant, f"{flag}_enabled") for tenant in tenants} == {True, False}, flag
    ends = [tenant.trial_ends_at for tenant in tenants if tenant.kind == Kind.TRIAL]
    assert min(ends) < NOW < max(ends)
    for name in ("parent_id", "external_id", "owner_id", "webhook_url", "limit_overrides"):
        assert len({bool(getattr(tenant, name)) for tenant in tenants}) == 2, name
    assert {tenant.meta_data["region"] for tenant in tenants} >= {"us-east", "eu-central"}


def test_names_that_are_hard_to_show_are_there(tenants):
    names = {tenant.name for tenant in tenants}
    assert {name for index, name in UNUSUAL if index < len(tenants)} <= names
    assert max(len(name) for _, name in UNUSUAL) == 255


def test_the_suspended_have_a_reason_and_services(tenants):
    suspended = [tenant for tenant in tenants if tenant.status == Status.SUSPENDED]
    for tenant in suspended:
        assert tenant.suspension_reason
        assert set(tenant.suspended_services) <= set(Service)
        assert tenant.created_at < tenant.suspended_at < NOW
    assert len({len(tenant.suspended_services) for tenant in suspended}) > 1


def test_the_figures_are_what_the_calls_say(tenants):
    counted: defaultdict[tuple, Counter[str]] = defaultdict(Counter)
    for call in db.session.scalars(select(Call)):
        seconds = call.duration_seconds or 0
        assert call.cents == (seconds * call.price + 3000) // 6000
        counted[call.tenant_id, call.started_at.date()].update(
            calls=1, seconds=seconds, cents=call.cents, **({call.status: 1} if call.status in COUNTED else {})
        )
    kept_from = {tenant.id: (NOW - timedelta(days=tenant.retention_days)).date() for tenant in tenants}
    limits = {tenant.id: tenant.limit("max_concurrent_calls") for tenant in tenants}
    for figures in db.session.scalars(select(DailyFigures)):
        calls = counted.pop((figures.tenant_id, figures.day), Counter())
        if figures.day > kept_from[figures.tenant_id]:
            assert {name: getattr(figures, name) for name in COUNTED} == {name: calls[name] for name in COUNTED}
        assert (figures.calls > 0) <= figures.peak_concurrent <= limits[figures.tenant_id]
    assert not counted


def test_no_call_is_older_than_its_tenant_or_than_what_it_keeps(tenants):
    for tenant in tenants:
        oldest = db.session.scalar(select(Call.started_at).where(Call.tenant_id == tenant.id).order_by(Call.started_at))
        if oldest is not None:
            assert oldest >= tenant.created_at.replace(microsecond=0)
            assert oldest >= kept_from(tenant, NOW)


def test_a_call_costs_what_a_minute_cost_on_its_day(tenants):
    plan_of = {tenant.id: tenant.plan for tenant in tenants}
    for call in db.session.scalars(select(Call).limit(500)):
        assert call.price == plan_of[call.tenant_id].price_on(call.started_at.date())


def test_standings_are_the_figures_of_this_month(tenants):
    summed: defaultdict[object, Counter[str]] = defaultdict(Counter)
    for figures in db.session.scalars(select(DailyFigures).where(DailyFigures.day >= NOW.date().replace(day=1))):
        summed[figures.tenant_id].update(calls=figures.calls, seconds=figures.seconds, cents=figures.cents)
    standings = db.session.scalars(select(Standing)).all()
    assert len(standings) == len(tenants)
    for standing in standings:
        assert standing.month == NOW.date().replace(day=1)
        for name in ("calls", "seconds", "cents"):
            assert getattr(standing, name) == summed[standing.tenant_id][name]


def test_calls_are_running_now(loaded):
    running = db.session.scalars(select(Call).where(Call.status == "active")).all()
    assert len([call for call in running if call.started_at > NOW - longest_call.length]) > 5
    assert all(call.ended_at is None and call.duration_seconds is None for call in running)


def test_recordings_belong_to_answered_calls_of_those_who_record(tenants):
    recording = {tenant.id for tenant in tenants if tenant.recording_enabled}
    found = db.session.execute(select(Recording, Call).join(
        Call, (Call.tenant_id == Recording.tenant_id) & (Call.call_id == Recording.call_id))).all()  # fmt: skip
    assert len(found) == len(db.session.scalars(select(Recording.call_id)).all()) > 100
    assert all(call.status == "completed" and call.tenant_id in recording for _, call in found)


def test_calls_name_agents_that_the_tenant_has(tenants):
    agents = defaultdict(set)
    for resource in db.session.scalars(select(Resource).where(Resource.kind == "agent")):
        agents[resource.tenant_id].add(resource.key)
    assert all(len(agents[tenant.id]) <= tenant.limit("max_agents") for tenant in tenants)
    pairs = db.session.execute(select(Call.tenant_id, Call.agent_id).distinct()).all()
    assert all(agent in agents[tenant_id] for tenant_id, agent in pairs)


def test_history_leads_to_what_is(tenants):
    trails = defaultdict(list)
    for record in db.session.scalars(select(AuditRecord).order_by(AuditRecord.at, AuditRecord.id)):
        if record.subject_type == "tenants":
            trails[record.tenant_id].append(record)
    for tenant in tenants:
        state: dict = {}
        assert [record.event for record in trails[tenant.id]].count(Event.TENANT_CREATED) == 1
        assert trails[tenant.id][0].event == Event.TENANT_CREATED
        for record in trails[tenant.id]:
            assert record.at <= NOW
            for name, change in record.changes.items():
                if name not in {"sip_password", "webhook_secret"}:
                    before, after = change
                    assert state.get(name, {} if before == {} else None) == before, (record.event, name)
                    state[name] = after
        assert state == {name: plain(getattr(tenant, name)) for name in state}
        own = {name for name in LIMITS if getattr(tenant, name) is not None}
        assert own <= {name for name, value in state.items() if value is not None}
        assert tenant.updated_at == trails[tenant.id][-1].at


def test_every_tenant_can_be_found_and_hangs_on_a_scope(tenants):
    found_by = {row.tenant_id: row.body for row in db.session.scalars(select(TenantSearch))}
    scopes = set(db.session.scalars(select(Scope.id)))
    for tenant in tenants:
        assert found_by[tenant.id] == search_body(tenant)
        assert tenant.scope_id in scopes


def test_secrets_are_in_the_vault_and_nowhere_else(tenants):
    for tenant in tenants:
        held = vault.held(tenant.id)
        assert ("sip_password" in held) == tenant.sip_enabled
        assert ("webhook_secret" in held) == (tenant.webhook_url is not None)
    using = [tenant for tenant in tenants if tenant.webhook_url and tenant.sip_enabled]
    assert vault.reveal(using[0].id, "webhook_secret").startswith("whsec_")
    assert len(vault.reveal(using[0].id, "sip_password")) >= 20


def test_metadata_is_small_and_stored_compactly(tenants):
    assert all(len(compact_json(tenant.meta_data)) < 300 for tenant in tenants)


def test_people_sign_in_by_links_and_none_has_a_password(loaded):
    users = db.session.scalars(select(User)).all()
    assert {user.role for user in users} == set(Role)
    assert not [user for user in users if user.password_hash]
    assert all(user.email.endswith(".example") for user in users)


def test_the_one_business_user_has_one_tenant_and_much_going_on(tenants):
    people = queries.people()
    assert (people.admin.role, people.support.role, people.business.role) == ("admin", "support", "business")
    own = db.session.scalars(select(Membership).where(Membership.user_id == people.business.id)).all()
    assert [membership.role for membership in own] == [MembershipRole.OWNER]
    tenant = next(tenant for tenant in tenants if tenant.scope_id == own[0].scope_id)
    assert (tenant.id, tenant.owner_id, tenant.status) == (people.business.owner_id, people.business.id, Status.ACTIVE)
    used = sorted(db.session.scalars(select(Standing.calls)))
    assert db.session.get_one(Standing, tenant.id).calls > used[len(used) * 3 // 4]


def test_some_own_several_tenants(loaded):
    owners = Counter(db.session.scalars(select(Membership.user_id).where(Membership.role == MembershipRole.OWNER)))
    assert owners.most_common(1)[0][1] > 1
