"""What somebody asks for, and what is answered."""

from __future__ import annotations

from portal.foundation.drafts import Draft
from portal.requests import limits
from portal.tenants.limits import PlanKey


class LimitAsked(Draft):
    """A value of a limit that the tenant's people cannot set themselves, and why. `limit` is the limit's field."""

    limit: str
    value: limits.Value
    reason: limits.Reason


class PlanAsked(Draft):
    """A plan that the tenant's owner cannot choose, and why."""

    billing_plan: PlanKey
    reason: limits.Reason


class Declined(Draft):
    """Why a request is declined."""

    answer: limits.Answer
