"""A tenant at a glance: what it is, what it uses, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from portal.audit_log import queries as audit_log
from portal.foundation.clock import now
from portal.foundation.permissions import Actor
from portal.requests import queries as requests
from portal.resources import queries as resources
from portal.resources.limits import Kind as ResourceKind
from portal.tenants import queries
from portal.tenants.models import Tenant
from portal.tenants.rules import FEATURE_FLAGS, FLAG_WORDS
from portal.tenants.steps import STEPS, Step, offered
from portal.usage import queries as usage
from portal.usage.models import DailyFigures
from portal.usage.words import REFUSAL_WORDS

DAYS_SHOWN = 30

RESOURCE_WORDS = {
    ResourceKind.AGENT: "Agents",
    ResourceKind.SQUAD: "Squads",
    ResourceKind.WORKFLOW: "Workflows",
    ResourceKind.INTEGRATION: "Integrations",
    ResourceKind.FILE: "Files",
    ResourceKind.SIP_TRUNK: "SIP trunks",
}


def at_a_glance(actor: Actor, tenant: Tenant) -> dict[str, Any]:
    """Give everything that the tenant's page shows, by the names its template has for it."""
    today = now().date()
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    days = usage.days(actor, tenant, min(last_month, today - timedelta(days=DAYS_SHOWN - 1)), today)
    return {
        **figures_now(actor, tenant, days),
        "series": [(figures.day, figures.calls) for figures in days[-DAYS_SHOWN:]],
        "features": _features(tenant),
        "refusals": [(REFUSAL_WORDS[reason], count) for reason, count in usage.refused(days[-7:]).items()],
        "owner": queries.owner(tenant),
        "children": queries.sub_organizations(tenant),
        "steps": _steps(actor, tenant),
        "asked": requests.waiting(actor, tenant),
        "last_changes": audit_log.last_changes(actor, tenant),
    }


def figures_now(actor: Actor, tenant: Tenant, days: Sequence[DailyFigures] = ()) -> dict[str, Any]:
    """Give the part of it that changes with every call: figures, meters, what the tenant owns. `days` as
    `usage.queries.month` takes them."""
    month = usage.month(actor, tenant, among=days)
    owned = resources.counts(actor, tenant)
    return {
        "month": month,
        "entitlements": tenant.entitlements(),
        "meters": _meters(tenant, month, owned),
        "owned": [(words, owned[kind]) for kind, words in RESOURCE_WORDS.items()],
    }


def _steps(actor: Actor, tenant: Tenant) -> list[Step]:
    if not any(actor.can(permission, tenant) for permission, _ in STEPS.values()):
        return []
    return offered(actor, tenant, queries.concerned(tenant))


def _meters(tenant: Tenant, month: usage.MonthFigures, owned: dict[ResourceKind, int]) -> list[tuple[str, int, Any]]:
    used = (
        ("Calls a month", month.calls, "monthly_call_limit"),
        ("Concurrent calls", month.active_calls, "max_concurrent_calls"),
        ("Minutes a month", month.minutes, "max_minutes_per_month"),
        ("Agents", owned[ResourceKind.AGENT], "max_agents"),
        ("Squads", owned[ResourceKind.SQUAD], "max_squads"),
    )
    return [(label, number, tenant.entitlement(name)) for label, number, name in used]


def _features(tenant: Tenant) -> list[tuple[str, bool, str]]:
    rows = []
    for flag, feature in FEATURE_FLAGS.items():
        on = bool(getattr(tenant, flag))
        rows.append((FLAG_WORDS[flag], on, "" if on or tenant.plan.includes(feature) else "not in the plan"))
    rows.append(("Encryption", tenant.data_encryption_enabled, "of recordings and files"))
    return rows
