"""The demonstration's people: staff of the platform, and owners, managers and viewers of tenants. They sign in by
one-time links; none has a password."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slugify import slugify

from portal.demo.chance import source, uuid7
from portal.demo.names import person
from portal.demo.tenants import Profile
from portal.foundation.permissions import MembershipRole, Role


@dataclass(frozen=True)
class Member:
    """Somebody's role in a tenant, since when. `known` says that the person was on the platform before."""

    user: dict[str, Any]
    role: MembershipRole
    since: datetime
    known: bool = False


@dataclass
class People:
    """Everybody, as rows of `users`. `taken` are the names that others in this database have already."""

    seed: int
    now: datetime
    taken: set[str]
    new: list[dict[str, Any]] = field(default_factory=list)
    """Those made since the last time that `arrivals` was asked."""

    def __post_init__(self) -> None:
        self._rng = source("people", self.seed)
        self._serial: list[dict[str, Any]] = []
        founded = self.now - timedelta(days=1200)
        self.admins = [self._staff(name, Role.ADMIN, founded) for name in ("ada", "henrik")]
        self.support = [self._staff(name, Role.SUPPORT, founded) for name in ("sam", "noor", "tove")]
        for _ in range(8):
            since = self.now - timedelta(days=self._rng.uniform(5, 500))
            self._user(*person(self._rng), "partners.example", Role.DEVELOPER, since)

    def arrivals(self) -> list[dict[str, Any]]:
        """Give the rows of those made since this was asked last."""
        made, self.new = self.new, []
        return made

    def of(self, profile: Profile) -> list[Member]:
        """Give a tenant's people: its owner first, if it has one, then managers and viewers."""
        rng, row = profile.rng, profile.row
        domain = f"{row['slug'][:40].strip('-')}.example"
        owner = self._owner(profile, domain)
        known = owner is not None and owner not in self.new[-1:]
        found = [] if owner is None else [Member(owner, MembershipRole.OWNER, row["created_at"], known)]
        others = (MembershipRole.MANAGER, MembershipRole.MANAGER, MembershipRole.VIEWER, MembershipRole.VIEWER)
        for role in others[rng.choice((0, 1, 1, 2, 2, 3, 4)) :] if owner is not None else ():
            since = row["created_at"] + (self.now - row["created_at"]) * rng.uniform(0.02, 0.9)
            found.append(Member(self._user(*person(rng), domain, Role.BUSINESS, since), role, since))
        return found

    def _owner(self, profile: Profile, domain: str) -> dict[str, Any] | None:
        rng, row = profile.rng, profile.row
        if not profile.self_made and rng.random() < 0.15:
            return None
        serial = [user for user in self._serial if user["created_at"] <= row["created_at"]]
        if not profile.self_made and serial and rng.random() < 0.25:
            return rng.choice(serial)
        owner = self._user(*person(rng), domain, Role.BUSINESS, row["created_at"] - timedelta(minutes=2))
        if profile.self_made:
            owner["owner_id"] = profile.id
        if profile.plan.key in {"pro", "business", "enterprise"} and len(self._serial) < 6 + profile.index // 40:
            self._serial.append(owner)
        return owner

    def _staff(self, name: str, role: Role, since: datetime) -> dict[str, Any]:
        return self._user(name, "", "voice-platform.example", role, since)

    def _user(self, first: str, last: str, domain: str, role: Role, since: datetime) -> dict[str, Any]:
        username = self._free(slugify(f"{first} {last}", separator=".", replacements=[("’", "")])[:40])
        email = f"{username}@{domain}"
        confirmed = self._rng.random() < 0.93 or role != Role.DEVELOPER
        row = {
            "id": uuid7(self._rng, since), "username": username, "username_key": username, "email": email,
            "email_key": email, "email_confirmed_at": since + timedelta(minutes=7) if confirmed else None,
            "password_hash": None, "role": role.value, "owner_id": None, "disabled_at": None, "created_at": since,
        }  # fmt: skip
        self.new.append(row)
        return row

    def _free(self, name: str) -> str:
        name, number = name if len(name) >= 3 else f"{name}.user", 2
        free = name
        while free in self.taken:
            free, number = f"{name}{number}", number + 1
        self.taken.add(free)
        return free
