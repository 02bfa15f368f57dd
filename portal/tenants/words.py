"""What each field of a tenant is called in a sentence, and what each limit means."""

from __future__ import annotations

from collections.abc import Iterable

from portal.plans.limits import Feature

FIELD_WORDS = {
    "id": "id",
    "name": "name",
    "slug": "slug",
    "kind": "kind",
    "trial_ends_at": "end of the trial",
    "status": "status",
    "suspension_reason": "reason of the suspension",
    "suspended_services": "suspended services",
    "suspended_until": "end of the suspension",
    "billing_plan": "plan",
    "owner_id": "owner",
    "scope_id": "scope",
    "parent_id": "parent organization",
    "external_id": "external id",
    "billing_email": "billing e-mail",
    "technical_contact_email": "technical contact",
    "max_concurrent_calls": "concurrent calls",
    "monthly_call_limit": "calls a month",
    "max_users": "users",
    "max_workspaces": "workspaces",
    "max_projects": "projects",
    "max_environments": "environments",
    "max_agents": "agents",
    "max_squads": "squads",
    "max_minutes_per_month": "minutes a month",
    "max_campaigns": "campaigns",
    "max_recordings_gb": "recordings in GB",
    "max_files_gb": "files in GB",
    "max_file_size_mb": "file size in MB",
    "limit_overrides": "overrides",
    "override_reason": "reason of the override",
    "override_until": "end of the override",
    "sip_enabled": "SIP",
    "sip_domain": "SIP domain",
    "sip_username": "SIP user name",
    "sip_password": "SIP password",
    "recording_enabled": "recording",
    "analytics_enabled": "analytics",
    "recording_format": "recording format",
    "retention_days": "days of retention",
    "hipaa_enabled": "HIPAA",
    "pci_enabled": "PCI",
    "pci_recording_acknowledged": "acknowledgement of paused recording",
    "pci_recording_acknowledged_at": "acknowledgement of paused recording",
    "pci_recording_acknowledged_by": "who acknowledged that recording is paused",
    "data_encryption_enabled": "encryption",
    "webhook_url": "webhook address",
    "webhook_secret": "webhook secret",
    "webhook_timeout_seconds": "webhook time-out in seconds",
    "meta_data": "metadata",
    "organization_chosen_at": "choice of name and contacts",
    "plan_chosen_at": "choice of the plan",
    "features_chosen_at": "choice of features",
    "compliance_chosen_at": "choice of compliance",
    "webhook_chosen_at": "choice about the webhook",
}

LIMIT_SENTENCES = {
    "max_concurrent_calls": "Calls that may run at the same time; one more is refused.",
    "monthly_call_limit": "Calls admitted in a calendar month, in UTC; 0 admits none.",
    "max_users": "People who may be members of the organization.",
    "max_workspaces": "Workspaces, each with its own projects.",
    "max_projects": "Projects in all workspaces together.",
    "max_environments": "Environments of a project, such as test and production.",
    "max_agents": "Voice agents that may be set up.",
    "max_squads": "Squads, in which agents hand calls to one another.",
    "max_minutes_per_month": "Minutes of all calls in a calendar month, in UTC.",
    "max_campaigns": "Campaigns of outbound calls.",
    "max_recordings_gb": "Room for recordings, in gigabytes.",
    "max_files_gb": "Room for files that agents read, in gigabytes.",
    "max_file_size_mb": "The largest single file, in megabytes.",
}
"""What each limit bounds, in one sentence."""

FEATURE_WORDS = {
    Feature.SIP: "SIP",
    Feature.RECORDING: "Recording",
    Feature.ANALYTICS: "Analytics",
    Feature.COMPLIANCE: "Compliance (HIPAA and PCI)",
}
"""What each feature of a plan is called."""


def called(name: str) -> str:
    """Give what a field is called at the start of a sentence: "Concurrent calls", "Recordings in GB"."""
    words = FIELD_WORDS[name]
    return words[:1].upper() + words[1:]


def listed(names: Iterable[str]) -> str:
    """Name fields in a sentence, as people and as programs know them: "agents (max_agents), kind"."""
    called = {name: FIELD_WORDS.get(name, name) for name in sorted(names)}
    return ", ".join(words if words == name else f"{words} ({name})" for name, words in called.items())
