"""The forms about webhooks: which deliveries are shown, what is sent again, the secret, the events."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from portal.foundation.clock import now
from portal.web.fields import DayField
from portal.web.forms import ChoiceField, DraftForm, MomentField, Needed, TickField, WholeNumberField, Within
from portal.web.listing_form import ListingForm
from portal.webhooks.limits import EventType, OverlapDays
from portal.webhooks.outcomes import OUTCOME_WORDS
from portal.webhooks.queries import DeliveryFilters
from portal.webhooks.words import STATE_WORDS

CHOOSABLE = [each for each in EventType if each != EventType.PING]
"""A test is sent whenever it is asked for."""


class DeliveriesForm(ListingForm):
    """The filters of a tenant's deliveries."""

    event = ChoiceField("Event", choices=[("", "Any event"), *((each.value, each.value) for each in EventType)])
    outcome = ChoiceField("Outcome", choices=[("", "Any outcome"), *OUTCOME_WORDS.items()])
    first_day = DayField("From", name="from")
    last_day = DayField("To", name="to")

    def filters(self) -> DeliveryFilters:
        """Give what is asked, without what is wrong."""
        names = ("event", "outcome", "first_day", "last_day", "webhook")
        return DeliveryFilters(**self.sound(*(name for name in names if name in self)))


class AllDeliveriesForm(DeliveriesForm):
    """The filters of everybody's deliveries."""

    webhook = ChoiceField("Webhook", choices=[("", "Any webhook"), *STATE_WORDS.items()])


class ResendForm(DraftForm):
    """Since when what failed is sent again."""

    since = MomentField("Since", [Needed()], description="What happened at that moment or later, and failed. In UTC.")

    def validate_since(self, field: Any) -> None:
        """Raise ValidationError for a moment that lies ahead."""
        if field.data and field.data > now():
            raise ValidationError("Since lies ahead: nothing has failed there yet.")


class SecretForm(DraftForm):
    """How long the secret that is replaced signs too."""

    overlap_days = WholeNumberField(
        "Days beside each other",
        [Needed(), Within(OverlapDays)],
        default=1,
        description="For so long both secrets sign, so that your receivers can change one after the other.",
    )
    confirmed = TickField("The one before stops signing at once")


class EventsChoice(SelectMultipleField):
    """Events, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, _form: Any) -> None:
        """Raise ValidationError for an event that there is not."""
        if self.data and not set(self.data) <= {each.value for each in CHOOSABLE}:
            raise ValidationError("Choose among the events that stand here.")


class EventsForm(DraftForm):
    """Which events a webhook is told of."""

    which = RadioField(
        "Told of",
        choices=[SelectChoice("all", "Every event, those to come too"), SelectChoice("some", "Only these:")],
        validate_choice=False,
    )
    events = EventsChoice("Events", choices=[SelectChoice(each.value, each.value) for each in CHOOSABLE])

    def validate_which(self, field: Any) -> None:
        """Raise ValidationError where neither is chosen."""
        if field.data not in {"all", "some"}:
            raise ValidationError("Choose every event, or only some.")

    def values(self) -> dict[str, Any]:
        """Give what was filled in, as the draft has it."""
        ticked = [each for each in CHOOSABLE if each.value in (self.events.data or ())]
        return {"all_events": self.which.data == "all", "events": ticked}
