"""What the demonstration's tenants own on the platform: agents, squads, workflows, integrations, files, SIP trunks."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slugify import slugify

from portal.demo import names
from portal.demo.tenants import Profile
from portal.resources.limits import Kind

MEGABYTE = 1_000_000


def resources(profile: Profile, now: datetime) -> list[dict[str, Any]]:
    """Give the rows of a tenant's resources; what it has stays within its limits."""
    rng, row = profile.rng, profile.row
    found = []
    for kind, label, size in _wanted(profile):
        key = f"{kind.value}-{slugify(label)}"
        created = row["created_at"] + (now - row["created_at"]) * rng.random() * 0.5
        found.append({"tenant_id": profile.id, "kind": kind.value, "key": key, "label": label, "size_bytes": size,
                      "created_at": created})  # fmt: skip
    return found


def _wanted(profile: Profile) -> Iterator[tuple[Kind, str, int]]:
    rng, effective = profile.rng, profile.effective
    for label in _agents(profile):
        yield Kind.AGENT, label, 0
    for label in rng.sample(names.SQUADS, min(rng.choice((0, 0, 1, 2, 3)), effective("max_squads"))):
        yield Kind.SQUAD, label, 0
    for label in rng.sample(names.WORKFLOWS, rng.choice((0, 1, 2, 4, 6))):
        yield Kind.WORKFLOW, label, 0
    for label in rng.sample(names.INTEGRATIONS, rng.choice((0, 0, 1, 1, 2, 4))):
        yield Kind.INTEGRATION, label, 0
    largest = effective("max_file_size_mb") * MEGABYTE
    for label in rng.sample(names.FILES, rng.choice((0, 1, 2, 3, 5))):
        yield Kind.FILE, label, min(largest, int(rng.lognormvariate(13, 1.4)))
    if profile.row["sip_enabled"]:
        for number in range(rng.choice((1, 1, 2))):
            yield Kind.SIP_TRUNK, f"Trunk {'AB'[number]}", 0


def _agents(profile: Profile) -> list[str]:
    """Give names of agents: one a purpose first, then one a purpose and place; some tenants have all they may."""
    rng, purposes = profile.rng, profile.sector.agents
    most = min(profile.effective("max_agents"), 40)
    count = most if rng.random() < 0.12 else min(most, 1 + int(rng.paretovariate(1.1)))
    rounds = ("", " (backup)", " North", " South", " East", " West", " overnight", " weekend", " Spanish", " French",
              " German", " Arabic", " pilot", " VIP", " overflow")  # fmt: skip
    return [f"{purpose}{each}" for each in rounds for purpose in purposes][:count]


def new_secrets(profile: Profile) -> dict[str, str]:
    """Give what goes into the vault, drawn from the system's random source: these are real secrets."""
    found = {}
    if profile.row["sip_enabled"]:
        found["sip_password"] = secrets.token_urlsafe(18)
    if profile.row["webhook_url"] is not None:
        found["webhook_secret"] = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return found
