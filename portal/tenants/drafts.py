"""What someone may ask of a tenant. The names are v1's; aliases are v2's."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, field_validator

from portal.accounts.limits import GivenPassword
from portal.foundation.addresses import outside
from portal.foundation.compact import compact_json
from portal.foundation.drafts import Draft
from portal.foundation.limits import Moment
from portal.foundation.writing import UNFIT_FOR_PAGES
from portal.tenants import limits
from portal.tenants.limits import Kind, RecordingFormat, Service


def _not_reserved(slug: str) -> str:
    if slug in limits.RESERVED_SLUGS:
        raise ValueError(f"“{slug}” is kept for the portal's own addresses; choose another one")
    return slug


def _base64(secret: str) -> str:
    """Refuse what no receiver could decode, or is shorter or longer than Standard Webhooks has it."""
    try:
        length = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError as error:
        raise ValueError("what follows whsec_ is not base64; copy the secret whole, with its = at the end") from error
    low, high = limits.WEBHOOK_SECRET_BYTES
    if not low <= length <= high:
        raise ValueError(f"what follows whsec_ is base64 of {low} to {high} bytes; this has {length}")
    return secret


def _small(document: dict[str, Any]) -> dict[str, Any]:
    _check_contents(document)
    try:
        size = len(compact_json(document).encode())
    except ValueError as error:
        raise ValueError("it holds a number that JSON has not, or text that is not Unicode") from error
    if size > limits.METADATA_BYTES:
        raise ValueError(f"it may have up to {limits.METADATA_BYTES:,} bytes; this has {size:,}")
    return document


def _check_contents(document: dict[str, Any]) -> None:
    """Raise ValueError where a document nests too deep, or holds what no page can. Without recursion, for the very
    deep."""
    level: list[Any] = [document]
    for _ in range(limits.METADATA_DEPTH):
        if any(UNFIT_FOR_PAGES.search(text) for each in level for text in _texts(each)):
            raise ValueError("it contains control characters; leave them out")
        level = [inner for each in level for inner in _inner(each)]
    if level:
        raise ValueError(f"it nests deeper than {limits.METADATA_DEPTH} levels")


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        return value
    return (value,) if isinstance(value, str) else ()


Slug = Annotated[limits.Slug, AfterValidator(_not_reserved)]
Metadata = Annotated[dict[str, Any], AfterValidator(_small)]
SipDomain = Annotated[limits.SipDomain, AfterValidator(str.lower)]
WebhookSecret = Annotated[limits.WebhookSecret, AfterValidator(_base64)]
WebhookUrl = Annotated[limits.WebhookUrl, AfterValidator(outside.checked_url)]


class LimitsChange(Draft):
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


class TenantChange(LimitsChange):
    """What may be changed of a tenant. Only the fields that are given change; None clears what may be none."""

    name: limits.Name = ""
    slug: Slug = ""
    kind: Kind = Kind.STANDARD
    trial_ends_at: Moment | None = None
    billing_plan: limits.PlanKey = Field("starter", alias="planKey")
    owner_id: UUID | None = Field(None, alias="ownerUserId")
    parent_id: UUID | None = None
    external_id: limits.ExternalId | None = None
    billing_email: limits.Email | None = None
    technical_contact_email: limits.Email | None = None

    sip_enabled: bool = False
    sip_domain: SipDomain | None = None
    sip_username: limits.SipText | None = None
    sip_password: limits.SipPassword | None = Field(None, repr=False)
    recording_enabled: bool = True
    analytics_enabled: bool = True
    recording_format: RecordingFormat = RecordingFormat.MP4
    retention_days: limits.RetentionDays = 90
    hipaa_enabled: bool = False
    pci_enabled: bool = False
    pci_recording_acknowledged: bool = False
    data_encryption_enabled: bool = True
    webhook_url: WebhookUrl | None = None
    webhook_secret: WebhookSecret | None = Field(None, repr=False)
    webhook_timeout_seconds: limits.WebhookTimeoutSeconds = 20
    meta_data: Metadata = Field(default_factory=dict, alias="metadata")

    @field_validator("billing_email", "technical_contact_email", "external_id", "sip_domain", "webhook_url",
                     "sip_username", mode="before")  # fmt: skip
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return None if value == "" else value


class NewTenant(TenantChange):
    """What may be asked of a tenant that is to be. Without a slug one is made from the name."""

    id: UUID | None = None
    name: limits.Name
    slug: Slug | None = None  # type: ignore[assignment]
    billing_plan: limits.PlanKey = Field("starter", alias="planKey")


class Suspension(Draft):
    """What stops for a tenant, why, and until when. Without a list of services all of them; without an end, until it
    is lifted."""

    reason: limits.SuspensionReason
    services: list[Service] = Field(default_factory=list)
    until: Moment | None = None


class Nothing(Draft):
    """What a button alone asks for."""


class Deletion(Draft):
    """What is typed to delete a tenant: its slug, and the password where that is asked for again."""

    confirm: str
    password: GivenPassword | None = Field(None, repr=False)


SECRETS = ("sip_password", "webhook_secret")
"""Fields that go into the vault and are never read back."""

OVERRIDE_TERMS = ("override_reason", "override_until")
"""Fields that say of limits beyond the ceiling why and until when."""

ADMIN_FIELDS = frozenset(
    {"id", "kind", "trial_ends_at", "owner_id", "parent_id", "external_id", *OVERRIDE_TERMS, *limits.QUOTAS}
)
"""What only platform administrators set."""
