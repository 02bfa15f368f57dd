"""What a term of the search asks of a tenant, as SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, String, and_, case, cast, func, or_, select

from portal.foundation.clock import month_of, now, rfc3339, share_of_month
from portal.plans.queries import catalogue
from portal.requests.models import Request
from portal.tenants.models import Tenant, folded
from portal.tenants.queries import in_status
from portal.tenants.setup import finished, unfinished
from portal.tenants.term_stories import override_ends, quiet, refused
from portal.tenants.terms import Term
from portal.usage.models import Call, Standing
from portal.usage.queries import running
from portal.webhooks.state import WebhookState, in_state

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FLAGS: dict[str, ColumnElement[bool]] = {
    "hipaa": Tenant.hipaa_enabled.is_(True),
    "pci": Tenant.pci_enabled.is_(True),
    "sip": Tenant.sip_enabled.is_(True),
    "recording": Tenant.recording_enabled.is_(True),
    "analytics": Tenant.analytics_enabled.is_(True),
    "encryption": Tenant.data_encryption_enabled.is_(True),
    "webhook": Tenant.webhook_url.is_not(None),
    "owner": Tenant.owner_id.is_not(None),
    "parent": Tenant.parent_id.is_not(None),
}
_STORIES: dict[str, Callable[[Term], ColumnElement[bool]]] = {
    "setup": lambda term: unfinished() if term.value == "unfinished" else finished(),
    "quiet": lambda term: quiet() if term.value else ~quiet(),
    "exceeding": lambda term: exceeding() if term.value else ~exceeding(),
    "override_ends": lambda term: override_ends(term.sign, term.value),
    "refused": lambda term: refused(_SIGNS[term.sign], term.value),
}
_CHOICES = {"kind": Tenant.kind, "plan": Tenant.billing_plan}
_MOMENTS = {
    "created": Tenant.created_at,
    "updated": Tenant.updated_at,
    "trial_ends": Tenant.trial_ends_at,
    "suspended_until": Tenant.suspended_until,
}


def condition(term: Term) -> ColumnElement[bool]:
    """Give what a tenant must meet for a term to hold."""
    if term.field == "status":
        return in_status((term.value,))
    if term.field == "webhook_state":
        return in_state(WebhookState(term.value))
    if term.field == "request":
        return Tenant.id.in_(select(Request.tenant_id).where(Request.state == term.value))
    if term.field in _STORIES:
        return _STORIES[term.field](term)
    if term.field in _CHOICES:
        return _CHOICES[term.field] == term.value
    if term.field in _FLAGS:
        return _FLAGS[term.field] if term.value else ~_FLAGS[term.field]
    if term.field in _MOMENTS:
        return _at(_MOMENTS[term.field], term.sign, term.value)
    if term.field.lower().startswith("meta."):
        return _in_metadata(term.field.split(".")[1:], term.value)
    if term.field in {"name", "slug", "email", "external_id"}:
        return _text(term.field, term.value)
    return _number(term)


def _at(column: Any, sign: str, span: tuple[datetime, datetime] | None) -> ColumnElement[bool]:
    if span is None:
        return column.is_(None)
    first, behind = span
    match sign:
        case ">":
            return column >= behind if behind > first else column > first
        case ">=":
            return column >= first
        case "<":
            return column < first
        case "<=":
            return column < behind if behind > first else column <= first
        case _:
            return and_(column >= first, column < behind) if behind > first else column == first


def _text(field: str, value: str | None) -> ColumnElement[bool]:
    if field == "name":
        return Tenant.sort_name.contains(folded(value or "none"), autoescape=True)
    if field == "slug":
        return Tenant.slug == (value or "none").lower()
    if field == "external_id":
        return Tenant.external_id.is_(None) if value is None else Tenant.external_id == value
    addresses = (Tenant.billing_email, Tenant.technical_contact_email)
    if value is None:
        return and_(*(address.is_(None) for address in addresses))
    return or_(*(func.lower(address).contains(value.lower(), autoescape=True) for address in addresses))


def _in_metadata(path: list[str], value: str | None) -> ColumnElement[bool]:
    found = Tenant.meta_data[tuple(path)].as_string()
    if value is None:
        return found.is_(None)
    # SQLite gives a JSON true as 1, PostgreSQL as true.
    return cast(found, String).in_({"true": ("true", "1"), "false": ("false", "0")}.get(value.lower(), (value,)))


def _number(term: Term) -> ColumnElement[bool]:
    compare = _SIGNS[term.sign]
    if term.field == "active":
        number = select(func.count()).select_from(Call).where(Call.tenant_id == Tenant.id, running())
        return compare(number.scalar_subquery(), term.value)
    used = {
        "calls": (_used(Standing.calls), term.value),
        "minutes": (_used(Standing.seconds), term.value * 60),
        "cost": (_used(Standing.cents), round(term.value * 100)),
    }
    if term.field in used:
        return Tenant.id.in_(select(Standing.tenant_id).where(compare(*used[term.field])))
    limit = _monthly_limit()
    return Tenant.id.in_(
        select(Standing.tenant_id)
        .join(Tenant, Tenant.id == Standing.tenant_id)
        .where(limit > 0, compare(cast(_used(Standing.calls), Float) * 100, cast(limit, Float) * term.value))
    )


def exceeding() -> ColumnElement[bool]:
    """Give the condition that a tenant has used up the month's calls, or will at the rate so far before it ends."""
    by_now = cast(_monthly_limit(), Float) * share_of_month(now())
    used = cast(Standing.calls, Float)
    month = select(Standing.tenant_id).join(Tenant, Tenant.id == Standing.tenant_id)
    return Tenant.id.in_(month.where(Standing.month == month_of(now()), Standing.calls > 0, used > by_now))


def _used(column: Any) -> ColumnElement[int]:
    """A row of an older month counts as nothing used."""
    return case((Standing.month == month_of(now()), column), else_=0)


def _monthly_limit() -> ColumnElement[int]:
    """The limit in force: the tenant's own unless it is an override past its end, else the plan's. JSON is read last,
    and only of the few with a value of their own."""
    until = Tenant.limit_overrides[("monthly_call_limit", "until")].as_string()
    included = {plan.key: plan.included["monthly_call_limit"] for plan in catalogue()}
    of_plan = case(included, value=Tenant.billing_plan)
    return case(
        (Tenant.monthly_call_limit.is_(None), of_plan),
        (until <= rfc3339(now()), of_plan),
        else_=Tenant.monthly_call_limit,
    )
