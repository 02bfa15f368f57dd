"""Users, their second factors, sessions and tokens, and what is known of attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts import limits
from portal.foundation.clock import now
from portal.foundation.database import Base, UtcDateTime, checks
from portal.foundation.ids import new_id


class User(Base):
    """A person or program that signs in. `owner_id` is the tenant made when a business user signed up."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(50))
    username_key: Mapped[str] = mapped_column(String(50), unique=True, info={"audited": False})
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True, info={"audited": False})
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    password_hash: Mapped[str | None] = mapped_column(String(255), info={"secret": True})
    role: Mapped[limits.Role] = mapped_column(String(20))
    owner_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("tenants.id", ondelete="SET NULL", use_alter=True), index=True
    )
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, info={"audited": False})

    __table_args__ = checks(username=limits.Username, email=limits.Email, role=limits.Role)

    @property
    def audit_id(self) -> str:
        """The id, as text."""
        return str(self.id)

    @property
    def audit_label(self) -> str:
        """The username."""
        return self.username


class Session(Base):
    """A signed-in browser. Only the hash of its random id is stored."""

    __tablename__ = "sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(255))
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class KnownDevice(Base):
    """A browser that a user has signed in from, by the hash of a random mark it keeps in a cookie."""

    __tablename__ = "known_devices"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    mark_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SignInAttempts(Base):
    """Wrong passwords in a row for one name from one known device, or from all others together."""

    __tablename__ = "sign_in_attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A bearer token of the API: access or refresh, of one family that began at one sign-in. Stored by its hash."""

    __tablename__ = "api_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    refresh: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name="refresh"))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class ConfirmationLink(Base):
    """A one-time link that confirms the address it was mailed to. Stored by its hash."""

    __tablename__ = "confirmation_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email_key: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def usable(self) -> bool:
        """Whether it can still confirm: not used, in time, and the address is still its user's."""
        in_time = self.used_at is None and self.expires_at > now()
        return in_time and self.email_key == self.user.email_key and self.user.disabled_at is None


class SignInLink(Base):
    """A one-time link that signs in, of the demonstration only. Stored by its hash."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class ResetLink(Base):
    """A one-time link that sets a new password, mailed to the address the user had then. Stored by its hash."""

    __tablename__ = "reset_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email_key: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def usable(self) -> bool:
        """Whether it can still set a password: not used, in time, and the address is still its user's."""
        in_time = self.used_at is None and self.expires_at > now()
        return in_time and self.email_key == self.user.email_key and self.user.disabled_at is None


class Authenticator(Base):
    """A user's authenticator app. Its secret lies among the personal secrets; the last time step of a code that was
    taken is kept, so that each is taken once (RFC 6238, section 5.2)."""

    __tablename__ = "authenticators"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_step: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = checks(last_step=limits.TimeStep)


class Passkey(Base):
    """A passkey of a user: its public key, and how often its authenticator says it has signed."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(50))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = checks(sign_count=limits.SignCount, name=limits.PasskeyName)


class RecoveryCode(Base):
    """One of the ten codes for when a phone is lost. Stored by its hash; a code is used once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WaitingSignIn(Base):
    """Somebody whose password was right, and whose second factor is asked for. Stored by the hash of its random id.
    `fresh_hash` is the password's hash anew, where parameters changed, until the sign-in is whole."""

    __tablename__ = "waiting_sign_ins"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    fresh_hash: Mapped[str | None] = mapped_column(String(255), info={"secret": True})
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class PasskeyChallenge(Base):
    """What a passkey is asked to sign, once: for what, and of whom where that is known. Stored by its hash."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[limits.PasskeyUse] = mapped_column(String(10))
    user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = checks(purpose=limits.PasskeyUse)
