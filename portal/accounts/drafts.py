"""What somebody asks for when signing up and in."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from portal.accounts import limits
from portal.accounts.passwords import guessed_early
from portal.foundation.drafts import Draft
from portal.foundation.permissions import Role
from portal.tenants.limits import Name


def _not_guessed_early(password: str, info: ValidationInfo) -> str:
    about = [str(info.data[name]) for name in ("username", "email") if info.data.get(name)]
    if guessed_early(password, *about):
        raise ValueError("it is among the first that are guessed; several words in a row are better")
    return password


NewPassword = Annotated[limits.Password, AfterValidator(_not_guessed_early)]
"""Judged by what stands before it in the draft, so the fields below keep their order."""


class SignUp(Draft):
    """Somebody who makes an account. Roles that are not self-assigned are refused."""

    username: limits.Username
    email: limits.Email
    password: NewPassword = Field(repr=False)
    role: limits.SelfAssignedRole = Role.BUSINESS

    @property
    def tenant_name(self) -> str:
        """What the tenant is called until its owner sets it."""
        return self.username


class PageSignUp(SignUp):
    """The same on the page, which also asks for the organization."""

    organization: Name | None = None

    @field_validator("organization", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @property
    def tenant_name(self) -> str:
        """The organization; without one, the username."""
        return self.organization or self.username


class NewUser(Draft):
    """A user that an administrator or the command line makes, of any role."""

    username: limits.Username
    email: limits.Email
    password: NewPassword = Field(repr=False)
    role: limits.AnyRole


class Credentials(Draft):
    """Who somebody says to be: a username or an address, and the password; a code where a second factor is set."""

    username: limits.SignInName
    password: limits.GivenPassword = Field(repr=False)
    otp: limits.OneTimeCode | None = Field(None, repr=False)


class Refresh(Draft):
    """A refresh token that is to be turned into a new pair."""

    refresh_token: limits.GivenToken = Field(repr=False)


class GivenFactor(Draft):
    """A second factor as somebody gives it: a code of an app or a recovery code, or what a passkey answered."""

    code: limits.OneTimeCode | None = Field(None, repr=False)
    passkey: limits.GivenPasskey | None = Field(None, repr=False)


class Proving(GivenFactor):
    """By what somebody signed in says again who they are: one of these."""

    password: limits.GivenPassword | None = Field(None, repr=False)


class PasswordChange(Draft):
    """The password that is, and the one that is to be."""

    password: limits.GivenPassword = Field(repr=False)
    new_password: limits.Password = Field(repr=False)


class Forgotten(Draft):
    """Whose password was forgotten: a username or an address."""

    username: limits.SignInName


class PasswordReset(Draft):
    """A new password, behind a link that was mailed."""

    new_password: limits.Password = Field(repr=False)


class FirstCode(Draft):
    """The first code of an authenticator app, which shows that it works."""

    code: limits.OneTimeCode = Field(repr=False)


class NewPasskey(Draft):
    """A passkey that a browser has made, and what the person calls it."""

    name: limits.PasskeyName
    passkey: limits.GivenPasskey = Field(repr=False)
