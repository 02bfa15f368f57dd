"""The filters of the trail, read from an address."""

from __future__ import annotations

from typing import Any

from wtforms import Field, Form, ValidationError
from wtforms.widgets import HiddenInput

from portal.audit_log.event_words import EVENT_WORDS
from portal.audit_log.limits import USUAL_PAGE_SIZE, Offset, PageSize, Person
from portal.audit_log.queries import Filters
from portal.foundation.limits import clean_text
from portal.web.fields import DayField
from portal.web.forms import TextField, WholeNumberField, Within


class EventsField(Field):
    """Any of what is recorded; an empty value is none."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        self.data = tuple(dict.fromkeys(value for value in valuelist if value in EVENT_WORDS))
        if any(value and value not in EVENT_WORDS for value in valuelist):
            raise ValueError("Choose from the list: part of this is nothing that is recorded.")


class TrailForm(Form):
    """What is asked of the trail. It changes nothing, so it carries no token; what is wrong is said at its field and
    left out."""

    person = TextField("Who", [Within(Person)])
    events = EventsField("What", name="event", id="filter-event", default=())
    first_day = DayField("From", name="from")
    last_day = DayField("To", name="to")
    limit = WholeNumberField("Entries a page", [Within(PageSize)])
    offset = WholeNumberField("Entries to skip", [Within(Offset)])

    def validate_person(self, field: Field) -> None:
        """Raise ValidationError for what no name holds."""
        try:
            field.data = clean_text(field.data) if field.data else None
        except ValueError as error:
            raise ValidationError("Who: a name has no control characters. Leave them out.") from error

    def validate_last_day(self, field: Field) -> None:
        """Raise ValidationError for days the wrong way round."""
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError("“To” is the same day as “From”, or a later one.")

    def filters(self) -> Filters:
        """Give what is asked, without what is wrong."""
        return Filters(
            person=self._sound(self.person),
            events=self.events.data or (),
            first_day=self._sound(self.first_day),
            last_day=self._sound(self.last_day),
        )

    @property
    def page_size(self) -> int:
        """How many entries a page has."""
        return self._sound(self.limit) or USUAL_PAGE_SIZE

    @property
    def start(self) -> int:
        """How many entries come before this page."""
        return self._sound(self.offset) or 0

    @property
    def first_fault(self) -> Field | None:
        """The field that gets the focus: the first with something wrong."""
        return next((field for field in self if field.errors), None)

    @staticmethod
    def _sound(field: Field) -> Any:
        return None if field.errors else field.data
