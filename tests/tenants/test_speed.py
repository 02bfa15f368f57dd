"""The number of statements does not grow with the number of tenants, and lookups go by index."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.plans import queries as plans
from portal.tenants import queries, slugs
from portal.tenants.listing import find
from portal.tenants.search import Search
from portal.usage.platform_sums import sums_of
from tests.cast import Cast
from tests.tenants.making import make_tenant


def test_the_tables_page(cast: Cast, client, statements):
    browser = client.sign_in("ada")
    browser.visit("/tenants")
    with statements() as with_two:
        browser.visit("/tenants?status=active&q=a")
    for number in range(12):
        make_tenant(f"Tenant {number}")
    with statements() as with_many:
        browser.visit("/tenants?status=active&q=a")
    assert len(with_many) == len(with_two) <= 8, "\n".join(with_many)


def test_a_tenants_page(cast: Cast, client, statements):
    browser = client.sign_in("olive")
    browser.visit("/tenants/acme")
    with statements() as ran:
        browser.visit("/tenants/acme")
    assert len(ran) <= 12, "\n".join(ran)


def test_the_apis_list(cast: Cast, client, statements):
    token = client.token("ada")
    for number in range(5):
        make_tenant(f"Tenant {number}", webhook_url="https://a.example/in")
    with statements() as few:
        client.api("GET", "/tenants?limit=2", token)
    with statements() as many:
        client.api("GET", "/tenants", token)
    assert len(many) == len(few) <= 8, "\n".join(many)


@pytest.fixture
def plan_of(application, pytestconfig):
    """Give SQLite's own words on how it runs what an act asks of it."""
    if pytestconfig.getoption("--database") != "sqlite":
        pytest.skip("about SQLite's query plans")

    def of(act) -> list[str]:
        ran = []

        def note(_connection, _cursor, statement, parameters, *_rest):
            if statement.startswith(("SELECT", "WITH")):
                ran.append((statement, parameters))

        event.listen(db.engine, "before_cursor_execute", note)
        act()
        event.remove(db.engine, "before_cursor_execute", note)
        with db.engine.connect() as connection:
            return [
                row[3]
                for statement, parameters in ran
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]

    return of


def scans(steps: list[str]) -> list[str]:
    """Give the steps that read all tenants."""
    return [step for step in steps if step.startswith(("SCAN tenants", "SCAN tenant_search")) and "VIRTUAL" not in step]


def the_page(actor, **asked):
    catalogue = plans.catalogue()
    return lambda: find(actor, Search(**asked), catalogue)


@pytest.mark.parametrize("sort", ["name", "created", "calls", "cost"])
def test_the_table_is_read_in_its_order(cast: Cast, plan_of, sort: str):
    for descending in (False, True):
        steps = plan_of(the_page(cast.actor(cast.ada), sort=sort, descending=descending))
        assert not [step for step in steps if "ORDER BY" in step], steps


def test_a_search_reads_no_table_through(cast: Cast, plan_of):
    assert scans(plan_of(the_page(cast.actor(cast.ada), words="acme corp"))) == []


def test_ids_and_slugs_are_looked_up(cast: Cast, plan_of):
    actor = cast.actor(cast.ada)
    assert scans(plan_of(lambda: queries.tenant_by_slug(actor, "acme"))) == []
    assert scans(plan_of(lambda: queries.tenant_by_id(actor, cast.acme.id))) == []
    assert scans(plan_of(the_page(actor, words=str(cast.acme.id)))) == []
    assert scans(plan_of(lambda: slugs.made_from("Acme"))) == []
    assert scans(plan_of(lambda: queries.sub_organizations(cast.acme))) == []
    assert scans(plan_of(lambda: queries.check_external_id(cast.acme.id, "cus_1"))) == []


@pytest.mark.parametrize("asked", [{"plan": ("starter",)}, {"status": ("active",)}, {"kind": ("trial", "standard")}])
def test_what_fits_many_tenants_is_read_from_narrow_tables(cast: Cast, plan_of, asked: dict[str, tuple[str, ...]]):
    search = Search(sort="calls", **asked)
    steps = plan_of(lambda: sums_of(cast.actor(cast.ada), search, (month_of(now()), date(2020, 1, 1))))
    of_tenants = [step for step in steps if " tenants" in step]
    assert of_tenants == ["SCAN tenants USING COVERING INDEX ix_tenants_filtered"], steps
    assert "SEARCH standings USING PRIMARY KEY (tenant_id=?)" in steps


def test_what_a_month_of_all_tenants_adds_up_to_is_read_as_it_lies(cast: Cast, plan_of):
    steps = plan_of(lambda: sums_of(cast.actor(cast.ada), Search(), (month_of(now()), date(2020, 1, 1))))
    assert "SCAN standings" in steps
    assert "SEARCH monthly_figures USING COVERING INDEX ix_monthly_figures_summed (month=?)" in steps


def test_a_members_tenants_are_looked_up(cast: Cast, plan_of):
    assert scans(plan_of(the_page(cast.actor(cast.olive)))) == []
