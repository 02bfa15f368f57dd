"""What the demonstration's webhooks were sent in the last weeks. All of it is settled, and nothing is sent any more."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.demo.chance import source, uuid7
from portal.demo.tenants import Profile
from portal.webhooks.actions.recording import FAILED_WORDS
from portal.webhooks.events import thinned
from portal.webhooks.limits import DeliveryState, EventType

DAYS = 30
REASONS = ("concurrent", "concurrent", "concurrent", "monthly")
AFTER = [timedelta(hours=hours) for hours in (0, 0.0014, 0.085, 0.585, 2.585, 7.585, 17.585, 27.585)]
"""When the attempts at a delivery come that fails to the end, from when it happened."""
_THANKS, _DOWN = (200, '{"received": true}', None), (503, "upstream is down", "The receiver answered 503.")


@dataclass
class Sent:
    """The rows of one tenant's deliveries and of each attempt; how its receiver answers; its last number."""

    deliveries: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    health: list[dict[str, Any]] = field(default_factory=list)
    stream: list[dict[str, Any]] = field(default_factory=list)
    webhooks: list[dict[str, Any]] = field(default_factory=list)


def sent(profile: Profile, now: datetime) -> Sent:
    """Give what a tenant's webhook was sent; nothing where it has none. One receiver in eight has failed of late; of
    the others some are paused, and some were switched off after five days of failure."""
    found, url = Sent(), profile.row["webhook_url"]
    if url is None:
        return found
    rng = source("deliveries", profile.id)
    failing_since = now - timedelta(hours=rng.uniform(60, 110)) if rng.random() < 0.125 else None
    held = _held(rng, profile, now) if failing_since is None else None
    if held is not None:
        found.webhooks.append(held)
        failing_since = held["off_at"] and held["off_at"] - timedelta(days=5)
    for at in _moments(rng, profile, now):
        ill = failing_since is not None and at >= failing_since
        if held is not None and at + AFTER[-1] >= (held["off_at"] or held["paused_at"]):
            break
        if ill and at + AFTER[-1] >= now:
            break  # this would be tried still
        number = len(found.deliveries) + 1
        answers = [_DOWN] * len(AFTER) if ill else [_DOWN, _THANKS] if rng.random() < 0.05 else [_THANKS]
        delivery = _delivery(rng, profile, number, at, len(answers), answers[-1][0])
        found.deliveries.append(delivery)
        found.attempts += [
            {"id": uuid7(rng, at), "delivery_id": delivery["id"], "number": each, "at": at + AFTER[each - 1],
             "url": url, "took_ms": rng.randint(20, 900), "status": status, "answer": answer, "error": error}
            for each, (status, answer, error) in enumerate(answers, 1)
        ]  # fmt: skip
    if found.deliveries:
        last = found.deliveries[-1]
        failed = last["state"] == DeliveryState.FAILED
        found.health.append({
            "tenant_id": profile.id, "failing_since": failing_since if failed else None,
            "failed_hours": 4 if failed else 0, "counted_at": None,
            "last_success_at": None if failed else last["settled_at"],
            "last_failure_at": last["settled_at"] if failed else None,
        })  # fmt: skip
        found.stream.append({"tenant_id": profile.id, "last_sequence": len(found.deliveries)})
    return found


def _held(rng: random.Random, profile: Profile, now: datetime) -> dict[str, Any] | None:
    """Give what holds a webhook back, for one in ten."""
    if rng.random() >= 0.1 or profile.row["created_at"] > now - timedelta(days=25):
        return None
    since, off = now - timedelta(days=rng.uniform(1, 3)), rng.random() < 0.5
    return {"tenant_id": profile.id, "events": None, "paused_at": None if off else since,
            "off_at": since if off else None, "off_reason": FAILED_WORDS if off else None}  # fmt: skip


def _moments(rng: random.Random, profile: Profile, now: datetime) -> Iterator[datetime]:
    """Give at most one moment a day: calls that are refused are told of once a day."""
    for days in range(DAYS, 0, -1):
        at = now - timedelta(days=days, minutes=rng.randint(0, 600))
        if rng.random() < 0.5 and at > profile.row["created_at"]:
            yield at


def _delivery(
    rng: random.Random, profile: Profile, number: int, at: datetime, tries: int, status: int
) -> dict[str, Any]:
    event = EventType.PING if rng.random() < 0.1 else EventType.CALL_REFUSED
    data: dict[str, Any] = {"tenant_id": str(profile.id)}
    if event is EventType.CALL_REFUSED:
        call = f"CA-{rng.getrandbits(40):010x}"
        data |= {"call_id": call, "direction": "inbound", "reason": rng.choice(REASONS)}
    taken = status == _THANKS[0]
    return {
        "id": uuid7(rng, at), "tenant_id": profile.id, "event": event.value,
        "data": thinned(data) if profile.row["hipaa_enabled"] else data, "occurred_at": at, "sequence": number,
        "state": (DeliveryState.SUCCEEDED if taken else DeliveryState.FAILED).value, "attempts": tries, "tries": tries,
        "last_status": status, "settled_at": at + AFTER[tries - 1],
    }  # fmt: skip
