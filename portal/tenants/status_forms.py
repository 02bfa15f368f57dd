"""The forms for what is done to a tenant as a whole: suspending it, deleting it."""

from __future__ import annotations

from typing import Any, cast

from wtforms import PasswordField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.limits import GivenPassword
from portal.tenants import limits
from portal.tenants.limits import Service
from portal.tenants.suspension import SERVICE_WORDS
from portal.web.forms import DraftForm, MomentField, Needed, TextField, Within, shown_again, without


class ServicesField(SelectMultipleField):
    """Which services are meant, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, _form: Any) -> None:
        """Raise ValidationError where none is ticked, or one that there is not."""
        if not self.data:
            raise ValidationError("Choose at least one service that stops.")
        if not set(self.data) <= set(Service):
            raise ValidationError(f"Choose among {', '.join(SERVICE_WORDS.values())}.")


class SuspensionForm(DraftForm):
    """What stops, why, and until when."""

    reason = TextField(
        "Reason", [Needed(), Within(limits.SuspensionReason)], description="Its owner and members read this."
    )
    services = ServicesField(
        "What stops",
        choices=[SelectChoice(each.value, words[:1].upper() + words[1:]) for each, words in SERVICE_WORDS.items()],
        default=[service.value for service in Service],
    )
    until = MomentField("Ends by itself", description="In UTC. Left empty, it lasts until it is lifted.")

    def values(self) -> dict[str, Any]:
        """Give what was filled in, with the services as what they are."""
        given = super().values()
        return {**given, "services": [each for each in Service if each in (given["services"] or [])]}


class PlainForm(DraftForm):
    """A form of a button alone."""


class ExactField(StringField):
    """What was typed, to the character."""

    takes_focus = False

    def _value(self) -> str:
        return shown_again(self.data or "")


class DeletionForm(DraftForm):
    """The slug, typed, and the password where that is asked for again."""

    confirm = ExactField("Slug, typed", [Needed()])
    password = PasswordField(
        "Your password",
        [Needed("Your password is needed: you signed in more than five minutes ago."), Within(GivenPassword)],
        description="Asked again because you signed in more than five minutes ago.",
    )

    def values(self) -> dict[str, Any]:
        """Give what was typed; nothing typed is an empty slug."""
        given = super().values()
        return {**given, "confirm": given["confirm"] or ""}


def deletion_form(*, asks_password: bool) -> DeletionForm:
    """Give the form for deleting, which asks for the password again or does not."""
    form = DeletionForm if asks_password else without(DeletionForm, "password")
    return cast(DeletionForm, form())
