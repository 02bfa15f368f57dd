"""Secrets: AES-256-GCM under a data key per tenant, itself encrypted under a master key.

A ciphertext is bound to its tenant and field by the associated data, so that it does not decrypt in another row.
Envelope encryption as in NIST SP 800-57 part 1, section 5.3 (key-encrypting and data-encrypting keys); GCM with a
random 96-bit nonce as in NIST SP 800-38D.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ForeignKey, LargeBinary, String, Uuid, func, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.clock import now
from portal.foundation.database import Base, UtcDateTime, db

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"
_KEYS_LOCK = 7_240_118


class CannotDecrypt(RuntimeError):
    """A ciphertext does not fit its key, its tenant or its field, or its master key is missing."""


class DataKey(Base):
    """The key that encrypts one tenant's secrets, encrypted itself; `master_key` names the key it is under."""

    __tablename__ = "data_keys"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master_key: Mapped[str] = mapped_column(String(16), index=True)


class TenantSecret(Base):
    """One secret of a tenant. Only when and by whom it was set is ever shown."""

    __tablename__ = "tenant_secrets"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[str] = mapped_column(String(255))


@dataclass(frozen=True)
class MasterKey:
    """A key-encrypting key; its id is read off the key, so that a wrapped data key can name it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """16 hexadecimal digits, the start of the key's SHA-256."""
        return hashlib.sha256(self.secret).hexdigest()[:16]

    @classmethod
    def new(cls) -> MasterKey:
        """Make a key from the system's random source."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> MasterKey:
        """Read a key from URL-safe base64 of 32 bytes; ValueError where it is anything else."""
        secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if len(secret) != KEY_BYTES:
            raise ValueError(f"A master key is {KEY_BYTES} bytes in URL-safe base64; this one has {len(secret)}.")
        if len(set(secret)) < 8:
            raise ValueError("This master key is not random.")
        return cls(secret)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.secret).decode().rstrip("=")


class KeyFile:
    """Master keys in a file, newest first, one a line, readable by its owner alone. Read again when it changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_at: tuple[int, int, int] | None = None
        self._keys: list[MasterKey] = []
        self._seen: dict[str, MasterKey] = {}

    def keys(self) -> list[MasterKey]:
        """Give the keys, newest first; a file that is missing is made with one new key."""
        if not self.path.exists():
            self.write([MasterKey.new()], only_if_missing=True)
        status = self.path.stat()
        if stat.S_IMODE(status.st_mode) & 0o077:
            raise PermissionError(f"{self.path} can be read by others. Mend it with: chmod 600 {self.path}")
        read_at = (status.st_mtime_ns, status.st_ino, status.st_size)
        if self._read_at != read_at:
            keys = [MasterKey.parse(line) for line in self.path.read_text().split()]
            if not keys:
                raise ValueError(f"{self.path} holds no key. Restore it: without its keys no secret can be read.")
            self._keys, self._read_at = keys, read_at
            self._seen |= {key.id: key for key in keys}
        return self._keys

    def find(self, key_id: str) -> MasterKey | None:
        """Give the key of an id, even one taken off the file since this process began: a transaction that began
        before a rotation's end still reads data keys as they lay then."""
        self.keys()
        return self._seen.get(key_id)

    def write(self, keys: list[MasterKey], *, only_if_missing: bool = False) -> None:
        """Replace the file in one step, so that a reader sees the old keys or the new ones and never half of them."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        try:
            if only_if_missing:
                os.link(draft, self.path)
            else:
                draft.replace(self.path)
        except FileExistsError:
            pass  # another process was first; its key is as good
        finally:
            draft.unlink(missing_ok=True)
            self._read_at = None  # two writes within one tick of the file system's clock may look the same


class GivenKeys:
    """Master keys from the environment, newest first."""

    def __init__(self, texts: list[str]) -> None:
        self._keys = [MasterKey.parse(text) for text in texts]

    def keys(self) -> list[MasterKey]:
        """Give the keys, newest first."""
        return self._keys

    def find(self, key_id: str) -> MasterKey | None:
        """Give the key of an id."""
        return next((key for key in self._keys if key.id == key_id), None)


class Vault:
    """Encrypts and decrypts tenants' secrets within the running transaction."""

    source: KeyFile | GivenKeys

    def use(self, source: KeyFile | GivenKeys) -> None:
        """Take master keys from here; raises where they cannot be read."""
        source.keys()
        self.source = source

    def put(self, tenant_id: UUID, name: str, text: str, by: str) -> TenantSecret:
        """Store a tenant's secret under a field's name, over an older one; `by` is who set it, in words."""
        secret = db.session.get(TenantSecret, (tenant_id, name))
        if secret is None:
            secret = TenantSecret(tenant_id=tenant_id, field=name)
            db.session.add(secret)
        secret.ciphertext = seal(self._data_key(tenant_id), text.encode(), _bound_to(tenant_id, name))
        secret.set_at, secret.set_by = now(), by
        return secret

    def reveal(self, tenant_id: UUID, name: str) -> str | None:
        """Give a secret back in clear, for use and never for showing; None where there is none.

        Raises CannotDecrypt where the ciphertext was not made for this tenant and field.
        """
        secret = db.session.get(TenantSecret, (tenant_id, name))
        if secret is None:
            return None
        return unseal(self._data_key(tenant_id), secret.ciphertext, _bound_to(tenant_id, name)).decode()

    def forget(self, tenant_id: UUID, name: str) -> bool:
        """Remove a secret; say whether there was one."""
        secret = db.session.get(TenantSecret, (tenant_id, name))
        if secret is not None:
            db.session.delete(secret)
        return secret is not None

    def held(self, tenant_id: UUID) -> dict[str, TenantSecret]:
        """Give a tenant's secrets by field, for saying that they are set, when and by whom."""
        return {row.field: row for row in db.session.scalars(select(TenantSecret).filter_by(tenant_id=tenant_id))}

    def rewrap(self, limit: int = 500) -> int:
        """Bring up to `limit` data keys under the newest master key; give how many were brought."""
        newest = self.source.keys()[0]
        rows = db.session.scalars(
            select(DataKey).where(DataKey.master_key != newest.id).limit(limit).with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            secret = self._unwrap(row)
            row.wrapped, row.master_key = seal(newest.secret, secret, _wrapped_for(row.tenant_id)), newest.id
        return len(rows)

    def _data_key(self, tenant_id: UUID) -> bytes:
        # One made earlier in this transaction has not been flushed, so that the database does not know it yet.
        pending = (each for each in db.session.new if isinstance(each, DataKey) and each.tenant_id == tenant_id)
        row = next(pending, None) or db.session.get(DataKey, tenant_id)
        if row is not None:
            return self._unwrap(row)
        lock_keys(shared=True)  # so that a rotation cannot end between the reading of the key and the commit
        newest, secret = self.source.keys()[0], secrets.token_bytes(KEY_BYTES)
        wrapped = seal(newest.secret, secret, _wrapped_for(tenant_id))
        db.session.add(DataKey(tenant_id=tenant_id, wrapped=wrapped, master_key=newest.id))
        return secret

    def master_key(self, key_id: str) -> MasterKey:
        """Give the master key of an id. Raises CannotDecrypt where it is missing."""
        key = self.source.find(key_id)
        if key is None:
            raise CannotDecrypt(f"Master key {key_id} is missing; add it to PORTAL_MASTER_KEYS or the key file.")
        return key

    def _unwrap(self, row: DataKey) -> bytes:
        return unseal(self.master_key(row.master_key).secret, row.wrapped, _wrapped_for(row.tenant_id))


def lock_keys(*, shared: bool) -> None:
    """Hold the master keys as they are until the transaction ends. SQLite's one writer at a time does it by itself."""
    if db.session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        db.session.execute(select(lock(_KEYS_LOCK)))


def seal(key: bytes, text: bytes, bound_to: bytes) -> bytes:
    """Encrypt and bind: version, nonce, ciphertext with its tag."""
    nonce = os.urandom(NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, text, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Decrypt what `seal` made with the same key and binding; CannotDecrypt otherwise."""
    if sealed[:1] != _VERSION:
        raise CannotDecrypt("This ciphertext is of a version that is not known here.")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], bound_to)
    except (InvalidTag, ValueError) as error:  # a nonce cut short is no nonce
        raise CannotDecrypt("This ciphertext was not made for this row and field.") from error


def _bound_to(tenant_id: UUID, name: str) -> bytes:
    return f"tenant_secrets.{name}:{tenant_id}".encode()


def _wrapped_for(tenant_id: UUID) -> bytes:
    return f"data_keys:{tenant_id}".encode()


vault = Vault()
