"""What is asked of a tenant's calls, read from an address."""

from __future__ import annotations

from wtforms import Field

from portal.foundation.limits import LARGEST
from portal.usage.call_list import OUTCOMES, CallFilters
from portal.usage.limits import AgentId, Direction, Duration, PhoneNumber
from portal.usage.words import OUTCOME_WORDS
from portal.web.fields import DayField
from portal.web.forms import ChoiceField, TextField, WholeNumberField, Within
from portal.web.listing_form import ListingForm, between


class CallsForm(ListingForm):
    """The filters of the calls."""

    outcome = ChoiceField("Outcome", choices=[("", "Any outcome"), *((each, OUTCOME_WORDS[each]) for each in OUTCOMES)])
    direction = ChoiceField(
        "Direction", choices=[("", "Both ways"), (Direction.INBOUND, "Inbound"), (Direction.OUTBOUND, "Outbound")]
    )
    agent = TextField("Agent", [Within(AgentId)])
    number = TextField("Number", [Within(PhoneNumber)])
    first_day = DayField("From", name="from")
    last_day = DayField("To", name="to")
    shortest = WholeNumberField("Seconds, at least", [Within(Duration)])
    dearest = WholeNumberField("Cents, at least")

    def validate_dearest(self, field: Field) -> None:
        """Raise ValidationError for what no call costs."""
        between(field, 0, LARGEST)

    def filters(self) -> CallFilters:
        """Give what is asked, without what is wrong."""
        names = ("outcome", "direction", "agent", "number", "first_day", "last_day", "shortest", "dearest")
        return CallFilters(**self.sound(*names))
