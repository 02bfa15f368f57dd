"""Reading what one's own account page shows: second factors, sessions, and which tenants ask for a factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from portal.accounts.devices import words_of
from portal.accounts.models import Authenticator, Passkey, Session
from portal.accounts.queries import Lifetime, codes_left, passkeys_of
from portal.accounts.random_secrets import hashed
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Actor
from portal.tenants.models import Tenant


@dataclass(frozen=True)
class Factors:
    """What somebody can prove by that they are who they say, beside the password."""

    app: Authenticator | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def number(self) -> int:
        """How many second factors there are."""
        return len(self.passkeys) + (self.app is not None)

    def passkey(self, passkey_id: UUID | None) -> Passkey | None:
        """Give one of the passkeys by its id."""
        return next((each for each in self.passkeys if each.id == passkey_id), None)


def factors_of(user_id: UUID | None) -> Factors:
    """Give a user's second factors, and how many recovery codes are left."""
    app = db.session.get(Authenticator, user_id) if user_id is not None else None
    return Factors(app, passkeys_of(user_id), codes_left(user_id))


def ways_of(user_id: UUID | None) -> dict[str, bool]:
    """Say by what a user can be asked for a second factor: `app`, `passkey`, `codes`."""
    found = factors_of(user_id)
    return {"app": found.app is not None, "passkey": bool(found.passkeys), "codes": found.codes_left > 0}


@dataclass(frozen=True)
class OwnSession:
    """One of somebody's sessions, as the account shows it."""

    id_hash: str
    device: str
    address: str | None
    began_at: datetime
    seen_at: datetime
    is_this: bool


def sessions_of(user_id: UUID, session_id: str, lifetime: Lifetime) -> list[OwnSession]:
    """Give a user's sessions that have not ended: the one of `session_id` first, then as they were used last."""
    at = now()
    living = select(Session).where(Session.user_id == user_id, Session.seen_at > at - lifetime.idle)
    rows = db.session.scalars(living.where(Session.created_at > at - lifetime.absolute)).all()
    own = [
        OwnSession(
            id_hash=row.id_hash,
            device=words_of(row.user_agent),
            address=row.address,
            began_at=row.created_at,
            seen_at=row.seen_at,
            is_this=row.id_hash == hashed(session_id),
        )
        for row in rows
    ]
    return sorted(own, key=lambda each: (each.is_this, each.seen_at), reverse=True)


def asking_for_factor(actor: Actor) -> Sequence[tuple[str, bool, bool]]:
    """Give the tenants that the actor is a member of and that ask for a second factor: name, HIPAA, PCI."""
    asks = Tenant.hipaa_enabled | Tenant.pci_enabled
    mine = select(Tenant.name, Tenant.hipaa_enabled, Tenant.pci_enabled).where(Tenant.scope_id.in_(actor.memberships))
    return [(name, hipaa, pci) for name, hipaa, pci in db.session.execute(mine.where(asks).order_by(Tenant.name))]
