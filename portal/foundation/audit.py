"""The audit record: who did what, through which door, and what it changed, in the transaction of the change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Index, String, Text, Uuid, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from portal.foundation.clock import now, rfc3339
from portal.foundation.compact import compact_json
from portal.foundation.database import Base, JsonColumn, Unaudited, UtcDateTime, checks, db, is_new
from portal.foundation.ids import new_id
from portal.foundation.permissions import Actor, Door

log = logging.getLogger(__name__)

SECRET = "changed"  # noqa: S105 - the word that stands in a record where a secret was
"""What a record says of a secret: that it changed, and nothing else."""


class Event(StrEnum):
    """Everything that is recorded. The part before the dot is the noun, the part behind it what was done to it."""

    TENANT_CREATED = "tenant.created"
    TENANT_UPDATED = "tenant.updated"
    TENANT_PLAN_CHANGED = "tenant.plan_changed"
    TENANT_SUSPENDED = "tenant.suspended"
    TENANT_RESUMED = "tenant.resumed"
    TENANT_DEACTIVATED = "tenant.deactivated"
    TENANT_RESTORED = "tenant.restored"
    TENANT_DELETED = "tenant.deleted"
    MEMBER_ADDED = "member.added"
    MEMBER_REMOVED = "member.removed"
    RESOURCE_ADDED = "resource.added"
    RESOURCE_CHANGED = "resource.changed"
    RESOURCE_REMOVED = "resource.removed"
    WEBHOOK_PAUSED = "webhook.paused"
    WEBHOOK_RESUMED = "webhook.resumed"
    WEBHOOK_SWITCHED_OFF = "webhook.switched_off"
    WEBHOOK_SWITCHED_ON = "webhook.switched_on"
    WEBHOOK_EVENTS_CHOSEN = "webhook.events_chosen"
    WEBHOOK_RESENT = "webhook.resent"
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"  # noqa: S105 - an event's name
    WEBHOOK_SECRET_REVOKED = "webhook.secret_revoked"  # noqa: S105 - an event's name
    USER_CREATED = "user.created"
    USER_SIGNED_UP = "user.signed_up"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_EMAIL_CONFIRMED = "user.email_confirmed"
    USER_PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - an event's name
    USER_RESET_ASKED_FOR = "user.reset_asked_for"
    FACTOR_ADDED = "factor.added"
    FACTOR_REMOVED = "factor.removed"
    FACTOR_CODES_MADE = "factor.codes_made"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    SESSION_REFUSED = "session.refused"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - an event's name
    TOKEN_FAMILY_ENDED = "token.family_ended"  # noqa: S105 - an event's name
    JOB_ASKED_FOR = "job.asked_for"
    KEYS_ROTATED = "keys.rotated"
    PLAN_CREATED = "plan.created"
    PLAN_UPDATED = "plan.updated"
    PLAN_RETIRED = "plan.retired"
    PLAN_OFFERED = "plan.offered"
    PLAN_PRICE_SET = "plan.price_set"
    PLAN_PRICE_WITHDRAWN = "plan.price_withdrawn"
    REQUEST_MADE = "request.made"
    REQUEST_GRANTED = "request.granted"
    REQUEST_DECLINED = "request.declined"
    REQUEST_WITHDRAWN = "request.withdrawn"
    DEMONSTRATION_LOADED = "demonstration.loaded"


class AuditRecord(Base):
    """One decision of a person or a program. Names are kept as they were then; nothing here refers by foreign key,
    because a record outlives what it tells of."""

    __tablename__ = "audit_records"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    event: Mapped[Event] = mapped_column(String(40))
    door: Mapped[Door] = mapped_column(String(20))
    actor_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor_name: Mapped[str] = mapped_column(String(255))
    actor_standing: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(64))
    tenant_id: Mapped[UUID | None] = mapped_column(Uuid)
    tenant_name: Mapped[str | None] = mapped_column(String(255))
    tenant_slug: Mapped[str | None] = mapped_column(String(63))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(255))
    subject_label: Mapped[str] = mapped_column(String(255))
    changes: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        *checks(door=Door),
        Index(None, "at", "id"),
        Index(None, "tenant_id", "at", "id"),
        Index(None, "event", "at"),
        Index(None, "actor_name", "at"),
    )


class TenantLike(Protocol):
    """What a record keeps of the tenant it belongs to."""

    id: UUID
    name: str
    slug: str
    scope_id: UUID


def record(
    actor: Actor,
    what: Event,
    subject: Any,
    *,
    tenant: TenantLike | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> AuditRecord:
    """Write an audit record into the running transaction.

    `subject` is the row it is about; its unsaved changes become before and after, unless `changes` (field → [before,
    after], or `SECRET`) says them. `tenant` is the tenant whose trail it joins; a tenant as subject is its own.
    `note` is a reason in a person's words.
    """
    if tenant is None and hasattr(subject, "slug") and hasattr(subject, "scope_id"):
        tenant = subject
    entry = AuditRecord(
        at=now(),
        event=what,
        door=actor.door,
        actor_id=actor.user_id,
        actor_name=actor.username,
        actor_standing=actor.standing(tenant),
        address=actor.address,
        tenant_id=tenant.id if tenant else None,
        tenant_name=tenant.name if tenant else None,
        tenant_slug=tenant.slug if tenant else None,
        subject_type=subject.__tablename__,
        subject_id=subject.audit_id,
        subject_label=subject.audit_label[:255],
        changes=dict(changes) if changes is not None else changed_fields(subject),
        note=note,
    )
    db.session.add(entry)
    log.info("audit", extra={"event": what.value, "subject": entry.subject_id, "actor": actor.username})
    return entry


def changed_fields(row: Any) -> dict[str, Any]:
    """Read a row's unsaved changes: field → [before, after]; a column marked secret → `SECRET`; one marked as not
    audited is left out. For a new row, every field that holds something."""
    state = inspect(row)
    mapper: Mapper[Any] = state.mapper
    new = is_new(row)
    changes: dict[str, Any] = {}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if column.info.get("audited") is False:
            continue
        history = state.attrs[attribute.key].history
        if not history.has_changes():
            continue
        before = plain(history.deleted[0]) if history.deleted else None
        after = plain(history.added[0]) if history.added else None
        if _same(before, after) or (new and after in (None, {}, [])):
            continue
        changes[attribute.key] = SECRET if column.info.get("secret") else [before, after]
    return changes


def _same(before: Any, after: Any) -> bool:
    if before != after:
        return False
    # To Python 1 and true are equal; to a document they are not.
    return not isinstance(after, dict | list) or compact_json(before) == compact_json(after)


def plain(value: Any) -> Any:
    """Turn a value into what JSON holds: moments as RFC 3339, ids and enumerations as text."""
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case _:
            return value


@event.listens_for(AuditRecord, "before_update")
@event.listens_for(AuditRecord, "before_delete")
def _never_change(_mapper: Any, _connection: Any, _target: Any) -> None:
    raise Unaudited("Audit records are neither changed nor deleted.")
