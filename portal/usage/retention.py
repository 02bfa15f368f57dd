"""From when on a tenant's calls are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.tenants.models import Tenant


def kept_from(tenant: Tenant, at: datetime) -> datetime:
    """Give the moment before which a tenant's calls are removed: midnight of a day, so that days stay whole."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=tenant.retention_days)
