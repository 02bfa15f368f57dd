"""Secrets of people: encrypted under the master key itself, and bound to their person and field.

A tenant's secrets have a data key, because destroying it makes them unreadable in every backup. A person's secret, such
as what an authenticator app shares with the portal, goes with its row.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.database import Base, db
from portal.foundation.vault import lock_keys, seal, unseal, vault


class PersonalSecret(Base):
    """One secret of a person; `master_key` names the key it lies under."""

    __tablename__ = "personal_secrets"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    master_key: Mapped[str] = mapped_column(String(16), index=True)


def put(user_id: UUID, name: str, text: str) -> None:
    """Store a person's secret under a field's name, over an older one, within the running transaction."""
    lock_keys(shared=True)  # so that a rotation cannot end between the reading of the key and the commit
    newest = vault.source.keys()[0]
    secret = db.session.get(PersonalSecret, (user_id, name))
    if secret is None:
        secret = PersonalSecret(user_id=user_id, field=name)
        db.session.add(secret)
    secret.ciphertext = seal(newest.secret, text.encode(), _bound_to(user_id, name))
    secret.master_key = newest.id


def reveal(user_id: UUID, name: str) -> str | None:
    """Give a secret back in clear, for use and never for showing; None where there is none.

    Raises CannotDecrypt where the ciphertext was not made for this person and field, or its master key is missing.
    """
    secret = db.session.get(PersonalSecret, (user_id, name))
    return _opened(secret).decode() if secret is not None else None


def forget(user_id: UUID, name: str) -> bool:
    """Remove a secret; say whether there was one."""
    secret = db.session.get(PersonalSecret, (user_id, name))
    if secret is not None:
        db.session.delete(secret)
    return secret is not None


def bring_along(limit: int) -> int:
    """Bring up to `limit` secrets under the newest master key; give how many were brought."""
    newest = vault.source.keys()[0]
    left = select(PersonalSecret).where(PersonalSecret.master_key != newest.id)
    rows = db.session.scalars(left.limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.ciphertext = seal(newest.secret, _opened(row), _bound_to(row.user_id, row.field))
        row.master_key = newest.id
    return len(rows)


def _opened(row: PersonalSecret) -> bytes:
    return unseal(vault.master_key(row.master_key).secret, row.ciphertext, _bound_to(row.user_id, row.field))


def _bound_to(user_id: UUID, name: str) -> bytes:
    return f"personal_secrets.{name}:{user_id}".encode()
