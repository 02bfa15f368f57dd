"""Fields of forms in an address."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

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


class AmountField(Field):
    """An amount in dollars as a person types it, `1,299` or `$0.0775`; its data is a whole number of the smallest unit,
    which is `places` digits behind the point. An empty one is None."""

    widget = TextInput()

    def __init__(self, label: str, validators: Any = None, places: int = 2, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, **kwargs)
        self.places = places

    def _value(self) -> str:
        if self.raw_data:
            return shown_again(self.raw_data[0])
        return "" if self.data is None else self.words(self.data)

    def words(self, amount: int) -> str:
        """Write an amount as it is typed, with two digits behind the point or as many as it needs."""
        whole, rest = f"{Decimal(amount).scaleb(-self.places):.{self.places}f}".split(".")
        return f"{whole}.{rest[:2]}{rest[2:].rstrip('0')}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        text = valuelist[0].strip().removeprefix("$").strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(rf"([0-9]{{1,9}}|[0-9]{{1,3}}(,[0-9]{{3}}){{1,2}})(\.[0-9]{{1,{self.places}}})?", text):
            raise ValueError(f"{self.label.text} is an amount in dollars, like {self._example}.")
        self.data = int(Decimal(text.replace(",", "")).scaleb(self.places))

    @property
    def _example(self) -> str:
        return "49 or 49.90" if self.places == 2 else f"0.09 or 0.{'0775'[: self.places]}"
