"""What is asked of a tenant's calls, read from an address."""

from __future__ import annotations

from typing import Any

from wtforms import Field, Form, ValidationError

from portal.foundation.limits import LARGEST
from portal.usage.call_list import OUTCOMES, CallFilters
from portal.usage.limits import AgentId, Direction, Duration, PhoneNumber
from portal.usage.words import OUTCOME_WORDS
from portal.web.fields import DayField
from portal.web.forms import ChoiceField, TextField, WholeNumberField, Within

PAGE_SIZE, MOST = 100, 1000


class CallsForm(Form):
    """The filters of the calls. They change nothing, so there is no token; what is wrong is said at its field and left
    out."""

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
    limit = WholeNumberField("Calls a page")
    offset = WholeNumberField("Calls to skip")

    def validate_last_day(self, field: Field) -> None:
        """Raise ValidationError for days the wrong way round."""
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError("“To” is the same day as “From”, or a later one.")

    def validate_dearest(self, field: Field) -> None:
        """Raise ValidationError for what no call costs."""
        _between(field, 0, LARGEST)

    def validate_limit(self, field: Field) -> None:
        """Raise ValidationError for pages that nobody reads."""
        _between(field, 1, MOST)

    def validate_offset(self, field: Field) -> None:
        """Raise ValidationError for what lies before the beginning, or too far behind."""
        _between(field, 0, 10_000_000)

    def filters(self) -> CallFilters:
        """Give what is asked, without what is wrong."""
        names = ("outcome", "direction", "agent", "number", "first_day", "last_day", "shortest", "dearest")
        return CallFilters(**{name: _sound(self[name]) or None for name in names})

    @property
    def page_size(self) -> int:
        """How many calls a page has."""
        return _sound(self.limit) or PAGE_SIZE

    @property
    def start(self) -> int:
        """How many calls come before this page."""
        return _sound(self.offset) or 0

    @property
    def shown(self) -> list[Field]:
        """The fields that stand on the page."""
        return [field for field in self if field not in (self.limit, self.offset) or field.errors]


def _between(field: Field, low: int, high: int) -> None:
    if field.data is not None and not low <= field.data <= high:
        raise ValidationError(f"{field.label.text}: {low:,} to {high:,}.")


def _sound(field: Field) -> Any:
    return None if field.errors else field.data
