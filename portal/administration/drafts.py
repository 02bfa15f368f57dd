"""What programs of the platform ask of a tenant. The names are v1's; aliases are v2's."""

from __future__ import annotations

from pydantic import Field

from portal.foundation.drafts import Draft
from portal.foundation.limits import Moment
from portal.tenants import limits
from portal.tenants.drafts import TenantChange
from portal.tenants.limits import Service


class QuotaChange(Draft):
    """Limits to set; None goes back to the plan's value. Beyond the ceiling it is an override."""

    max_concurrent_calls: limits.MaxConcurrentCalls | None = None
    monthly_call_limit: limits.MonthlyCallLimit | None = None
    max_users: limits.MaxUsers | None = None
    max_workspaces: limits.MaxWorkspaces | None = None
    max_projects: limits.MaxProjects | None = None
    max_environments: limits.MaxEnvironments | None = None
    max_agents: limits.MaxAgents | None = None
    max_squads: limits.MaxSquads | None = None
    max_minutes_per_month: limits.MaxMinutesPerMonth | None = None
    max_campaigns: limits.MaxCampaigns | None = None
    max_recordings_gb: limits.MaxRecordingsGb | None = None
    max_files_gb: limits.MaxFilesGb | None = None
    max_file_size_mb: limits.MaxFileSizeMb | None = None
    override_reason: limits.OverrideReason | None = None
    override_until: Moment | None = None

    def as_change(self) -> TenantChange:
        """Give it as the change of a tenant that it is."""
        return TenantChange.read(self.given())


class Block(Draft):
    """Whether a tenant is blocked, why, and which of its services: all where none is named."""

    blocked: bool
    reason: limits.SuspensionReason | None = None
    block_services: list[Service] = Field(default_factory=list)
