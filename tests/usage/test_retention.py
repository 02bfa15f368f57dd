"""Calls older than their tenant keeps are removed, with all that belongs to them; the figures stay, and pages say
so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.usage import actions
from portal.usage.actions import removing
from portal.usage.drafts import CallEnd, NewCall
from portal.usage.limits import EndStatus
from portal.usage.models import Call, DailyFigures, Recording, RefusedCall, Removal
from portal.usage.verification import Replay, differences
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import tenant_change

DAY_ONE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(DAY_ONE, tick=False) as traveller:
        yield traveller


def some_calls(cast: Cast, number: int, prefix: str) -> None:
    for each in range(number):
        actions.admit_call(system(), cast.acme, NewCall(call_id=f"{prefix}-{each}"))
        end = CallEnd(status=EndStatus.COMPLETED, duration_seconds=60, recording_bytes=1_000)
        actions.end_call(system(), cast.acme, f"{prefix}-{each}", end)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def old_and_new(cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Acme keeps calls for 30 days; five calls and a refusal are older by now, two calls are not."""
    from portal.tenants import actions as tenants

    monkeypatch.setattr(removing, "AT_ONCE", 2)
    tenants.change_tenant(system(), cast.acme, tenant_change(retention_days=30, monthly_call_limit=5))
    some_calls(cast, 5, "old")
    actions.admit_call(system(), cast.acme, NewCall(call_id="old-refused"))
    clock.shift(timedelta(days=30))
    some_calls(cast, 2, "new")
    clock.shift(timedelta(days=1))
    return cast


def test_what_is_older_goes_and_the_figures_stay(old_and_new: Cast) -> None:
    assert actions.remove_past_retention(system()) == "6 rows of 1 tenants removed"
    assert db.session.scalars(select(Call.call_id).order_by(Call.call_id)).all() == ["new-0", "new-1"]
    assert (count(Recording), count(RefusedCall)) == (2, 0)
    assert db.session.scalar(select(func.sum(DailyFigures.calls))) == 7
    assert list(differences(system(), Replay())) == []
    removal = db.session.scalars(select(Removal)).one()
    assert (removal.calls, removal.recordings, removal.recording_bytes, removal.refusals) == (5, 5, 5_000, 1)
    assert removal.before == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_run_that_ends_in_the_middle_is_gone_on_with(old_and_new: Cast) -> None:
    assert actions.remove_old_calls(system(), old_and_new.acme) == 3
    assert count(Call) == 5
    assert actions.remove_past_retention(system()) == "3 rows of 1 tenants removed"
    assert db.session.scalars(select(Removal)).one().calls == 5
    assert actions.remove_past_retention(system()) == "Nothing is older than it is kept"


def test_another_tenants_calls_stay(old_and_new: Cast) -> None:
    actions.admit_call(system(), old_and_new.globex, NewCall(call_id="theirs"))
    actions.remove_past_retention(system())
    assert db.session.get(Call, (old_and_new.globex.id, "theirs")) is not None


def test_the_page_of_calls_says_what_was_removed_and_when(old_and_new: Cast, client: Visitor) -> None:
    page = client.sign_in("vera").visit("/tenants/acme/calls")
    assert "Calls are kept for 30 days" in page
    assert "removed" not in page.one("#kept").text
    actions.remove_past_retention(system())
    kept = " ".join(client.visit("/tenants/acme/calls").one("#kept").text.split())
    assert "5 calls, 5 recordings (5 kB) and 1 refusal from before 3 Mar 2026 were removed" in kept


def test_a_call_from_before_is_too_old_to_be_told_again(old_and_new: Cast) -> None:
    from portal.foundation.errors import Invalid

    actions.remove_past_retention(system())
    told_again = NewCall.read_json('{"call_id": "old-0", "started_at": "2026-03-02T12:00:00Z"}')
    with pytest.raises(Invalid, match="before what is kept"):
        actions.admit_call(system(), old_and_new.acme, told_again)


def test_what_was_removed_does_not_come_back_when_more_days_are_kept(old_and_new: Cast) -> None:
    from portal.foundation.errors import Invalid
    from portal.tenants import actions as tenants

    actions.remove_past_retention(system())
    acme = old_and_new.acme
    tenants.change_tenant(system(), acme, tenant_change(retention_days=90))
    told_again = NewCall.read_json('{"call_id": "old-0", "started_at": "2026-03-02T12:00:00Z"}')
    with pytest.raises(Invalid, match="before what is kept"):
        actions.admit_call(system(), acme, told_again)
    assert list(differences(system(), Replay())) == []


def test_a_call_that_runs_still_stays(cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.tenants import actions as tenants
    from portal.usage.limits import longest_call

    monkeypatch.setattr(longest_call, "length", timedelta(hours=48))
    tenants.change_tenant(system(), cast.acme, tenant_change(retention_days=1))
    actions.admit_call(system(), cast.acme, NewCall(call_id="long"))
    clock.shift(timedelta(hours=40))
    actions.remove_past_retention(system())
    assert db.session.get(Call, (cast.acme.id, "long")) is not None
