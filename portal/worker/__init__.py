"""The worker: does in the background what is due. `runners` is the only place where rooms plug in what they run."""

from __future__ import annotations

from portal.config import Settings
from portal.worker.running import Runner


def runners(settings: Settings) -> list[Runner]:
    """Give what the worker runs, each in a thread of its own."""
    from portal.jobs.running import DailyWork
    from portal.mail.sending import Mail
    from portal.webhooks.sending import Deliveries
    from portal.worker.leasing import LeasingRunner

    return [DailyWork(settings), LeasingRunner(Deliveries(settings)), LeasingRunner(Mail(settings))]
