"""What every filtered listing with pages asks in its address."""

from __future__ import annotations

from typing import Any

from wtforms import Field, Form, ValidationError

from portal.web.forms import WholeNumberField

PAGE_SIZE, MOST = 100, 1000


class ListingForm(Form):
    """The filters of a listing. They change nothing, so there is no token; what is wrong is said at its field and left
    out. A form with days names them `first_day` and `last_day`."""

    limit = WholeNumberField("Rows a page")
    offset = WholeNumberField("Rows to skip")

    def validate_last_day(self, field: Field) -> None:
        """Raise ValidationError for days the wrong way round."""
        first = self["first_day"].data
        if field.data and first and field.data < first:
            raise ValidationError("“To” is the same day as “From”, or a later one.")

    def validate_limit(self, field: Field) -> None:
        """Raise ValidationError for pages that nobody reads."""
        between(field, 1, MOST)

    def validate_offset(self, field: Field) -> None:
        """Raise ValidationError for what lies before the beginning, or too far behind."""
        between(field, 0, 10_000_000)

    def sound(self, *names: str) -> dict[str, Any]:
        """Give what is asked by these fields, without what is wrong or empty."""
        return {name: _sound(self[name]) or None for name in names}

    @property
    def page_size(self) -> int:
        """How many rows a page has."""
        return _sound(self.limit) or PAGE_SIZE

    @property
    def start(self) -> int:
        """How many rows come before this page."""
        return _sound(self.offset) or 0

    @property
    def shown(self) -> list[Field]:
        """The fields that stand on the page."""
        return [field for field in self if field not in (self.limit, self.offset) or field.errors]


def between(field: Field, low: int, high: int) -> None:
    """Raise ValidationError for a number outside of two ends, both included."""
    if field.data is not None and not low <= field.data <= high:
        raise ValidationError(f"{field.label.text}: {low:,} to {high:,}.")


def _sound(field: Field) -> Any:
    return None if field.errors else field.data
