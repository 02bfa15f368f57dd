"""The forms for signing up and in."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.accounts import limits
from portal.foundation.permissions import Role
from portal.tenants.limits import Name
from portal.web.forms import DraftForm, Needed, TextField, Within


class _BeginsWithName(DraftForm):
    """A form that is opened to be filled in from its first field."""

    username: Any

    def __init__(self) -> None:
        super().__init__()
        self.username.takes_focus = not self.is_submitted()


class SignUpForm(_BeginsWithName):
    """Making an account."""

    username = TextField(
        "Username",
        [Needed(), Within(limits.Username)],
        description="What you sign in with. Letters, digits, dots, hyphens and underscores.",
    )
    email = TextField("E-mail address", [Needed(), Within(limits.Email)])
    password = PasswordField(
        "Password",
        [Needed(), Within(limits.Password)],
        description="Several words in a row are better than one with signs in it.",
    )
    role = RadioField(
        "You are here for",
        choices=[
            SelectChoice(Role.BUSINESS.value, "An organization: you get a tenant of your own"),
            SelectChoice(Role.DEVELOPER.value, "Developing: you work in tenants that invite you"),
        ],
        default=Role.BUSINESS.value,
    )
    organization = TextField(
        "Organization",
        [Within(Name)],
        description="What your tenant is called. Without one it has your username until you change it.",
    )


class SignInForm(_BeginsWithName):
    """Signing in."""

    username = TextField("Username or e-mail address", [Needed(), Within(limits.SignInName)])
    password = PasswordField("Password", [Needed(), Within(limits.GivenPassword)])
