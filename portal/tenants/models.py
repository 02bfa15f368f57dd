"""A tenant, its scope, and the slugs it had before."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    Uuid,
    event,
    insert,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.clock import now
from portal.foundation.database import Base, JsonColumn, UtcDateTime, checks
from portal.foundation.ids import new_id
from portal.tenants import limits
from portal.tenants.entitlement import Entitled
from portal.tenants.suspension import Suspendable

if TYPE_CHECKING:
    from portal.plans.models import Plan


class Scope(Base):
    """What tokens and memberships of a tenant hang on; made with the tenant."""

    __tablename__ = "scopes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


CHOICES = {
    "organization_chosen_at": ("billing_email",),
    "plan_chosen_at": ("billing_plan",),
    "features_chosen_at": ("sip_enabled", "recording_enabled", "analytics_enabled"),
    "compliance_chosen_at": ("hipaa_enabled", "pci_enabled"),
    "webhook_chosen_at": ("webhook_url",),
}
"""What somebody has to decide about a tenant, though its default may be a fine answer: since when it is decided, and
the fields by which it is. The set-up is finished when all of it is; nothing else says so."""
SOME_OVERRIDES = "CAST(limit_overrides AS TEXT) <> '{}'"
"""That a tenant has overrides, in the words of the index of such tenants."""
FILTERED = ("id", "billing_plan", "kind", "status", "suspended_until", "monthly_call_limit")
"""What most filters ask of a tenant: the columns of an index that is a tenth of the table."""
BY_WHAT_IS_FILTERED = "INDEXED BY ix_tenants_filtered"
"""That SQLite is to read this index where a search may find most tenants: it would take one that finds some of them and
look up the rest of each, which takes five times as long."""
BY_WHAT_IS_UNFINISHED = "INDEXED BY ix_tenants_unfinished"
"""The same where only those are asked for whose set-up is unfinished: it would look at all that are active."""
UNFINISHED = " OR ".join(f"{name} IS NULL" for name in CHOICES)


def _flag(name: str, default: bool) -> Mapped[bool]:
    return mapped_column(Boolean(create_constraint=True, name=name), default=default)


def _unaudited(*kind: Any, **options: Any) -> Mapped[Any]:
    return mapped_column(*kind, info={"audited": False}, **options)


class Tenant(Entitled, Suspendable, Base):
    """A customer of the platform. Limits hold a value of the tenant's own, or None for the plan's."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    kind: Mapped[limits.Kind] = mapped_column(String(20), default=limits.Kind.STANDARD)
    trial_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[limits.Status] = mapped_column(String(20), default=limits.Status.ACTIVE)
    suspension_reason: Mapped[str | None] = mapped_column(String(500))
    suspended_services: Mapped[list[str] | None] = mapped_column(JsonColumn)
    suspended_at: Mapped[datetime | None] = _unaudited(UtcDateTime)
    suspended_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    billing_plan: Mapped[str] = mapped_column(String(100), ForeignKey("plans.key"), default="starter")
    owner_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("users.id", ondelete="SET NULL"))
    scope_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("scopes.id"), unique=True)
    parent_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("tenants.id"))
    external_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    billing_email: Mapped[str | None] = mapped_column(String(254))
    technical_contact_email: Mapped[str | None] = mapped_column(String(254))

    max_concurrent_calls: Mapped[int | None]
    monthly_call_limit: Mapped[int | None]
    max_users: Mapped[int | None]
    max_workspaces: Mapped[int | None]
    max_projects: Mapped[int | None]
    max_environments: Mapped[int | None]
    max_agents: Mapped[int | None]
    max_squads: Mapped[int | None]
    max_minutes_per_month: Mapped[int | None]
    max_campaigns: Mapped[int | None]
    max_recordings_gb: Mapped[int | None]
    max_files_gb: Mapped[int | None]
    max_file_size_mb: Mapped[int | None]
    limit_overrides: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)

    sip_enabled: Mapped[bool] = _flag("sip_enabled", False)
    sip_domain: Mapped[str | None] = mapped_column(String(253))
    sip_username: Mapped[str | None] = mapped_column(String(255))
    recording_enabled: Mapped[bool] = _flag("recording_enabled", True)
    analytics_enabled: Mapped[bool] = _flag("analytics_enabled", True)
    recording_format: Mapped[limits.RecordingFormat] = mapped_column(String(10), default=limits.RecordingFormat.MP4)
    retention_days: Mapped[int] = mapped_column(default=90)
    hipaa_enabled: Mapped[bool] = _flag("hipaa_enabled", False)
    pci_enabled: Mapped[bool] = _flag("pci_enabled", False)
    pci_recording_acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pci_recording_acknowledged_by: Mapped[str | None] = mapped_column(String(255))
    data_encryption_enabled: Mapped[bool] = _flag("data_encryption_enabled", True)
    webhook_url: Mapped[str | None] = mapped_column(String(2048))
    webhook_timeout_seconds: Mapped[int] = mapped_column(default=20)
    meta_data: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)

    organization_chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    plan_chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    features_chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compliance_chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    webhook_chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    version: Mapped[int] = _unaudited(default=1)
    created_at: Mapped[datetime] = _unaudited(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = _unaudited(UtcDateTime, default=now, onupdate=now)
    sort_name: Mapped[str] = _unaudited(Text().with_variant(Text(collation="C"), "postgresql"))

    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)
    parent: Mapped[Tenant | None] = relationship(remote_side=[id])

    __table_args__ = (
        *checks(
            name=limits.Name,
            slug=limits.Slug,
            kind=limits.Kind,
            status=limits.Status,
            billing_plan=limits.PlanKey,
            external_id=limits.ExternalId,
            billing_email=limits.Email,
            technical_contact_email=limits.Email,
            sip_domain=limits.SipDomain,
            sip_username=limits.SipText,
            recording_format=limits.RecordingFormat,
            retention_days=limits.RetentionDays,
            webhook_url=limits.WebhookUrl,
            webhook_timeout_seconds=limits.WebhookTimeoutSeconds,
            suspension_reason=limits.SuspensionReason,
            **limits.LIMITS,
        ),
        CheckConstraint("octet_length(CAST(meta_data AS TEXT)) <= 16384", name="meta_data"),
        CheckConstraint("kind = 'trial' OR trial_ends_at IS NULL", name="trial_ends_at"),
        CheckConstraint("parent_id <> id", name="parent_id"),
        CheckConstraint(
            "slug = lower(slug) AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'",
            name="slug_shape",
        ),
        CheckConstraint(
            "data_encryption_enabled OR NOT (hipaa_enabled OR pci_enabled)", name="encryption_under_compliance"
        ),
        Index(None, "sort_name", "id"),
        Index(None, "created_at", "id"),
        Index(None, "status", "sort_name"),
        Index(None, "kind", "sort_name"),
        Index(None, "billing_plan", "sort_name"),
        Index(None, "parent_id"),
        Index(None, "owner_id"),
        Index(
            "ix_tenants_overridden",
            "sort_name",
            sqlite_where=text(SOME_OVERRIDES),
            postgresql_where=text(SOME_OVERRIDES),
        ),
        Index("ix_tenants_filtered", *FILTERED),
        Index("ix_tenants_unfinished", "sort_name", sqlite_where=text(UNFINISHED), postgresql_where=text(UNFINISHED)),
    )
    __mapper_args__ = {"version_id_col": version, "version_id_generator": lambda version: (version or 0) + 1}

    @property
    def audit_id(self) -> str:
        """The id, as text."""
        return str(self.id)

    @property
    def audit_label(self) -> str:
        """The name."""
        return self.name


