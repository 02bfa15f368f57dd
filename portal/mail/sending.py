"""What the worker does about mail."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import current_app

from portal.accounts import actions as accounts
from portal.config import Settings
from portal.foundation.permissions import Actor, system
from portal.mail.actions import sending
from portal.mail.actions.sending import MakeToken, Taken
from portal.mail.files import FileTransport
from portal.mail.limits import Kind
from portal.mail.outcomes import Fate, Outcome, in_words
from portal.mail.smtp import SmtpTransport
from portal.mail.wording import Wording
from portal.worker.leasing import Room

log = logging.getLogger(__name__)

WORKER = system(name="worker")
TOKENS: Mapping[Kind, MakeToken] = {
    Kind.CONFIRM_ADDRESS: accounts.make_confirmation_link,
    Kind.RESET_PASSWORD: accounts.make_reset_link,
}


@dataclass(frozen=True)
class Posted(Taken):
    """A message with what puts it into words."""

    wording: Wording


class Mail:
    """Sends the mail that is due; it is the `Work` of a leasing runner."""

    name = "mail"
    threads = 8

    def __init__(self, settings: Settings, *, lease_seconds: float = 120.0, actor: Actor = WORKER) -> None:
        self.settings, self.lease_seconds, self.actor = settings, lease_seconds, actor
        self.transport: SmtpTransport | FileTransport = (
            SmtpTransport(settings.mail_server, settings.mail_timeout_seconds)
            if settings.mail_server is not None
            else FileTransport(settings.instance / "mail")
        )

    def due(self, room: Room) -> bool:
        """Say whether anything is due that there is room for."""
        return sending.anything_to_send(even_again=room.doubtful > 0)

    def take(self, room: Room) -> Sequence[Posted]:
        """Lease what is due, with the tokens of one-time links."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        wording = Wording(app, self.settings.mail_from, self.settings.base_url)
        taken = sending.take_due(self.actor, room.rows, room.doubtful, self.lease_seconds, TOKENS)
        return [Posted(**vars(each), wording=wording) for each in taken]

    def perform(self, item: Posted) -> Outcome:
        """Put it into words and send it."""
        try:
            letter = item.wording.letter(item)
            letter.message()
        except Exception as error:
            log.exception("no words for a message", extra={"id": str(item.id), "kind": item.kind.value})
            return Outcome(Fate.AGAIN, error=in_words(f"This message could not be put into words: {error}"))
        return self.transport.send(letter)

    def went_well(self, outcome: Outcome) -> bool:
        """Say whether it was taken."""
        return outcome.fate is Fate.TAKEN

    def record(self, done: Sequence[tuple[Posted, Outcome]]) -> None:
        """Write down what came of it."""
        sending.record_outcomes(self.actor, done)

    def renew(self, leases: Collection[UUID]) -> None:
        """Hold what is under way."""
        sending.keep_taken(self.actor, leases, self.lease_seconds)

    def give_back(self, items: Sequence[Posted]) -> None:
        """Give back what was not begun."""
        sending.give_back_taken(self.actor, items)
