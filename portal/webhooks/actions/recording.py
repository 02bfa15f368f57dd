"""Writing down what came of deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.foundation.leases import settle_all
from portal.foundation.permissions import Actor, Permission
from portal.foundation.schedules import Schedule
from portal.webhooks.exchange import GONE, Answer
from portal.webhooks.health import count_failure, count_success
from portal.webhooks.limits import DeliveryState
from portal.webhooks.models import Attempt, Delivery, Webhook, WebhookHealth
from portal.webhooks.parcels import Parcel

GONE_WORDS = "The receiver answered 410: it wants nothing any more."
FAILED_WORDS = "The receiver has only failed for five days."


@action(Permission.TENANTS_ADMINISTER)
def record_answers(
    actor: Actor,  # noqa: ARG001 - every action takes its actor
    done: Sequence[tuple[Parcel, Answer]],
    schedule: Schedule,
) -> list[tuple[UUID, str]]:
    """Settle deliveries by what came of them, with an attempt each; give the tenants whose webhook is to be switched
    off, each with the reason. A delivery whose lease was lost is another worker's, and is passed over."""
    at = now()
    ids = {parcel.tenant_id for parcel, _ in done if parcel.tenant_id is not None}
    held = _held(ids)
    outcomes = {
        (parcel.id, parcel.lease): _outcome(parcel, answer, schedule, at, parcel.tenant_id in held)
        for parcel, answer in done
    }
    still_ours = settle_all(Delivery, outcomes)
    kept = [(parcel, answer) for parcel, answer in done if parcel.id in still_ours]
    attempts = [_attempt(parcel, answer, at) for parcel, answer in kept if parcel.tenant_id is not None]
    if attempts:
        db.session.execute(insert(Attempt), attempts)
    farewells = [parcel.id for parcel, answer in kept if parcel.tenant_id is None and _over(parcel, answer, schedule)]
    if farewells:
        db.session.execute(delete(Delivery).where(Delivery.id.in_(farewells)))
    return _count(kept, at)


def _held(ids: set[UUID]) -> set[UUID | None]:
    rows = db.session.scalars(select(Webhook).where(Webhook.tenant_id.in_(ids)))
    return {row.tenant_id for row in rows if row.held}


def _over(parcel: Parcel, answer: Answer, schedule: Schedule) -> bool:
    if answer.taken or answer.status == GONE:
        return True
    return schedule.next_wait(parcel.tries + 1, None) is None


def _outcome(parcel: Parcel, answer: Answer, schedule: Schedule, at: datetime, held: bool) -> dict[str, Any]:
    tries = parcel.tries + 1
    values = {"attempts": parcel.attempts + 1, "tries": tries, "last_status": answer.status}
    if _over(parcel, answer, schedule):
        state = DeliveryState.SUCCEEDED if answer.taken else DeliveryState.FAILED
        return values | {"state": state.value, "due_at": None, "settled_at": at}
    wait = schedule.next_wait(tries, answer.retry_after)
    assert wait is not None
    due = None if held else at + timedelta(seconds=wait)
    return values | {"state": DeliveryState.PENDING.value, "due_at": due, "settled_at": None}


def _attempt(parcel: Parcel, answer: Answer, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "delivery_id": parcel.id,
        "number": parcel.attempts + 1,
        "at": at - timedelta(milliseconds=answer.took_ms),
        "url": parcel.url,
        "took_ms": answer.took_ms,
        "status": answer.status,
        "answer": answer.body,
        "error": answer.error,
    }


def _count(done: Sequence[tuple[Parcel, Answer]], at: datetime) -> list[tuple[UUID, str]]:
    """Bring each receiver's health up to date, in the order of their ids, so that two workers never wait crosswise."""
    ids = sorted({parcel.tenant_id for parcel, _ in done if parcel.tenant_id is not None})
    query = select(WebhookHealth).where(WebhookHealth.tenant_id.in_(ids)).order_by(WebhookHealth.tenant_id)
    rows = {row.tenant_id: row for row in db.session.scalars(query.with_for_update())}
    off: dict[UUID, str] = {}
    for parcel, answer in done:
        if parcel.tenant_id is None:
            continue
        health = rows.get(parcel.tenant_id)
        if health is None:
            health = rows[parcel.tenant_id] = WebhookHealth(tenant_id=parcel.tenant_id)
            db.session.add(health)
        if answer.taken:
            count_success(health, at)
        elif answer.status == GONE:
            off[parcel.tenant_id] = GONE_WORDS
        elif count_failure(health, at):
            off.setdefault(parcel.tenant_id, FAILED_WORDS)
    return list(off.items())
