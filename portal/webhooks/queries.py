"""Reading how tenants' webhooks stand and what they were sent, always through the actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission
from portal.tenants.models import Tenant
from portal.webhooks.limits import DeliveryState
from portal.webhooks.models import Attempt, Delivery, Webhook, WebhookHealth
from portal.webhooks.outcomes import Outcome, came_to, outcome_of
from portal.webhooks.state import WebhookState, in_state, state_of

COUNTED_EXACTLY = 10_000
STRIP = 30
"""How many of the last outcomes a settings page shows."""
ATTEMPTS_SHOWN = 100
SHOWN_OF_ANSWER = 2_000
"""How many characters of an answer a page shows."""


@dataclass(frozen=True)
class Hook:
    """How a tenant's webhook stands: its state (None without an address), since when and why; the events it is told of
    (None: all), until when the secret before signs too, when it answered last."""

    state: WebhookState | None
    since: datetime | None = None
    reason: str | None = None
    events: tuple[str, ...] | None = None
    previous_until: datetime | None = None
    last_success_at: datetime | None = None
    kept: int = 0
    """How many deliveries wait until the webhook sends again, counted to 10,000."""

    @property
    def held(self) -> bool:
        """Whether nothing is sent now."""
        return self.state in {WebhookState.OFF, WebhookState.PAUSED}


def hook_of(actor: Actor, tenant: Tenant) -> Hook:
    """Say how a tenant's webhook stands. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    webhook, health = db.session.get(Webhook, tenant.id), db.session.get(WebhookHealth, tenant.id)
    state = state_of(tenant, webhook, health)
    off = webhook if state == WebhookState.OFF else None
    until = webhook.previous_secret_until if webhook else None
    return Hook(
        state=state,
        since=_since(state, webhook, health),
        reason=off.off_reason if off else None,
        events=tuple(webhook.events) if webhook and webhook.events is not None else None,
        previous_until=until if until is not None and until > now() else None,
        last_success_at=health.last_success_at if health else None,
        kept=_kept(tenant) if webhook is not None and webhook.held else 0,
    )


def _since(state: WebhookState | None, webhook: Webhook | None, health: WebhookHealth | None) -> datetime | None:
    if state == WebhookState.FAILING and health is not None:
        return health.failing_since
    if webhook is None:
        return None
    return {WebhookState.OFF: webhook.off_at, WebhookState.PAUSED: webhook.paused_at}.get(state)  # type: ignore[arg-type]


def _kept(tenant: Tenant) -> int:
    waiting = select(Delivery.id).where(Delivery.tenant_id == tenant.id, Delivery.state == DeliveryState.PENDING)
    return db.session.scalar(select(func.count()).select_from(waiting.limit(COUNTED_EXACTLY).subquery())) or 0


@dataclass(frozen=True)
class DeliveryFilters:
    """What is asked of deliveries, joined by and. Days are in UTC and included; `webhook` is how the webhook stands
    now."""

    event: str | None = None
    outcome: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    webhook: str | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return self != DeliveryFilters()


@dataclass(frozen=True)
class Line:
    """A delivery as a table shows it; `next_at` is when it is tried next, `tenant_name` stands across tenants only."""

    id: UUID
    event: str
    outcome: Outcome
    occurred_at: datetime
    attempts: int
    last_status: int | None
    next_at: datetime | None
    slug: str
    tenant_name: str


@dataclass(frozen=True)
class DeliveriesFound:
    """A page of deliveries, the newest first; `more`: than `total`, which is counted to 10,000."""

    rows: Sequence[Line]
    total: int
    more: bool


def deliveries(actor: Actor, tenant: Tenant, filters: DeliveryFilters, limit: int, offset: int) -> DeliveriesFound:
    """Give a page of what a tenant's webhook was and will be sent. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    return _found([Delivery.tenant_id == tenant.id, *_asked(filters)], limit, offset)


def deliveries_of_all(actor: Actor, filters: DeliveryFilters, limit: int, offset: int) -> DeliveriesFound:
    """Give a page of what all tenants' webhooks were and will be sent. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    return _found([Delivery.tenant_id.is_not(None), *_asked(filters)], limit, offset)


