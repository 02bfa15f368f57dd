"""Reading the audit trail, through the actor and on its indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from portal.accounts import queries as accounts
from portal.audit_log.entries import Entry
from portal.audit_log.limits import USUAL_PAGE_SIZE
from portal.foundation.audit import AuditRecord
from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.tenants.queries import visible_to

COUNTED_EXACTLY = 10_000
"""How far the trail is counted beyond the page that is read: it only ever grows."""

_COLUMNS = tuple(AuditRecord.__table__.c[name] for name in Entry.__dataclass_fields__)


@dataclass(frozen=True)
class Filters:
    """What is asked of the trail; filters are joined by and. `person` is who did it, by username whatever the case;
    `events` lets any of them through; both days are in UTC and included."""

    person: str | None = None
    events: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters()


@dataclass(frozen=True)
class Found:
    """A page of the trail, newest first, and how many entries there are; `more`: than `total`, which is not exact."""

    rows: Sequence[Entry]
    total: int
    more: bool = False


def trail(
    actor: Actor, tenant: Tenant, filters: Filters | None = None, limit: int = USUAL_PAGE_SIZE, offset: int = 0
) -> Found:
    """Give a page of one tenant's trail. Raises NotFound for somebody who may not see the tenant."""
    if not actor.can(Permission.TENANTS_VIEW, tenant):
        raise NotFound
    actor.require(Permission.AUDIT_VIEW, tenant)
    return _read(actor, [AuditRecord.tenant_id == tenant.id], filters or Filters(), limit, offset)


def platform_trail(
    actor: Actor, filters: Filters | None = None, limit: int = USUAL_PAGE_SIZE, offset: int = 0
) -> Found:
    """Give a page of the trail of all tenants and of the platform itself. Raises Forbidden."""
    actor.require(Permission.AUDIT_VIEW_ALL)
    return _read(actor, [], filters or Filters(), limit, offset)


def trail_of_fields(actor: Actor, tenant: Tenant, fields: Sequence[str], limit: int = 500) -> Found:
    """Give the entries of a tenant's trail in which any of these of its fields changed, newest first. Raises as
    `trail` does."""
    if not actor.can(Permission.TENANTS_VIEW, tenant):
        raise NotFound
    actor.require(Permission.AUDIT_VIEW, tenant)
    text = cast(AuditRecord.changes, Text)
    named = or_(*(text.contains(f'"{field}"', autoescape=True) for field in fields))
    where = [AuditRecord.tenant_id == tenant.id, AuditRecord.subject_type == Tenant.__tablename__, named]
    rows = _entries(actor, where, limit + 1, 0)
    return Found(rows[:limit], min(len(rows), limit), more=len(rows) > limit)


def last_changes(actor: Actor, tenant: Tenant, limit: int = 5) -> Sequence[Entry]:
    """Give what was last done to a tenant, newest first. Raises as `trail` does."""
    if not actor.can(Permission.TENANTS_VIEW, tenant):
        raise NotFound
    actor.require(Permission.AUDIT_VIEW, tenant)
    return _entries(actor, [AuditRecord.tenant_id == tenant.id], limit, 0)


def last_changes_of_tenants(actor: Actor, limit: int = 5) -> Sequence[Entry]:
    """Give what was last done to any tenant, newest first. Raises Forbidden."""
    actor.require(Permission.AUDIT_VIEW_ALL)
    return _entries(actor, [AuditRecord.tenant_id.is_not(None), AuditRecord.event.startswith("tenant.")], limit, 0)


def slugs_now(actor: Actor, entries: Iterable[Entry]) -> Mapping[UUID, str]:
    """Give the present slug of each tenant that entries tell of, by its id; those deleted since have none."""
    ids = {entry.tenant_id for entry in entries if entry.tenant_id is not None}
    if not ids:
        return {}
    rows = db.session.execute(select(Tenant.id, Tenant.slug).where(Tenant.id.in_(ids), visible_to(actor)))
    return {row.id: row.slug for row in rows}


def _read(actor: Actor, where: list[ColumnElement[bool]], filters: Filters, limit: int, offset: int) -> Found:
    where = where + _conditions(actor, filters)
    most = ((offset + limit) // COUNTED_EXACTLY + 1) * COUNTED_EXACTLY
    counted = select(AuditRecord.id).where(*where).limit(most + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    return Found(_entries(actor, where, limit, offset), min(total, most), more=total > most)


def _entries(actor: Actor, where: list[ColumnElement[bool]], limit: int, offset: int) -> list[Entry]:
    query = select(*_COLUMNS).where(*where).order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    rows = db.session.execute(query.limit(limit).offset(offset)).mappings()
    hidden = {} if actor.can(Permission.AUDIT_VIEW_ALL) else {"address": None}
    return [Entry(**{**row, **hidden}) for row in rows]


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.person:
        conditions.append(AuditRecord.actor_name.in_(_names(actor, filters.person)))
    if filters.events:
        conditions.append(AuditRecord.event.in_(filters.events))
    if filters.first_day is not None:
        conditions.append(AuditRecord.at >= _midnight(filters.first_day))
    if filters.last_day is not None and filters.last_day < date.max:
        conditions.append(AuditRecord.at < _midnight(filters.last_day + timedelta(days=1)))
    return conditions


def _names(actor: Actor, typed: str) -> set[str]:
    """Give the spellings to look for: records keep a name as it is written, and the index knows no other way.

    Only staff find a person by address; for others the trail must not tell whose address one is.
    """
    known = None
    if "@" not in typed or actor.can(Permission.AUDIT_VIEW_ALL):
        known = accounts.user_by_login(typed)
    return {typed, typed.lower()} | ({known.username} if known else set())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
