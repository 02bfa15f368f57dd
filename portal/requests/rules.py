"""What has to be true of a request: when it is made, and still when it is granted."""

from __future__ import annotations

from portal.foundation.errors import Invalid
from portal.foundation.limits import bounds
from portal.plans.models import Plan
from portal.requests.limits import PLAN
from portal.requests.models import Request
from portal.tenants.limits import LIMITS, OWNER_LIMITS
from portal.tenants.models import Tenant
from portal.tenants.words import called


def check_limit(tenant: Tenant, name: str, value: int) -> None:
    """Raise Invalid where a value of a limit cannot be asked for: there is no such limit, the value is outside of its
    range, the tenant has as much already, or its owner may set it without asking."""
    if name not in LIMITS:
        raise Invalid.at("limit", "Choose one of the limits.", "unknown")
    allowed, each, words = bounds(LIMITS[name]), tenant.entitlement(name), called(name)
    if value < (allowed.low or 0) or (allowed.high is not None and value > allowed.high):
        raise Invalid.at("value", f"{words}: {allowed.words}. Nobody can have {value:,}.", "range")
    if value <= each.value:
        raise Invalid.at("value", f"{words}: {each.value:,} is what there is now. Ask for more than that.", "moot")
    if name in OWNER_LIMITS and value <= each.ceiling:
        here = f"The {tenant.plan.label} plan goes up to {each.ceiling:,}"
        raise Invalid.at("value", f"{words}: {here}. Set this yourself, there is no need to ask.", "allowed")


def check_plan(tenant: Tenant, plan: Plan | None) -> None:
    """Raise Invalid where a plan cannot be asked for: there is none, it is retired, or the tenant has it."""
    if plan is None:
        raise Invalid.at("billing_plan", "Choose one of the plans.", "unknown")
    if not plan.offered:
        raise Invalid.at(
            "billing_plan", f"The {plan.label} plan is not offered any more. Choose another one.", "retired"
        )
    if plan.key == tenant.billing_plan:
        raise Invalid.at("billing_plan", f"The {plan.label} plan is the present one.", "moot")


def moot(request: Request, tenant: Tenant, plan: Plan | None) -> str | None:
    """Say why an open request can be granted no more; None where it can. `plan` is the one asked for, if it is one."""
    if request.subject == PLAN:
        if plan is None or not plan.offered:
            return f"The {plan.label if plan else request.wanted_plan} plan is not offered any more."
        return f"The {plan.label} plan is the present one already." if plan.key == tenant.billing_plan else None
    value, now = request.wanted_value or 0, tenant.limit(request.subject)
    if value <= now:
        return f"{called(request.subject)}: there are {now:,} already, so nothing is left to grant."
    return None