class OldSlug(Base):
    """A slug a tenant had before; it keeps leading to the tenant until another one takes it."""

    __tablename__ = "old_slugs"

    slug: Mapped[str] = mapped_column(String(63), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TenantNotice(Base):
    """What a tenant's people were told once: of what kind, and about which moment, so that a trial that is given
    another end is told of anew."""

    __tablename__ = "tenant_notices"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    about: Mapped[datetime] = mapped_column(UtcDateTime)


class TenantSearch(Base):
    """What the search box looks in: a tenant's name, slug, addresses and external id, folded."""

    __tablename__ = "tenant_search"

    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), unique=True)
    body: Mapped[str] = mapped_column(Text)


def folded(text: str) -> str:
    """Fold text for searching and sorting: no case, no accents, compatible forms as one (Unicode UAX #15, NFKD)."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character)).casefold()


def search_body(tenant: Tenant) -> str:
    """Give what a tenant is found by, one part a line."""
    parts = (tenant.name, tenant.slug, tenant.billing_email, tenant.technical_contact_email, tenant.external_id)
    return "\n".join(folded(part) for part in parts if part)


@event.listens_for(Tenant, "before_insert")
@event.listens_for(Tenant, "before_update")
def _keep_sort_name(_mapper: Any, _connection: Any, tenant: Tenant) -> None:
    tenant.sort_name = folded(tenant.name)


@event.listens_for(Tenant, "after_insert")
def _make_findable(_mapper: Any, connection: Connection, tenant: Tenant) -> None:
    connection.execute(insert(TenantSearch).values(tenant_id=tenant.id, body=search_body(tenant)))


@event.listens_for(Tenant, "after_update")
def _keep_findable(_mapper: Any, connection: Connection, tenant: Tenant) -> None:
    body = search_body(tenant)
    found_by = TenantSearch.__table__.c
    connection.execute(
        update(TenantSearch).where(found_by.tenant_id == tenant.id, found_by.body != body).values(body=body)
    )
