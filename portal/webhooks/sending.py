"""What the worker does about deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from portal.config import Settings
from portal.foundation.permissions import Actor, system
from portal.foundation.schedules import Schedule
from portal.webhooks.actions import holding, recording, taking
from portal.webhooks.exchange import Answer
from portal.webhooks.parcels import Parcel, send
from portal.worker.leasing import Room

WORKER = system(name="worker")


class Deliveries:
    """Sends what is due to tenants' webhooks; it is the `Work` of a leasing runner."""

    name = "deliveries"
    threads = 128
    """They wait for others almost all of their time."""

    def __init__(self, settings: Settings, *, lease_seconds: float = 30.0, actor: Actor = WORKER) -> None:
        self.lease_seconds, self.actor = lease_seconds, actor
        self.schedule = Schedule(settings.webhook_schedule, settings.webhook_jitter_percent)

    def due(self, room: Room) -> bool:
        """Say whether anything is due that there is room for."""
        return taking.anything_to_send(room.full, even_doubtful=room.doubtful > 0)

    def take(self, room: Room) -> Sequence[Parcel]:
        """Lease what is due and make it ready."""
        return taking.take_due(self.actor, room.rows, room.doubtful, room.full, self.lease_seconds)

    def perform(self, item: Parcel) -> Answer:
        """Send it."""
        return send(item)

    def went_well(self, outcome: Answer) -> bool:
        """Say whether the receiver took it."""
        return outcome.taken

    def record(self, done: Sequence[tuple[Parcel, Answer]]) -> None:
        """Write down what came of it; a webhook that failed for too long is switched off."""
        for tenant_id, reason in recording.record_answers(self.actor, done, self.schedule):
            holding.switch_off_by_id(self.actor, tenant_id, reason)

    def renew(self, leases: Collection[UUID]) -> None:
        """Hold what is under way."""
        taking.keep_taken(self.actor, leases, self.lease_seconds)

    def give_back(self, items: Sequence[Parcel]) -> None:
        """Give back what was not begun."""
        taking.give_back_taken(self.actor, items)
