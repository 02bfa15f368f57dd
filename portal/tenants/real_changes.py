"""What of a draft would really change a tenant."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from portal.foundation.compact import compact_json
from portal.foundation.errors import Fault, Invalid
from portal.tenants.drafts import OVERRIDE_TERMS, SECRETS
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant


def real_changes(tenant: Tenant, given: dict[str, Any], held: Set[str]) -> dict[str, Any]:
    """Leave out what is asked to be as it is already; `held` names the secrets there are.

    A secret that is given always counts: to find out by its silence whether a guess is right is nobody's right.
    An override's reason and end count together with the limits they are for. Raises Invalid where none is named.
    """
    changed = {
        name: value
        for name, value in given.items()
        if name not in OVERRIDE_TERMS and _differs(tenant, name, value, held)
    }
    terms = {name: value for name, value in given.items() if name in OVERRIDE_TERMS}
    if not terms:
        return changed
    if not LIMITS.keys() & given.keys():
        _refuse_terms_alone(terms)
        return changed
    if LIMITS.keys() & changed.keys():
        return changed | {name: value for name, value in terms.items() if value is not None}
    amended = {name: value for name, value in given.items() if _would_amend(tenant, name, terms)}
    return changed | amended | terms if amended else changed


def _differs(tenant: Tenant, name: str, value: Any, held: Set[str]) -> bool:
    if name in SECRETS:
        return value is not None or name in held
    if name in LIMITS:
        return bool(value != tenant.entitlement(name).own)
    if name == "pci_recording_acknowledged":
        return bool(value != (tenant.pci_recording_acknowledged_at is not None))
    if name == "meta_data":  # to Python 1 and true are equal, to a document they are not
        return compact_json(value) != compact_json(tenant.meta_data)
    return bool(value != getattr(tenant, name))


def _would_amend(tenant: Tenant, name: str, terms: dict[str, Any]) -> bool:
    if name not in LIMITS:
        return False
    standing = tenant.entitlement(name)
    kept = {"override_reason": standing.reason, "override_until": standing.until}
    return standing.overridden and any(kept[term] != value for term, value in terms.items())


def _refuse_terms_alone(terms: dict[str, Any]) -> None:
    faults = [
        Fault(name, "This belongs to limits beyond the plan's ceiling. Give them along with it.", "needed")
        for name, value in terms.items()
        if value is not None
    ]
    if faults:
        raise Invalid(*faults)
