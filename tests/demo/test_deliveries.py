"""What the demonstration's webhooks were sent: enough to look at, and nothing that would be sent any more."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import select

from portal.foundation.database import db
from portal.webhooks.events import EVENTS, THIN
from portal.webhooks.models import Attempt, Delivery, WebhookHealth, WebhookStream
from tests.demo.conftest import NOW


def test_only_who_has_a_webhook_was_sent_anything(tenants):
    hooked = {tenant.id for tenant in tenants if tenant.webhook_url}
    sent = Counter(db.session.scalars(select(Delivery.tenant_id)))
    assert 0 < len(sent) <= len(hooked)
    assert sent.keys() <= hooked
    assert dict(db.session.execute(select(WebhookStream.tenant_id, WebhookStream.last_sequence)).all()) == sent


def test_all_of_it_is_settled_and_has_its_attempts(tenants):
    attempts = defaultdict(list)
    for row in db.session.scalars(select(Attempt).order_by(Attempt.number)):
        attempts[row.delivery_id].append(row)
    thin = {tenant.id for tenant in tenants if tenant.hipaa_enabled}
    for row in db.session.scalars(select(Delivery)):
        assert (row.due_at, row.lease) == (None, None)
        assert row.occurred_at <= row.settled_at <= NOW
        assert [each.number for each in attempts[row.id]] == list(range(1, row.attempts + 1))
        assert attempts[row.id][-1].status == row.last_status
        assert row.data.keys() <= (THIN if row.tenant_id in thin else EVENTS[row.event].example.keys())


def test_some_receivers_fail_and_most_do_not(tenants):
    failing = [row.failing_since is not None for row in db.session.scalars(select(WebhookHealth))]
    assert 0 < failing.count(True) < failing.count(False)
