"""What a term of the search asks of a tenant, as SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, String, and_, case, cast, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from portal.foundation.clock import month_of, now, rfc3339, share_of_month
from portal.plans.queries import catalogue
from portal.requests.models import Request
from portal.tenants.models import BY_WHAT_IS_FILTERED, SOME_OVERRIDES, Tenant, folded
from portal.tenants.queries import in_status
from portal.tenants.setup import finished, unfinished
from portal.tenants.term_stories import override_ends, quiet, refused
from portal.tenants.terms import Term
from portal.usage.models import Call, Standing, stands_in
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
        "calls": (_used(Standing, "calls"), term.value),
        "minutes": (_used(Standing, "seconds"), term.value * 60),
        "cost": (_used(Standing, "cents"), round(term.value * 100)),
    }
    if term.field in used:
        return Tenant.id.in_(select(Standing.tenant_id).where(compare(*used[term.field])))
    return _of_use(term)


OF_USE = frozenset({"usage", "exceeding"})
"""The terms that compare the month's calls with their limit."""


def _of_use(term: Term) -> ColumnElement[bool]:
    month = aliased(Standing)
    there = (month.tenant_id == Tenant.id, use_fits(term, _used(month, "calls"), monthly_limit()))
    return exists().where(*there).correlate(Tenant)


def use_fits(term: Term, used: ColumnElement[int], limit: ColumnElement[int]) -> ColumnElement[bool]:
    """Give what a term of `OF_USE` asks of the month's calls and their limit. A tenant exceeds its month that has used
    it up, or will at the rate so far before it ends."""
    if term.field == "usage":
        full = _SIGNS[term.sign](cast(used, Float) * 100, cast(limit, Float) * term.value)
        return and_(limit > 0, full)
    exceeds = and_(used > 0, cast(used, Float) > cast(limit, Float) * share_of_month(now()))
    return exceeds if term.value else ~exceeds


def counted_by_use(searches: Sequence[Sequence[Term]]) -> Select[Any]:
    """Count the tenants that fit each of these terms of `OF_USE`, going through all of them once for all."""
    used, allowed = _used(Standing, "calls").label("used"), monthly_limit().label("allowed")
    months = select(used, allowed).select_from(Tenant).join(Standing, Standing.tenant_id == Tenant.id)
    use = months.with_hint(Tenant, BY_WHAT_IS_FILTERED, "sqlite").cte("use").prefix_with("MATERIALIZED")
    columns: list[Any] = [
        func.count().filter(and_(*(use_fits(term, use.c.used, use.c.allowed) for term in terms))) for terms in searches
    ]
    return select(*columns).select_from(use)


def _used(month: Any, name: str) -> ColumnElement[int]:
    """A row of an older month counts as nothing used."""
    return case((stands_in(month, month_of(now())), getattr(month, name)), else_=0)


def monthly_limit() -> ColumnElement[int]:
    """The limit in force: the tenant's own unless it is an override past its end, else the plan's. Overrides are read
    once, of the few that have any, so that an index has all that is asked of the others."""
    included = {plan.key: plan.included["monthly_call_limit"] for plan in catalogue()}
    of_plan = case(included, value=Tenant.billing_plan)
    overridden = aliased(Tenant)
    until = overridden.limit_overrides[("monthly_call_limit", "until")].as_string()
    lapsed = select(overridden.id).where(text(SOME_OVERRIDES), until <= rfc3339(now()))
    return case(
        (Tenant.monthly_call_limit.is_(None), of_plan),
        (Tenant.id.in_(lapsed), of_plan),
        else_=Tenant.monthly_call_limit,
    )
