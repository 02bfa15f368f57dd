"""Reading the trail: through the actor, filtered, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.audit_log import queries
from portal.audit_log.days import by_day, label_of
from portal.audit_log.queries import Filters
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import unit_of_work
from portal.foundation.errors import Forbidden, NotFound
from portal.tenants import actions as tenants
from portal.tenants.drafts import TenantChange
from tests.audit_log.record import record
from tests.cast import Cast


def keep(*records: AuditRecord) -> None:
    """Store records as they are, with moments that no action would give them."""
    with unit_of_work() as session:
        session.add_all(records)


def of(tenant, at: datetime, **fields) -> AuditRecord:
    return record(at=at, tenant_id=tenant.id, tenant_name=tenant.name, tenant_slug=tenant.slug, **fields)


NOON = datetime(2020, 5, 12, 12, tzinfo=UTC)


def test_the_newest_comes_first_and_the_order_is_stable(cast: Cast) -> None:
    keep(*(of(cast.acme, NOON, note=str(number)) for number in range(6)))
    ada = cast.actor(cast.ada)
    whole = queries.trail(ada, cast.acme, limit=200).rows
    assert [(each.at, each.id) for each in whole] == sorted(((each.at, each.id) for each in whole), reverse=True)
    pages = [queries.trail(ada, cast.acme, limit=2, offset=offset).rows for offset in range(0, len(whole) + 1, 2)]
    assert [each.id for page in pages for each in page] == [each.id for each in whole]


def test_a_member_sees_its_own_tenant_and_never_another(cast: Cast) -> None:
    vera = cast.actor(cast.vera)
    assert {each.tenant_id for each in queries.trail(vera, cast.acme).rows} == {cast.acme.id}
    for read in (queries.trail, queries.last_changes):
        with pytest.raises(NotFound):
            read(vera, cast.globex)


def test_the_whole_trail_is_for_staff(cast: Cast) -> None:
    for person in (cast.olive, cast.vera, cast.dev):
        with pytest.raises(Forbidden):
            queries.platform_trail(cast.actor(person))
    for person in (cast.ada, cast.sam):
        seen = {each.tenant_id for each in queries.platform_trail(cast.actor(person), limit=200).rows}
        assert seen >= {cast.acme.id, cast.globex.id, None}


def test_an_address_is_shown_to_staff_only(cast: Cast) -> None:
    tenants.change_tenant(cast.actor(cast.ada), cast.acme, TenantChange.read({"retention_days": 30}))
    assert queries.last_changes(cast.actor(cast.sam), cast.acme)[0].address == "192.0.2.1"
    for person in (cast.olive, cast.max, cast.vera):
        assert {each.address for each in queries.trail(cast.actor(person), cast.acme).rows} == {None}
        assert {each.address for each in queries.last_changes(cast.actor(person), cast.acme)} == {None}


def test_the_last_changes_are_the_last_five(cast: Cast) -> None:
    for days in range(30, 37):
        tenants.change_tenant(cast.actor(cast.olive), cast.acme, TenantChange.read({"retention_days": days}))
    last = queries.last_changes(cast.actor(cast.olive), cast.acme)
    assert len(last) == 5
    assert last[0].sentence.said == "The owner raised days of retention from 35 to 36"


@pytest.mark.parametrize("typed", ["olive", "OLIVE", "Olive"])
def test_a_person_is_found_whatever_the_case(cast: Cast, typed: str) -> None:
    tenants.change_tenant(cast.actor(cast.olive), cast.acme, TenantChange.read({"retention_days": 30}))
    found = queries.trail(cast.actor(cast.sam), cast.acme, Filters(person=typed))
    assert {each.actor_name for each in found.rows} == {"olive"}
    assert found.total == len(found.rows)


def test_only_staff_find_a_person_by_address(cast: Cast) -> None:
    tenants.change_tenant(cast.actor(cast.ada), cast.acme, TenantChange.read({"retention_days": 30}))
    asked = Filters(person="ada@example.com")
    assert queries.trail(cast.actor(cast.sam), cast.acme, asked).total == 1
    assert queries.trail(cast.actor(cast.vera), cast.acme, asked).total == 0


def test_any_of_several_events_is_let_through(cast: Cast) -> None:
    asked = Filters(events=(Event.MEMBER_ADDED, Event.TENANT_CREATED))
    found = queries.trail(cast.actor(cast.vera), cast.acme, asked)
    assert [each.event for each in found.rows] == ["member.added"] * 3 + ["tenant.created"] or found.total == 4
    assert queries.trail(cast.actor(cast.vera), cast.acme, Filters(events=(Event.TENANT_DELETED,))).total == 0


def test_days_are_whole_days_in_utc_and_both_are_included(cast: Cast) -> None:
    midnight = datetime(2020, 5, 12, tzinfo=UTC)
    edges = (timedelta(microseconds=-1), timedelta(0), timedelta(days=1, microseconds=-1), timedelta(days=1))
    keep(*(of(cast.acme, midnight + edge, note=str(number)) for number, edge in enumerate(edges)))

    def notes(first: date | None, last: date | None) -> list[str | None]:
        asked = Filters(first_day=first, last_day=last)
        return [each.note for each in queries.trail(cast.actor(cast.vera), cast.acme, asked).rows if each.note]

    the_day = date(2020, 5, 12)
    assert notes(the_day, the_day) == ["2", "1"]
    assert notes(None, the_day) == ["2", "1", "0"]
    assert notes(the_day, None) == ["3", "2", "1"]
    assert notes(date.min, date.max) == ["3", "2", "1", "0"]
    assert notes(date.max, date.min) == []


def test_a_long_trail_is_counted_only_so_far(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "COUNTED_EXACTLY", 5)
    keep(*(of(cast.acme, NOON) for _ in range(20)))
    ada = cast.actor(cast.ada)
    first = queries.trail(ada, cast.acme, limit=4)
    assert (first.total, first.more) == (5, True)
    last = queries.trail(ada, cast.acme, limit=4, offset=100)
    assert (last.more, list(last.rows)) == (False, [])
    assert last.total == queries.trail(ada, cast.acme, limit=200).total


def test_the_present_slug_is_known_and_that_of_a_deleted_tenant_is_not(cast: Cast) -> None:
    ada = cast.actor(cast.ada)
    tenants.change_tenant(ada, cast.acme, TenantChange.read({"slug": "acme-two"}))
    globex_id = cast.globex.id
    tenants.delete_tenant(ada, cast.globex, "globex")
    found = queries.platform_trail(ada, limit=200).rows
    slugs = queries.slugs_now(ada, found)
    assert slugs[cast.acme.id] == "acme-two"
    assert globex_id in {each.tenant_id for each in found}
    assert globex_id not in slugs


def test_entries_are_grouped_by_their_day(cast: Cast) -> None:
    today = now().date()
    keep(of(cast.acme, now() - timedelta(days=1)), of(cast.acme, NOON))
    days = by_day(queries.trail(cast.actor(cast.vera), cast.acme).rows, today)
    assert [day.label for day in days] == ["Today", "Yesterday", "12 May 2020"]
    assert label_of(today + timedelta(days=1), today) not in {"Today", "Yesterday"}


def test_the_filters_of_nothing_narrow_nothing() -> None:
    assert not Filters().narrowed
    assert replace(Filters(), person="ada").narrowed
