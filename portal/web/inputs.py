"""Controls for values that not everything typed is: numbers, days, moments."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms import Field
from wtforms.widgets import DateInput, DateTimeLocalInput, Input, NumberInput


class _OrText(Input):
    """A browser's own control. Where what was typed is no such value, a line of text: the other could not hold it, and
    the person would see an empty one beside the fault."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        """Render it."""
        text = {"type": "text", "min": False, "max": False, "step": False} if field.process_errors else {}
        return super().__call__(field, **kwargs | text)


class WholeNumberInput(_OrText, NumberInput):
    """A number."""


class DayInput(_OrText, DateInput):
    """A day."""


class MomentInput(_OrText, DateTimeLocalInput):
    """A day and a time."""
