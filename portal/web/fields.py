"""Fields of forms in an address."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import Field

from portal.web.forms import shown_again
from portal.web.inputs import DayInput


class DayField(Field):
    """A day, as browsers send it: 2026-05-31; an empty one is None."""

    widget = DayInput()

    def _value(self) -> str:
        return shown_again(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError(text)
            self.data = date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"“{self.label.text}” is a day, like 2026-05-31.") from error
