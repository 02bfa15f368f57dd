"""The forms for signing up and in."""

from __future__ import annotations

from typing import Any

from flask import Response
from wtforms import HiddenField, PasswordField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.accounts import limits
from portal.foundation.errors import Invalid, NotSignedIn, TooMany
from portal.foundation.permissions import Role
from portal.tenants.limits import Name
from portal.web.forms import DraftForm, Needed, TextField, Within
from portal.web.pages import page

NO_ANSWER = "Passkeys need JavaScript, and an answer of your device. Try again, or use another way."


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


class CodeForm(DraftForm):
    """A code of an authenticator app, or a recovery code."""

    code = TextField("Code", [Needed(), Within(limits.OneTimeCode, said=False)])


class PasskeyForm(DraftForm):
    """What a passkey answered; a script fills it in."""

    passkey = HiddenField("Passkey", [Needed(NO_ANSWER), Within(limits.GivenPasskey, said=False)])


class FirstCodeForm(CodeForm):
    """The first code of an app, and, signed, the secret that the page showed."""

    shown = HiddenField()

    def values(self) -> dict[str, Any]:
        """Give what was typed."""
        return {"code": self.code.data}


class NewPasskeyForm(PasskeyForm):
    """A passkey that a browser made, and what it is called."""

    name = TextField(
        "Name", [Needed(), Within(limits.PasskeyName)], description="By which you know it again, such as the device."
    )


class ProvePasswordForm(DraftForm):
    """The own password once more."""

    password = PasswordField("Your password", [Needed(), Within(limits.GivenPassword, said=False)])


class ChangePasswordForm(DraftForm):
    """The password that is, and the one that is to be."""

    password = PasswordField("Present password", [Needed(), Within(limits.GivenPassword, said=False)])
    new_password = PasswordField(
        "New password",
        [Needed(), Within(limits.Password)],
        description="Several words in a row are better than one with signs in it.",
    )


class ForgottenForm(_BeginsWithName):
    """Whose password was forgotten."""

    username = TextField("Username or e-mail address", [Needed(), Within(limits.SignInName, said=False)])


class ResetForm(DraftForm):
    """A new password."""

    new_password = PasswordField(
        "New password",
        [Needed(), Within(limits.Password)],
        description="Several words in a row are better than one with signs in it.",
    )


def refuse_at(form: DraftForm, field: str, refusal: NotSignedIn | TooMany, template: str, **context: Any) -> Response:
    """Show a form again whose password or code was not right, or whose name is locked."""
    form.take(Invalid.at(field, refusal.message))
    response = page(template, 429 if isinstance(refusal, TooMany) else 422, form=form, **context)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
