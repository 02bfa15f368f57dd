"""Which limits a resource counts against, and which service it belongs to."""

from __future__ import annotations

from datetime import datetime

from portal.foundation.errors import TooMany
from portal.resources.limits import Kind
from portal.tenants.entitlement import Entitlement
from portal.tenants.limits import Service
from portal.tenants.models import Tenant
from portal.usage import judgement

COUNTED = {Kind.AGENT: "max_agents", Kind.SQUAD: "max_squads"}
"""The kinds whose number is limited."""

SERVICES = {Kind.AGENT: Service.AGENTS, Kind.SQUAD: Service.AGENTS, Kind.SIP_TRUNK: Service.SIP}
"""The kinds that come with a service; while that is stopped, none is added or changed. The others stop only with the
tenant itself."""

MEGABYTE, GIGABYTE = 10**6, 10**9
"""What a limit's megabyte and gigabyte are: powers of ten, as disks are sold."""


def check_service(tenant: Tenant, kind: Kind, at: datetime) -> None:
    """Raise Blocked where the service that a kind belongs to is stopped."""
    block = judgement.stopped(tenant, SERVICES.get(kind), at)
    if block is not None:
        words = "inactive" if block == judgement.Reason.INACTIVE else "suspended"
        raise judgement.Blocked(f"{tenant.name} is {words}: nothing of this kind is added or changed.", block)


def check_number(tenant: Tenant, kind: Kind, others: int) -> None:
    """Raise TooMany where one more of a kind would be beyond the limit; `others` are those that are there."""
    if kind in COUNTED:
        limit = tenant.entitlement(COUNTED[kind])
        if others >= limit.value:
            raise _too_many(limit, others, f"{tenant.name} has {others:,} of its {limit.value:,} {kind.value}s.")


def check_size(tenant: Tenant, size: int, others: int) -> None:
    """Raise TooMany where a file is too large, or there is no room for it; `others` is what all others take."""
    largest, room = tenant.entitlement("max_file_size_mb"), tenant.entitlement("max_files_gb")
    if size > largest.value * MEGABYTE:
        raise _too_many(largest, size, f"A file of {tenant.name} has up to {largest.value:,} MB.")
    if others + size > room.value * GIGABYTE:
        raise _too_many(room, others, f"The files of {tenant.name} have room for {room.value:,} GB.")


def _too_many(limit: Entitlement, used: int, message: str) -> TooMany:
    extra = {"limit": limit.name, "limit_value": limit.value, "used": used}
    return TooMany(message, None, "resource-limit-reached", extra)
