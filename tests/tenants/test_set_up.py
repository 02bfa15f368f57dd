"""The set-up's choices: each has its time, whoever makes it and wherever."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from portal.accounts import actions as accounts
from portal.accounts.drafts import SignUp
from portal.accounts.models import User
from portal.foundation.database import db
from portal.foundation.permissions import ANONYMOUS, MembershipRole, system
from portal.members import actions as members
from portal.tenants import actions, setup
from portal.tenants.models import CHOICES, Tenant
from portal.tenants.search import Search
from portal.tenants.terms import read
from tests.cast import SET_UP, Cast
from tests.client import PASSPHRASE, Visitor
from tests.tenants.making import make_tenant, new_tenant, without_tenant


@pytest.fixture
def una(cast: Cast) -> User:
    """Somebody who signed up a minute ago."""
    draft = {"username": "una", "email": "una@example.com", "password": PASSPHRASE, "role": "business"}
    return accounts.sign_up(ANONYMOUS, SignUp.read(draft))


@pytest.fixture
def fresh(una: User) -> Tenant:
    """The tenant that came with it."""
    return db.session.get_one(Tenant, una.owner_id)


def test_who_signs_up_has_every_choice_before_them(fresh: Tenant):
    assert setup.open_choices(fresh) == list(CHOICES)


def test_who_creates_a_tenant_for_others_has_decided_it(cast: Cast):
    assert setup.open_choices(make_tenant()) == []
    assert setup.open_choices(cast.acme) == []


@pytest.mark.parametrize(("choice", "fields"), CHOICES.items())
def test_keeping_what_is_there_is_a_choice_too(cast, change, una, fresh, trail, choice: str, fields: tuple[str, ...]):
    kept = {name: getattr(fresh, name) for name in fields[:1]}
    saved = change(una, fresh, **kept).tenant
    assert setup.open_choices(saved) == [name for name in CHOICES if name != choice]
    record = trail(saved)[-1]
    assert list(record.changes) == [choice]
    first = getattr(saved, choice)
    assert getattr(change(una, saved, **kept).tenant, choice) == first
    assert trail(saved)[-1].id == record.id


def test_a_manager_does_not_choose_the_plan_by_sending_it_back(cast, change, una, fresh):
    members.add_member(system(), fresh, cast.max, MembershipRole.MANAGER)
    saved = change(cast.max, fresh, billing_plan="starter", analytics_enabled=False).tenant
    assert setup.open_choices(saved) == [name for name in CHOICES if name != "features_chosen_at"]


def test_a_tenant_made_later_by_its_owner_has_chosen_what_was_said(cast: Cast):
    user = without_tenant("rhea")
    draft = new_tenant(name="Rhea", billing_plan="pro", billing_email="pay@rhea.example")
    tenant = actions.create_own_tenant(cast.actor(user), user, draft).tenant
    assert setup.open_choices(tenant) == ["features_chosen_at", "compliance_chosen_at", "webhook_chosen_at"]


def test_the_api_chooses_as_the_pages_do(fresh: Tenant, client: Visitor):
    answer = client.api("PATCH", f"/tenants/{fresh.id}", client.token("una"), json=SET_UP)
    assert answer.status == 200
    db.session.rollback()
    assert setup.open_choices(db.session.get_one(Tenant, fresh.id)) == []


def test_who_has_not_finished_is_found(fresh: Tenant):
    assert list(db.session.scalars(select(Tenant.slug).where(setup.unfinished()))) == [fresh.slug]


def test_what_the_portal_is_asked_every_morning_has_indexes_of_its_own(explained):
    for term, index in (
        ("setup:unfinished", "ix_tenants_unfinished"),
        ("override_ends:<=2030-01-01", "ix_tenants_overridden"),
        ("refused:>0", "ix_daily_figures_refused"),
    ):
        (condition,) = Search(terms=read(term, ())[1]).conditions()
        assert index in explained(select(Tenant.id).where(condition)), term


@pytest.fixture
def explained(app):
    """Say how the database would find something."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what it has counted in the tables, which is little here")

    def of(query) -> str:
        said = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        return str(db.session.execute(text(f"EXPLAIN QUERY PLAN {said}".replace(":", "\\:"))).all())

    return of
