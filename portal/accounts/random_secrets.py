"""Random ids that are shown once and stored by their hash."""

from __future__ import annotations

import hashlib
import secrets

ACCESS_PREFIX = "tp_a_"
REFRESH_PREFIX = "tp_r_"
"""Prefixes by which a token that got lost is recognized, by people and by scanners."""


def new_secret(prefix: str = "") -> str:
    """Make 256 random bits, in URL-safe base64 behind a prefix."""
    return prefix + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Give what is stored of a secret: its SHA-256. A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def hashed_bytes(secret: bytes) -> str:
    """The same of random bytes."""
    return hashlib.sha256(secret).hexdigest()
