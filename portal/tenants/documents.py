"""A tenant as a JSON document."""

from __future__ import annotations

from typing import Any

from portal.foundation.clock import rfc3339
from portal.foundation.vault import TenantSecret
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant

_AS_IT_IS = (
    "name", "slug", "kind", "billing_plan", "external_id", "billing_email", "technical_contact_email",
    "sip_enabled", "sip_domain", "sip_username", "recording_enabled", "analytics_enabled", "recording_format",
    "retention_days", "hipaa_enabled", "pci_enabled", "data_encryption_enabled", "webhook_url",
    "webhook_timeout_seconds", "meta_data",
)  # fmt: skip
_IDS = ("id", "owner_id", "scope_id", "parent_id")


def document(tenant: Tenant, secrets: dict[str, TenantSecret], month_cents: int) -> dict[str, Any]:
    """Give a tenant in the v1 dialect. Limits are the values in force; of secrets it says only whether they are set."""
    overrides = {name: each for name in LIMITS if (each := tenant.entitlement(name)).overridden}
    return {
        **{name: str(value) if (value := getattr(tenant, name)) else None for name in _IDS},
        **{name: getattr(tenant, name) for name in _AS_IT_IS},
        "status": tenant.status_at(),
        "trial_ends_at": rfc3339(tenant.trial_ends_at) if tenant.trial_ends_at else None,
        **{name: tenant.limit(name) for name in LIMITS},
        "overrides": {
            name: {"reason": each.reason, "until": rfc3339(each.until) if each.until else None}
            for name, each in overrides.items()
        },
        "sip_password_set": "sip_password" in secrets,
        "webhook_secret_set": "webhook_secret" in secrets,
        "pci_recording_acknowledged": tenant.pci_recording_acknowledged_at is not None,
        "monthly_usage_cents": month_cents,
        "created_at": rfc3339(tenant.created_at),
        "updated_at": rfc3339(tenant.updated_at),
    }
