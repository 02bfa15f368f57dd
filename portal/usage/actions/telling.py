"""Telling a tenant's systems and owners what its calls come to: that the month's limit comes near, that calls are
refused.

Both are decided by whoever holds the tenant's turn, from rows that only they write: so each is told once, however many
calls are asked for at the same moment.
"""

from __future__ import annotations

from portal.foundation.database import db
from portal.mail.actions import tell_owner
from portal.mail.limits import Kind
from portal.tenants.models import Tenant
from portal.usage.customer import Customer
from portal.usage.drafts import NewCall
from portal.usage.figures import Ledger
from portal.usage.judgement import Verdict
from portal.usage.limits import THRESHOLDS, Direction
from portal.webhooks.actions import announce
from portal.webhooks.limits import EventType


def tell_of_use(ledger: Ledger, customer: Customer) -> None:
    """Announce each threshold of the month's calls that use has reached, once each a month; the owners are mailed of
    the highest of them. A limit that is lowered and raised again tells nothing twice; one of 0 is never reached, it
    refuses."""
    standing, limit = ledger.standing, customer.limit("monthly_call_limit")
    reached = [percent for percent in THRESHOLDS if limit and standing.calls * 100 >= percent * limit]
    untold = [percent for percent in reached if percent > standing.told_percent]
    if not untold:
        return
    tenant, standing.told_percent = _whole(customer), untold[-1]
    for percent in untold:
        announce(
            tenant,
            EventType.LIMIT_THRESHOLD,
            limit="monthly_call_limit",
            percent=percent,
            used=standing.calls,
            allowed=limit,
            month=f"{standing.month:%Y-%m}",
        )
    told = {"percent": standing.told_percent, "used": standing.calls, "allowed": limit}
    tell_owner(tenant, Kind.LIMIT_THRESHOLD, **told, month=f"{standing.month:%B %Y}")


def tell_of_refusal(customer: Customer, draft: NewCall, verdict: Verdict, today: int) -> None:
    """Announce a refusal, and mail the owners, where it is the first one of the tenant's day, of `today` so far: a
    limit that is reached may refuse thousands, and each of them stands on the page of calls."""
    if today == 1:
        direction = draft.direction or Direction.INBOUND
        tenant = _whole(customer)
        announce(
            tenant,
            EventType.CALL_REFUSED,
            call_id=draft.call_id,
            direction=direction.value,
            reason=verdict.reason.value,
        )
        limit = verdict.limit.value if verdict.limit else None
        tell_owner(tenant, Kind.CALLS_REFUSED, refused_for=verdict.reason.value, allowed=limit, used=verdict.used)


def _whole(customer: Customer) -> Tenant:
    return db.session.get_one(Tenant, customer.id)  # forgotten when the transaction began, so that it is read anew
