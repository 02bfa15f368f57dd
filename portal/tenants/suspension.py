"""Whether a tenant's services run: suspended by an administrator, inactive by its owner, or both.

A suspension stands beside being inactive: it waits while its tenant is inactive and is in force again once that is
restored, so that no owner lifts one by deactivating and restoring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from portal.foundation.clock import now
from portal.tenants.limits import Service, Status

SERVICE_WORDS: Mapping[Service, str] = {
    Service.CALLS: "calls",
    Service.AGENTS: "agents",
    Service.SIP: "SIP",
    Service.RECORDINGS: "recordings",
    Service.ANALYTICS: "analytics",
}
"""What each service is called in a sentence."""


class Suspendable:
    """The part of a tenant that knows whether it is suspended."""

    status: Status
    suspension_reason: str | None
    suspended_services: list[str] | None
    suspended_at: datetime | None
    suspended_until: datetime | None

    def keeps_suspension(self, at: datetime | None = None) -> bool:
        """Say whether a suspension stands: in force, or waiting for an inactive tenant to be restored."""
        if self.status != Status.SUSPENDED and self.suspended_at is None:
            return False
        return self.suspended_until is None or self.suspended_until > (at or now())

    def is_suspended(self, at: datetime | None = None) -> bool:
        """Say whether a suspension is in force. Past its end the tenant counts as active."""
        return self.status == Status.SUSPENDED and self.keeps_suspension(at)

    def status_at(self, at: datetime | None = None) -> Status:
        """Give the status as it counts: that of a suspension past its end is `active`."""
        if self.status == Status.SUSPENDED and not self.keeps_suspension(at):
            return Status.ACTIVE
        return Status(self.status)

    def stopped_services(self) -> list[Service]:
        """Give what a suspension stops, in its usual order; all of them where none is named."""
        named = self.suspended_services or list(Service)
        return [service for service in Service if service.value in named]

    def stopped_words(self) -> str:
        """Say what a suspension stops: "all its services", "calls and SIP"."""
        stopped = self.stopped_services()
        return "all its services" if len(stopped) == len(Service) else joined(SERVICE_WORDS[each] for each in stopped)

    def forget_suspension(self) -> None:
        """Take the suspension off; an inactive tenant stays inactive."""
        if self.status == Status.SUSPENDED:
            self.status = Status.ACTIVE
        self.suspension_reason = self.suspended_services = self.suspended_at = self.suspended_until = None


def joined(words: Iterable[str]) -> str:
    """Join words as a sentence has them: "calls, agents and SIP"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
