"""Identifiers."""

from __future__ import annotations

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Make a UUID of version 7 (RFC 9562): it grows with time, so that indexes stay dense."""
    return uuid_utils.compat.uuid7()
