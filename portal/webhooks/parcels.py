"""A delivery made ready to be sent: all that it takes, so that sending needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal.foundation.clock import now, rfc3339
from portal.foundation.compact import compact_json
from portal.webhooks.exchange import Answer, post
from portal.webhooks.models import Delivery
from portal.webhooks.signing import signature

AT_ONCE = 6
"""How many deliveries to a receiver that answers well run side by side; to any other it is one."""


@dataclass(frozen=True)
class Parcel:
    """A delivery, where it goes and what it is signed with. Those of one tenant are a group."""

    id: UUID
    lease: UUID
    tenant_id: UUID | None
    url: str
    seconds: float
    body: str
    tries: int
    attempts: int
    doubtful: bool
    secrets: tuple[str, ...] = field(repr=False, default=())
    farewell: Mapping[str, Any] | None = field(repr=False, default=None)

    @property
    def group(self) -> UUID:
        """The tenant; the last event of a deleted one stands for itself."""
        return self.tenant_id or self.id

    @property
    def at_once(self) -> int:
        """How many of the group run side by side."""
        return 1 if self.doubtful else AT_ONCE


def body_of(delivery: Delivery) -> str:
    """Write the body. Order is not promised, so it says its number and when it happened."""
    happened = rfc3339(delivery.occurred_at)
    return compact_json(
        {
            "type": str(delivery.event),
            "timestamp": happened,
            "data": delivery.data,
            "sequence": delivery.sequence,
            "occurred_at": happened,
        }
    )


def send(parcel: Parcel) -> Answer:
    """Sign a parcel, as of now, and send it."""
    try:
        stamp, signed = _signed(parcel)
    except ValueError:
        return Answer(0, error="The webhook’s secret is not base64. Make a new one in the settings.")
    if not signed:
        return Answer(0, error="The webhook has no secret to sign with. Make one in the settings.")
    headers = {"webhook-id": str(parcel.id), "webhook-timestamp": str(stamp), "webhook-signature": signed}
    return post(parcel.url, headers, parcel.body.encode(), parcel.seconds)


def _signed(parcel: Parcel) -> tuple[int, str]:
    stamp = int(now().timestamp())
    if parcel.farewell is None:
        return stamp, signature(parcel.secrets, parcel.id, stamp, parcel.body)
    signatures: list[str] = parcel.farewell["signatures"]
    place = (stamp - parcel.farewell["first"]) // parcel.farewell["every"]
    place = max(0, min(place, len(signatures) - 1))
    return parcel.farewell["first"] + place * parcel.farewell["every"], signatures[place]
