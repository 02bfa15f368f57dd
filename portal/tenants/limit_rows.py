"""A tenant's limits as the settings show them: what each means, where its value comes from, how far it may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.foundation.limits import bounds
from portal.tenants.entitlement import Entitlement
from portal.tenants.limits import LIMITS, OWNER_LIMITS
from portal.tenants.models import Tenant
from portal.tenants.words import LIMIT_SENTENCES, called
from portal.web.words import day


@dataclass(frozen=True)
class LimitRow:
    """One limit: its words, the value in force, where that comes from (with the tint of its tag), and a hint."""

    name: str
    label: str
    sentence: str
    value: int
    included: int
    source: str
    tone: str
    hint: str


def limit_rows(tenant: Tenant, names: Sequence[str], for_staff: bool) -> list[LimitRow]:
    """Give the rows of these limits, in this order, in words for staff or for the tenant's own people."""
    return [_row(tenant.entitlement(name), for_staff) for name in names]


def _row(each: Entitlement, for_staff: bool) -> LimitRow:
    source, tone = ("Plan’s value", "neutral") if each.own is None else ("Own value", "accent")
    if each.overridden:
        source, tone = "Override", "info"
    return LimitRow(
        name=each.name,
        label=called(each.name),
        sentence=LIMIT_SENTENCES[each.name],
        value=each.value,
        included=each.included,
        source=source,
        tone=tone,
        hint=_hint(each, for_staff) + _about_override(each),
    )


def _hint(each: Entitlement, for_staff: bool) -> str:
    allowed = bounds(LIMITS[each.name])
    if not for_staff:
        highest = max(each.ceiling, each.own or 0)
        return f"{allowed.low:,} to {highest:,}; the plan has {each.included:,}"
    beyond = "owners set up to {:,}" if each.name in OWNER_LIMITS else "beyond {:,} it is an override"
    return f"{allowed.words}; the plan has {each.included:,}; {beyond.format(each.ceiling)}"


def _about_override(each: Entitlement) -> str:
    if not each.overridden:
        return ""
    if each.by is None and each.until is None and each.reason is None:
        return f". {each.value:,} was set before the plan’s ceiling came down to {each.ceiling:,}, and stays."
    parts = [f". {each.value:,} was set beyond that by {each.by or 'an administrator'}"]
    if each.until is not None:
        parts.append(f"until {day(each.until)}")
    if each.reason:
        parts.append(f"because: {each.reason}")
    return ", ".join(parts).rstrip(".") + "."
