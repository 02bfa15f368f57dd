"""Whatever happens in whatever order, the figures are what the calls add up to; and where they are not, it is said."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from click.testing import CliRunner
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Refusal
from portal.foundation.permissions import system
from portal.tenants.models import Tenant
from portal.usage import actions
from portal.usage.commands import group
from portal.usage.drafts import CallEnd, FinishedCall, NewCall
from portal.usage.figures import keep_month
from portal.usage.models import Call, DailyFigures, RefusedCall, Standing
from portal.usage.verification import Replay, differences
from tests.cast import Cast, make_tenant
from tests.tenants.making import tenant_change

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

SOME = st.integers(0, 5)
STARTS = st.sampled_from([None, *(NOW + timedelta(hours=hours) for hours in (-1500, -60, -37, -12, -5, -1, 0))])
ENDS = st.fixed_dictionaries(
    {"status": st.sampled_from(["completed", "failed", "no_answer"]), "duration_seconds": st.integers(0, 5000)},
    optional={"sentiment_score": st.floats(-1, 1), "recording_bytes": st.integers(0, 9)},
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("start"), SOME, STARTS),
        st.tuples(st.just("end"), SOME, ENDS),
        st.tuples(st.just("batch"), st.lists(st.tuples(SOME, STARTS.filter(bool), ENDS), max_size=4)),
        st.tuples(st.just("later"), st.integers(1, 40)),
        st.tuples(st.just("retention")),
    ),
    max_size=25,
)


def read(draft: Any, **fields: Any) -> Any:
    return draft.read_json(
        json.dumps({name: value for name, value in fields.items() if value is not None}, default=str)
    )


def live(tenant: Tenant, step: tuple[Any, ...], traveller: Any) -> None:
    """Do one thing that the platform may do; what is refused is refused."""
    try:
        match step:
            case ("start", number, moment):
                started = moment and moment.isoformat()
                actions.admit_call(system(), tenant, read(NewCall, call_id=f"c-{number}", started_at=started))
            case ("end", number, end):
                actions.end_call(system(), tenant, f"c-{number}", read(CallEnd, **end))
            case ("batch", calls):
                lines = [read(FinishedCall, call_id=f"c-{number}", tenant_id=tenant.id, started_at=moment.isoformat(),
                              **end) for number, moment, end in calls]  # fmt: skip
                actions.store_calls(system(), tenant, lines)
            case ("retention",):
                actions.remove_old_calls(system(), tenant)
            case ("later", hours):
                traveller.shift(timedelta(hours=hours))
    except Refusal:
        pass


def verified() -> list[str]:
    return list(differences(system(), Replay()))


@settings(max_examples=40)
@given(steps=STEPS)
def test_random_histories_with_repeats_and_disorder_add_up(application: Flask, steps: list[tuple[Any, ...]]):
    with application.app_context(), time_machine.travel(NOW, tick=False) as traveller:
        tenant = make_tenant("Acme", monthly_call_limit=4, max_concurrent_calls=2)
        for step in [*steps, *steps[::2]]:
            live(tenant, step, traveller)
        try:
            assert verified() == []
            refused = sum(sum(day.refused.values()) for day in db.session.query(DailyFigures))
            assert refused == sum(row.times for row in db.session.query(RefusedCall))
        finally:
            sweep(tenant)


def sweep(tenant: Tenant) -> None:
    with unit_of_work() as session:
        session.execute(delete(Call))
    from portal.tenants import actions as tenants

    tenants.delete_tenant(system(), db.session.get_one(Tenant, tenant.id), "acme")
    db.session.remove()


def test_what_does_not_fit_is_named(cast: Cast):
    with time_machine.travel(NOW, tick=False):
        with unit_of_work() as session:
            session.execute(update(Standing).values(month=date(2026, 3, 1)))
        for number in range(3):
            actions.admit_call(system(), cast.acme, NewCall(call_id=f"c-{number}"))
            actions.end_call(system(), cast.acme, f"c-{number}", read(CallEnd, status="completed", duration_seconds=60))
        assert verified() == []
        with unit_of_work() as session:
            session.execute(update(DailyFigures).values(cents=28))
            session.execute(update(Standing).where(Standing.tenant_id == cast.acme.id).values(calls=4))
            session.execute(update(Call).where(Call.call_id == "c-1").values(cents=10))
        assert verified() == [
            "acme: call c-1 cost 10, not 9 cents.",
            "acme: the month of March 2026: calls stand at 4, its days give 3.",
            "acme: the month of March 2026: cents stand at 27, its days give 28.",
        ]
        with unit_of_work() as session:
            session.execute(delete(DailyFigures))
        assert "acme: 2026-03-02: calls stand at 0, the calls give 3." in verified()


def test_days_whose_calls_were_removed_are_left_alone_and_a_month_that_was_not_closed_is_named(cast: Cast):
    with time_machine.travel(NOW, tick=False):
        with unit_of_work() as session:
            session.execute(update(Standing).values(month=date(2026, 3, 1)))
            session.add(DailyFigures(tenant_id=cast.acme.id, day=date(2025, 11, 1), calls=5))
        assert verified() == ["acme: the month of November 2025: calls stand at 0, its days give 5."]
        with unit_of_work():
            keep_month(db.session.get_one(Tenant, cast.acme.id), date(2025, 11, 1))
        assert verified() == []
        change = tenant_change(retention_days=200)
        from portal.tenants import actions as tenants

        tenants.change_tenant(system(), cast.acme, change)
        assert verified() == ["acme: 2025-11-01: calls stand at 5, the calls give 0."]


def test_the_command_says_how_much_it_replayed(cast: Cast):
    actions.admit_call(system(), cast.acme, NewCall(call_id="c-1"))
    done = CliRunner().invoke(group, ["verify"])
    assert (done.exit_code, done.output) == (0, "1 calls of 2 tenants on 1 days give the same figures.\n")
    with unit_of_work() as session:
        session.execute(update(DailyFigures).values(calls=2))
    done = CliRunner().invoke(group, ["verify"])
    assert (done.exit_code, "calls stand at 2" in done.output, "figures differ" in done.output) == (1, True, True)