def numbers_by_state(actor: Actor) -> dict[WebhookState, int]:
    """Count the webhooks that fail, are off or are paused: those that somebody should look at. One query. Raises
    Forbidden."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    looked_at = (WebhookState.FAILING, WebhookState.OFF, WebhookState.PAUSED)
    number = select(func.count()).select_from(Tenant)
    counted = db.session.execute(select(*(number.where(in_state(each)).scalar_subquery() for each in looked_at)))
    return dict(zip(looked_at, counted.one(), strict=True))


def _asked(filters: DeliveryFilters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.event:
        where.append(Delivery.event == filters.event)
    if filters.outcome:
        where.append(came_to(Outcome(filters.outcome)))
    if filters.first_day:
        where.append(Delivery.occurred_at >= _midnight(filters.first_day))
    if filters.last_day and filters.last_day < date.max:
        where.append(Delivery.occurred_at < _midnight(filters.last_day + timedelta(days=1)))
    if filters.webhook:
        where.append(Delivery.tenant_id.in_(select(Tenant.id).where(in_state(WebhookState(filters.webhook)))))
    return where


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _found(where: Sequence[ColumnElement[bool]], limit: int, offset: int) -> DeliveriesFound:
    counted = select(Delivery.id).where(*where).limit(COUNTED_EXACTLY + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted)) or 0
    rows = db.session.execute(_lines().where(*where).limit(limit).offset(offset))
    lines = [_line(row) for row in rows] if total > offset else []
    return DeliveriesFound(lines, min(total, COUNTED_EXACTLY), total > COUNTED_EXACTLY)


def _lines() -> Select[Any]:
    """The columns of a table alone: what was sent is read on a delivery's own page."""
    columns = ("id", "event", "state", "tries", "occurred_at", "attempts", "last_status", "due_at")
    shown = (getattr(Delivery, name) for name in columns)
    joined = select(*shown, Tenant.slug, Tenant.name).join(Tenant, Tenant.id == Delivery.tenant_id)
    return joined.order_by(Delivery.occurred_at.desc(), Delivery.id.desc())


def _line(row: Any) -> Line:
    return Line(
        id=row.id,
        event=row.event,
        outcome=outcome_of(row.state, row.tries),
        occurred_at=row.occurred_at,
        attempts=row.attempts,
        last_status=row.last_status,
        next_at=row.due_at,
        slug=row.slug,
        tenant_name=row.name,
    )


def last_outcomes(actor: Actor, tenant: Tenant) -> Sequence[Line]:
    """Give the last 30 deliveries of a tenant, the oldest of them first. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    rows = db.session.execute(_lines().where(Delivery.tenant_id == tenant.id).limit(STRIP)).all()
    return [_line(row) for row in reversed(rows)]


def delivery(actor: Actor, tenant: Tenant, delivery_id: str) -> Delivery:
    """Give a delivery of a tenant by its id as it stands in an address. Raises NotFound, Forbidden."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    try:
        found = db.session.get(Delivery, UUID(delivery_id))
    except ValueError as error:
        raise NotFound from error
    if found is None or found.tenant_id != tenant.id:
        raise NotFound
    return found


@dataclass(frozen=True)
class Try:
    """An attempt as its page shows it: `answer` is how the receiver's answer begins, `length` how many characters of it
    were kept."""

    number: int
    at: datetime
    url: str
    took_ms: int
    status: int | None
    error: str | None
    answer: str | None
    length: int | None


def attempts(actor: Actor, tenant: Tenant, sent: Delivery) -> Sequence[Try]:
    """Give the last hundred attempts at a delivery, the newest first. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    names = ("number", "at", "url", "took_ms", "status", "error")
    rows: Any = db.session.execute(
        select(
            *(getattr(Attempt, name) for name in names),
            func.substr(Attempt.answer, 1, SHOWN_OF_ANSWER),
            func.length(Attempt.answer),
        )
        .where(Attempt.delivery_id == sent.id)
        .order_by(Attempt.number.desc())
        .limit(ATTEMPTS_SHOWN)
    )
    return [Try(*row) for row in rows]


def failed_since(actor: Actor, tenant: Tenant, since: datetime) -> int:
    """Count what failed of what happened since a moment. Raises Forbidden."""
    actor.require(Permission.TENANTS_VIEW, tenant)
    failed = (Delivery.tenant_id == tenant.id, Delivery.state == DeliveryState.FAILED, Delivery.occurred_at >= since)
    return db.session.scalar(select(func.count()).select_from(Delivery).where(*failed)) or 0
