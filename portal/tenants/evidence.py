"""What the trail shows of a tenant's compliance: what was in force from when until when, and who changed it.

Read from the audit trail each time it is asked for; nothing of it is stored beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.audit_log import queries as audit_log
from portal.audit_log.changes import pair
from portal.audit_log.entries import Entry
from portal.foundation.audit import plain
from portal.foundation.permissions import Actor
from portal.tenants.models import Tenant
from portal.tenants.words import called

SWITCHES = {"hipaa_enabled": "HIPAA", "pci_enabled": "PCI", "data_encryption_enabled": "Encryption"}
FIELDS = (
    *SWITCHES,
    "pci_recording_acknowledged_at",
    "pci_recording_acknowledged_by",
    "recording_enabled",
    "retention_days",
    "billing_plan",
)
"""The fields that an auditor asks about."""
BEGINNING = "tenant.created"


@dataclass(frozen=True)
class Period:
    """Something was in force: since when and until when (None: before the trail begins; still), and by whom."""

    what: str
    since: datetime | None
    since_by: str | None
    until: datetime | None = None
    until_by: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What the trail shows: periods and changes, newest first; the settings whose last entry says something else than
    is in force (none, unless somebody changed the database itself); and whether older entries were left out."""

    periods: Sequence[Period]
    changes: Sequence[Entry]
    differing: Sequence[str]
    more: bool

    @property
    def going_on(self) -> list[Period]:
        """The periods of HIPAA and PCI that go on."""
        return [each for each in self.periods if each.until is None and each.what in {"HIPAA", "PCI"}]


def evidence(actor: Actor, tenant: Tenant) -> Evidence:
    """Read what the trail shows of a tenant's compliance. Raises NotFound for somebody who may not see the tenant."""
    found = audit_log.trail_of_fields(actor, tenant, FIELDS)
    oldest_first = list(reversed(found.rows))
    periods = [period for field in SWITCHES for period in _periods(tenant, field, oldest_first)]
    return Evidence(
        periods=sorted(periods, key=lambda each: (each.until is not None, -_moment(each))),
        changes=found.rows,
        differing=[called(field) for field in FIELDS if not _fits(tenant, field, found.rows)],
        more=found.more,
    )


def _periods(tenant: Tenant, field: str, entries: Sequence[Entry]) -> list[Period]:
    what, found, began = SWITCHES[field], [], None
    for entry in entries:
        if field not in entry.changes:
            continue
        on = bool(pair(entry.changes[field])[1])
        if on and began is None:
            began = Period(what, entry.at, entry.actor_name)
        elif not on:
            began = began or (Period(what, None, None) if entry.event != BEGINNING else None)
            if began is not None:
                found.append(Period(what, began.since, began.since_by, entry.at, entry.actor_name))
            began = None
    if getattr(tenant, field):
        found.append(began or Period(what, None, None))
    return found


def _fits(tenant: Tenant, field: str, newest_first: Sequence[Entry]) -> bool:
    for entry in newest_first:
        if field in entry.changes:
            return bool(pair(entry.changes[field])[1] == plain(getattr(tenant, field)))
    return True


def _moment(period: Period) -> float:
    return period.since.timestamp() if period.since else 0.0
