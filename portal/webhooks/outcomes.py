"""What has come of a delivery, as people ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, and_

from portal.webhooks.limits import DeliveryState
from portal.webhooks.models import Delivery


class Outcome(StrEnum):
    """How a delivery stands; one that is not settled is told apart by whether it has failed already."""

    DELIVERED = "delivered"
    TRYING = "trying"
    WAITING = "waiting"
    FAILED = "failed"
    DROPPED = "dropped"


OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.DELIVERED: "Delivered",
    Outcome.TRYING: "Trying again",
    Outcome.WAITING: "Waiting",
    Outcome.FAILED: "Failed",
    Outcome.DROPPED: "Not sent",
}
TONES: Mapping[Outcome, str] = {
    Outcome.DELIVERED: "good",
    Outcome.TRYING: "warn",
    Outcome.WAITING: "info",
    Outcome.FAILED: "bad",
    Outcome.DROPPED: "neutral",
}
_SETTLED = {
    DeliveryState.SUCCEEDED: Outcome.DELIVERED,
    DeliveryState.FAILED: Outcome.FAILED,
    DeliveryState.DROPPED: Outcome.DROPPED,
}


def outcome_of(state: str, tries: int) -> Outcome:
    """Say what has come of a delivery by its state and how often it was tried since it was last asked for."""
    return _SETTLED.get(DeliveryState(state)) or (Outcome.TRYING if tries else Outcome.WAITING)


def came_to(outcome: Outcome) -> ColumnElement[bool]:
    """Give the condition that a delivery stands so."""
    settled = {each: state for state, each in _SETTLED.items()}
    if outcome in settled:
        return Delivery.state == settled[outcome]
    tried = Delivery.tries > 0 if outcome == Outcome.TRYING else Delivery.tries == 0
    return and_(Delivery.state == DeliveryState.PENDING, tried)
