"""What is done about webhooks."""

from __future__ import annotations

from portal.webhooks.actions.announcing import announce, announce_member, announce_update

__all__ = ["announce", "announce_member", "announce_update"]
