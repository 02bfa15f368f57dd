"""What a tenant's fields may hold, each declared once. Ranges are inclusive."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from annotated_types import Interval, Len
from pydantic import AfterValidator, Field
from pydantic.fields import FieldInfo

from portal.accounts.limits import Email as Email
from portal.foundation.limits import LARGEST, CleanText, Count


class Kind(StrEnum):
    """What sort of customer a tenant is."""

    STANDARD = "standard"
    ENTERPRISE = "enterprise"
    TRIAL = "trial"


class Status(StrEnum):
    """Whether a tenant's services run. Changed by its own operations only."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


class Service(StrEnum):
    """What a suspension can stop."""

    CALLS = "calls"
    AGENTS = "agents"
    SIP = "sip"
    RECORDINGS = "recordings"
    ANALYTICS = "analytics"


class RecordingFormat(StrEnum):
    """How recordings are written."""

    MP4 = "mp4"
    MP3 = "mp3"
    WAV = "wav"
    OGG = "ogg"


SLUG_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"
RESERVED_SLUGS = frozenset(
    """new edit delete create import imports export all none search api static admin support login logout signup setup
    tenants tenant usage activity plans users account settings calls members tokens deliveries healthz readyz
    styleguide undefined null""".split()
)
"""Words that are, or may become, addresses below `/tenants/`."""

HOST_PATTERN = (
    r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
WEBHOOK_SECRET_PATTERN = r"whsec_[A-Za-z0-9+/]+={0,2}"  # noqa: S105 - a pattern
WEBHOOK_SECRET_BYTES = (24, 64)
"""How long a secret may be, as Standard Webhooks has it."""
METADATA_BYTES = 16 * 1024
"""How large a tenant's metadata may be: bytes of compact JSON in UTF-8."""
METADATA_DEPTH = 64
"""How deep a tenant's metadata may nest: far beyond need, and far from what a JSON reader can take."""


def _of_form(pattern: str, words: str) -> tuple[AfterValidator, FieldInfo]:
    """Make the marks of text that fits a pattern: the check, in words, and what the JSON Schema says of it."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(words)
        return text

    return AfterValidator(check), Field(json_schema_extra={"pattern": f"^{pattern}$"})


Name = Annotated[str, CleanText, Len(1, 255)]
Slug = Annotated[
    str, Len(1, 63), *_of_form(SLUG_PATTERN, "it is made of a–z, 0–9 and single hyphens between them, like acme-corp")
]
ExternalId = Annotated[str, CleanText, Len(1, 255)]
PlanKey = Annotated[str, CleanText, Len(1, 100)]
SipText = Annotated[str, CleanText, Len(1, 255)]
SipDomain = Annotated[str, CleanText, Len(1, 253), *_of_form(HOST_PATTERN, "it is a host name, like sip.example.com")]
SipPassword = Annotated[str, CleanText, Len(1, 255)]
WebhookUrl = Annotated[str, CleanText, Len(9, 2048)]
WebhookSecret = Annotated[
    str,
    Len(30, 100),
    *_of_form(WEBHOOK_SECRET_PATTERN, "it begins with whsec_, and what follows is base64 of 24 to 64 bytes"),
]
WebhookTimeoutSeconds = Annotated[int, Interval(ge=1, le=60)]
RetentionDays = Annotated[int, Interval(ge=1, le=3650)]
OverrideReason = Annotated[str, CleanText, Len(1, 500)]
SuspensionReason = Annotated[str, CleanText, Len(1, 500)]

MaxConcurrentCalls = Annotated[int, Interval(ge=1, le=1000)]
MonthlyCallLimit = Count
MaxUsers = Count
MaxWorkspaces = Count
MaxProjects = Count
MaxEnvironments = Count
MaxAgents = Annotated[int, Interval(ge=1, le=1000)]
MaxSquads = Annotated[int, Interval(ge=1, le=100)]
MaxMinutesPerMonth = Count
MaxCampaigns = Annotated[int, Interval(ge=0, le=1000)]
MaxRecordingsGb = Annotated[int, Interval(ge=0, le=1000)]
MaxFilesGb = Annotated[int, Interval(ge=0, le=100)]
MaxFileSizeMb = Annotated[int, Interval(ge=1, le=500)]
Cents = Annotated[int, Interval(ge=0, le=LARGEST)]

LIMITS: dict[str, object] = {
    "max_concurrent_calls": MaxConcurrentCalls,
    "monthly_call_limit": MonthlyCallLimit,
    "max_users": MaxUsers,
    "max_workspaces": MaxWorkspaces,
    "max_projects": MaxProjects,
    "max_environments": MaxEnvironments,
    "max_agents": MaxAgents,
    "max_squads": MaxSquads,
    "max_minutes_per_month": MaxMinutesPerMonth,
    "max_campaigns": MaxCampaigns,
    "max_recordings_gb": MaxRecordingsGb,
    "max_files_gb": MaxFilesGb,
    "max_file_size_mb": MaxFileSizeMb,
}
"""Every limit a plan includes and a tenant may have a value of its own for, by field."""

OWNER_LIMITS = (
    "max_concurrent_calls",
    "monthly_call_limit",
    "max_users",
    "max_workspaces",
    "max_projects",
    "max_environments",
)
"""The limits that owners and managers set, up to the plan's ceiling."""

QUOTAS = tuple(name for name in LIMITS if name not in OWNER_LIMITS)
"""The limits that only platform administrators set."""
