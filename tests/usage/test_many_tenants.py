"""What is read otherwise where many tenants are found, or counted once for several questions, is the same as before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.migrations.state import FOLDER, upgrade_database
from portal.plans import queries as plans
from portal.tenants import actions, filter_counts, listing, terms
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.listing import find
from portal.tenants.search import Search
from portal.usage import platform_month
from tests.cast import Cast
from tests.tenants.making import make_tenant
from tests.usage.test_platform import put, put_month

NOON = datetime(2026, 4, 16, 12, tzinfo=UTC)
APRIL, MARCH = date(2026, 4, 1), date(2026, 3, 1)
ASKED = ("", "exceeding:yes", "exceeding:no", "usage:>=80%", "usage:<80% plan:starter", "calls:>100", "quiet:yes",
         "status:active", "usage:>=50% usage:<100% plan:pro", "setup:finished calls:<900")  # fmt: skip


@pytest.fixture
def many(cast: Cast) -> Any:
    """Twelve tenants of two plans beside the cast, each with another use; of some the month is an older one."""
    with time_machine.travel(NOON, tick=False):
        for number in range(12):
            plan = {"billing_plan": ("starter", "pro")[number % 2]}
            tenant = make_tenant(f"Tenant {number:02}", **plan)
            calls, silent = number * 531 % 1900, timedelta(days=number % 5)
            figures = {"calls": calls, "cents": 2000 - calls, "seconds": calls * 7, "refused": number % 3}
            put(tenant, MARCH if number % 4 == 3 else APRIL, **figures, last_call_at=NOON - silent)
            if number % 4 != 3:
                put_month(tenant, MARCH, **figures | {"calls": calls // 2})
        yield


def asking(typed: str, **asked: Any) -> Search:
    _, found, wrong = terms.read(typed, [plan.key for plan in plans.catalogue()])
    assert not wrong
    return Search(terms=found, **asked)


@pytest.mark.usefixtures("many")
class TestManyAreReadAsFewAre:
    def test_in_the_platforms_month(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        actor, catalogue = cast.actor(cast.ada), plans.catalogue()

        def pages() -> dict[str, list[Any]]:
            return {
                typed: [
                    platform_month.platform_month(actor, asking(typed, **asked), month, catalogue)
                    for month in (APRIL, MARCH)
                    for sort in (platform_month.SORTS if typed in {"", "exceeding:yes"} else ("calls",))
                    for asked in ({"sort": sort, "descending": True}, {"sort": sort, "limit": 3, "offset": 2})
                ]
                for typed in ASKED
            }

        few = pages()
        monkeypatch.setattr(platform_month, "FEW", 0)
        assert pages() == few
        for typed, months in few.items():
            assert all(month.sums.tenants >= len(month.lines) for month in months), typed
            whole = next(each for each in months if each.month == APRIL)
            assert whole.sums.calls == sum(line.calls for line in whole.lines), typed
            assert whole.sums.tenants == len(whole.lines), typed

    def test_in_the_table_of_tenants(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        actor, catalogue = cast.actor(cast.ada), plans.catalogue()
        places = [(sort, at) for sort in ("calls", "cost", "name") for at in (0, 3)]
        asked = [asking(typed, sort=sort, limit=4, offset=at) for typed in ASKED for sort, at in places]
        few = [find(actor, each, catalogue) for each in asked]
        monkeypatch.setattr(listing, "FEW", 0)
        assert [find(actor, each, catalogue) for each in asked] == few

    def test_what_is_counted_at_once_is_what_each_search_finds(self, cast: Cast) -> None:
        actor, catalogue = cast.actor(cast.ada), plans.catalogue()
        typed = [*ASKED, "usage:>=100%", "exceeding:yes usage:<80%", "usage:=0%", "exceeding:no usage:>40%"]
        searches = [asking(each) for each in typed]
        assert [each.of_use for each in searches].count(True) == 7
        found = [find(actor, each, catalogue).total for each in searches]
        assert filter_counts.numbers(actor, searches) == found
        assert len(set(found)) > 5

    def test_a_members_counts_are_of_its_own(self, cast: Cast) -> None:
        assert filter_counts.numbers(cast.actor(cast.olive), [asking("usage:<80%")]) == [1]


def test_an_override_past_its_end_gives_way_to_the_plans_limit_before_it_is_tidied_away(cast: Cast) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        over = {"monthly_call_limit": 90_000, "override_reason": "Fair", "override_until": NOON + timedelta(hours=2)}
        actions.change_tenant(system(), cast.acme, TenantChange.read(over))
        put(cast.acme, APRIL, calls=900)
        full, will = asking("usage:>=80%"), asking("exceeding:yes")
        assert [find(cast.actor(cast.sam), each, plans.catalogue()).total for each in (full, will)] == [0, 0]
        clock.shift(timedelta(hours=3))
        assert [find(cast.actor(cast.sam), each, plans.catalogue()).total for each in (full, will)] == [1, 1]
        assert filter_counts.numbers(cast.actor(cast.sam), [full, will]) == [1, 1]


def test_the_standings_are_the_same_after_the_table_was_laid_out_anew(app, another_portal, new_database) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with another_portal(database_url=new_database()).app_context():
        upgrade_database()
        tenant = actions.create_tenant(system(), NewTenant.read({"name": "Kept"})).tenant
        put(tenant, MARCH, calls=7, seconds=8, cents=9, refused=3, peak_concurrent=2, told_percent=50)

        def rows() -> list[Any]:
            with db.engine.connect() as connection:
                return [dict(row) for row in connection.execute(text("SELECT * FROM standings")).mappings()]

        before = rows()
        db.session.rollback()
        command.downgrade(config, "0010")
        assert rows() == before
        command.upgrade(config, "head")
        assert rows() == before
        assert len(before) == 1
