"""What a person's account may hold."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Interval, Len
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from portal.foundation.limits import CleanText, Count
from portal.foundation.permissions import Role as Role

USERNAME_PATTERN = r"^[A-Za-z0-9._-]+$"
EMAIL_LONGEST = 254


def _plain_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise ValueError("it is made of the letters a to z, digits, dots, hyphens and underscores")
    return name


def _address(text: str) -> str:
    """Give an address as it is stored: without display name, its domain in lower case, `.test` permitted."""
    try:
        # Whether its domain receives mail is not asked: that would tell others' networks who signs up here.
        address = validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"this is not an e-mail address. {error}") from error
    if len(login_key(address)) > EMAIL_LONGEST:
        raise ValueError("it is too long")
    return address


def _typed(password: str) -> str:
    """Give a password in one Unicode form, as it comes from every keyboard; refuse what nobody can type."""
    password = unicodedata.normalize("NFC", password)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise ValueError("it contains control characters; leave them out")
    return password


def _any_case(role: object) -> object:
    if isinstance(role, str) and role.lower() in set(Role):
        return Role(role.lower())
    return role


def login_key(name: str) -> str:
    """Give the form in which usernames and addresses are compared: case does not matter."""
    return unicodedata.normalize("NFC", name.strip().casefold())


Username = Annotated[
    str,
    StringConstraints(min_length=3, max_length=50),
    AfterValidator(_plain_name),
    Field(json_schema_extra={"pattern": USERNAME_PATTERN}),
]
Email = Annotated[str, Len(3, EMAIL_LONGEST), AfterValidator(_address), Field(json_schema_extra={"format": "email"})]
Password = Annotated[str, AfterValidator(_typed), Len(8, 72)]
"""A new password. Argon2 reads all of it, so its length is counted in code points, not in bytes."""

SignInName = Annotated[str, Len(1, EMAIL_LONGEST)]
"""A username or an address as somebody types it."""
GivenPassword = Annotated[str, Len(1, 1000)]
"""A password as somebody types it: right or wrong, and not endless."""
OneTimeCode = Annotated[str, Len(1, 64)]
GivenToken = Annotated[str, Len(1, 200)]

TimeStep = Count
"""Which stretch of 30 seconds since 1970 a code belongs to."""
SignCount = Annotated[int, Interval(ge=0, le=2**32 - 1)]
"""How often a passkey says it has signed; many always say 0."""
PasskeyName = Annotated[str, CleanText, Len(1, 50)]
GivenPasskey = Annotated[str, Len(1, 20_000)]
"""What a browser answers for a passkey: a JSON document."""
MOST_PASSKEYS = 20
"""How many passkeys one person may have."""


class PasskeyUse(StrEnum):
    """What a passkey is asked for: to be made, to sign in, or to say again who one is."""

    MAKE = "make"
    SIGN_IN = "sign_in"
    PROVE = "prove"


SELF_ASSIGNED_ROLES = (Role.BUSINESS, Role.DEVELOPER)
"""What a person may sign up as. Admins and support staff are made by an admin or on the command line."""

SelfAssignedRole = Annotated[Literal[Role.BUSINESS, Role.DEVELOPER], BeforeValidator(_any_case)]
AnyRole = Annotated[Literal[Role.ADMIN, Role.SUPPORT, Role.BUSINESS, Role.DEVELOPER], BeforeValidator(_any_case)]
