"""Signing as Standard Webhooks has it: one signature for each secret that is valid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks.webhooks import Webhook as Signer

from portal.foundation.vault import vault

SECRET = "webhook_secret"  # noqa: S105 - the name under which the vault keeps it
PREVIOUS = "webhook_secret_before"
"""The names under which the vault keeps the secret that signs, and the one that it replaced."""


def valid_secrets(tenant_id: UUID, previous_until: datetime | None, at: datetime) -> tuple[str, ...]:
    """Give the secrets that sign what a tenant is sent at a moment: its own, and for a while the one before."""
    names = [SECRET, PREVIOUS] if previous_until is not None and previous_until > at else [SECRET]
    return tuple(secret for name in names if (secret := vault.reveal(tenant_id, name)) is not None)


def signature(secrets: Iterable[str], delivery_id: UUID, stamp: int, body: str) -> str:
    """Give the header `webhook-signature`; `stamp` is `webhook-timestamp`, in seconds since 1970.

    Raises ValueError where a secret is not base64.
    """
    at = datetime.fromtimestamp(stamp, UTC)
    return " ".join(Signer(secret).sign(str(delivery_id), at, body) for secret in secrets)
