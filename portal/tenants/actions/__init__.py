"""Everything that is done to a tenant."""

from __future__ import annotations

from portal.tenants.actions.changing import change_tenant
from portal.tenants.actions.creating import create_own_tenant, create_tenant
from portal.tenants.actions.deleting import delete_tenant
from portal.tenants.actions.ending import end_overrides, tell_of_trials
from portal.tenants.actions.settling import Saved
from portal.tenants.actions.status import (
    deactivate_tenant,
    end_suspensions,
    restore_tenant,
    resume_tenant,
    suspend_tenant,
)

__all__ = [
    "Saved",
    "change_tenant",
    "create_own_tenant",
    "create_tenant",
    "deactivate_tenant",
    "delete_tenant",
    "end_overrides",
    "end_suspensions",
    "restore_tenant",
    "resume_tenant",
    "suspend_tenant",
    "tell_of_trials",
]
