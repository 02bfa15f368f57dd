"""What the demonstration's owners ask for: as if they had asked."""

from __future__ import annotations

from sqlalchemy import select

from portal.foundation.audit import AuditRecord
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.requests import queries, rules
from portal.requests.limits import PLAN, State
from portal.requests.models import Request
from tests.demo.conftest import NOW


def test_some_wait_and_each_could_be_granted(tenants):
    waiting = queries.queue(system(), State.OPEN, 100, 0)
    assert 2 <= len(waiting) <= 15
    for line in waiting:
        assert line.moot is None
        assert line.tenant.created_at < line.request.asked_at < NOW
        if line.request.subject != PLAN:
            rules.check_limit(line.tenant, line.request.subject, line.request.wanted_value)


def test_each_is_in_the_trail(tenants):
    for request in db.session.scalars(select(Request)):
        query = select(AuditRecord.event).where(AuditRecord.subject_id == str(request.id)).order_by(AuditRecord.at)
        events = list(db.session.scalars(query))
        assert events == ["request.made", *(["request.declined"] if request.state == State.DECLINED else [])]
