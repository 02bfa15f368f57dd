"""Loading the demonstration: always the same, into a new database only."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import islice

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.demo import queries
from portal.demo.calls import traffic
from portal.demo.load import load
from portal.demo.tenants import profiles
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.errors import Conflict
from portal.foundation.permissions import system
from portal.plans import queries as plans
from portal.tenants.models import Tenant
from portal.usage.limits import Refusal
from portal.usage.models import DailyFigures, Standing
from portal.usage.verification import Replay, differences
from tests.demo.conftest import NOW, OPERATOR

COUNTED = ("calls", "completed", "failed", "seconds", "cents")


def fingerprint(app: Flask, count: int) -> str:
    catalogue = {plan.key: plan for plan in plans.catalogue(with_prices=True)}
    seen = hashlib.sha256()
    for profile in islice(profiles(7, catalogue, NOW), count):
        used = traffic(profile, ["agent-a"], NOW)
        for row in (profile.row, *used.calls, *used.recordings, *used.figures.values(), used.standing):
            seen.update(json.dumps({name: str(value) for name, value in row.items()}).encode())
    return seen.hexdigest()


def test_the_same_seed_gives_the_same_data(app: Flask):
    assert fingerprint(app, 12) == fingerprint(app, 12)


def test_the_first_tenants_are_the_same_however_many_are_loaded(app: Flask):
    catalogue = {plan.key: plan for plan in plans.catalogue(with_prices=True)}
    few = [profile.row for profile in islice(profiles(7, catalogue, NOW), 20)]
    assert few == [profile.row for profile in islice(profiles(7, catalogue, NOW), 300)][:20]


def test_limits_are_near_reached_and_exceeded_and_calls_refused_for_every_reason(app: Flask):
    load(OPERATOR, tenants=60, now=NOW, volume=0.5)
    used = {standing.tenant_id: standing.calls for standing in db.session.scalars(select(Standing))}
    full = [
        used[tenant.id] / max(1, tenant.limit("monthly_call_limit")) for tenant in db.session.scalars(select(Tenant))
    ]
    assert any(0.8 <= share < 1 for share in full)
    assert any(share == 1 for share in full)
    assert any(share > 1 for share in full)
    refused: Counter[str] = Counter()
    for figures in db.session.scalars(select(DailyFigures)):
        refused.update(figures.refused)
    assert set(refused) == set(Refusal) - {Refusal.MINUTES}


def test_its_figures_are_what_its_calls_add_up_to(app: Flask):
    load(OPERATOR, tenants=40, now=NOW, volume=0.2)
    with time_machine.travel(NOW, tick=False):
        assert list(differences(system(), replay := Replay())) == []
    assert replay.calls > 1_000


def test_it_goes_into_a_new_database_only(app: Flask):
    assert not queries.is_demonstration()
    assert queries.people() == queries.People(None, None, None)
    load(OPERATOR, tenants=3, now=NOW, volume=0.01)
    assert queries.is_demonstration()
    with pytest.raises(Conflict, match="tenants already"):
        load(OPERATOR, tenants=3)
    assert db.session.scalars(select(AuditRecord.event).where(AuditRecord.actor_name == "operator")).all() == [
        Event.DEMONSTRATION_LOADED
    ]
