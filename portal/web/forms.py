"""Forms: validators made from limits, drafts made from forms, refusals put at their fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.core import UnboundField
from wtforms.utils import unset_value
from wtforms.widgets import CheckboxInput, HiddenInput, PasswordInput

from portal.foundation.drafts import Draft
from portal.foundation.errors import Conflict, Forbidden, Invalid, Stale
from portal.foundation.limits import LARGEST, bounds
from portal.foundation.writing import UNFIT_FOR_PAGES
from portal.web.inputs import MomentInput, WholeNumberInput

D = TypeVar("D", bound=Draft)
R = TypeVar("R")


def shown_again(typed: Any) -> str:
    """Give what was typed as a page can hold it: what HTML cannot, as its replacement sign."""
    return UNFIT_FOR_PAGES.sub("\ufffd", str(typed))


class Within:
    """The form's face of a limit: its words below the field, `min` and `max` in HTML, its message.

    `said=False` leaves the words out where nobody comes near the ends, as with an e-mail address.
    """

    def __init__(self, limit: Any, *, said: bool = True) -> None:
        self.allowed = bounds(limit)
        self.said = said
        self.field_flags: dict[str, Any] = {}
        if self.allowed.low is not None:
            self.field_flags["min"] = self.allowed.low
        if self.allowed.high is not None and self.allowed.high != LARGEST:
            self.field_flags["max"] = self.allowed.high

    def __call__(self, _form: Any, field: Field) -> None:
        """Raise ValidationError where the field's value is outside; nothing given is not its business."""
        value, allowed, words = field.data, self.allowed, self.allowed.words
        if value is None or (value == "" and not allowed.shortest):
            return
        label = field.label.text
        if isinstance(value, int):
            if allowed.low is not None and value < allowed.low:
                raise ValidationError(f"{label}: {_from(words)}; {value:,} is too few.")
            if allowed.high is not None and value > allowed.high:
                raise ValidationError(f"{label}: {_from(words)}; {value:,} is too many.")
        elif isinstance(value, str):
            length = len(value)
            if allowed.shortest is not None and length < allowed.shortest:
                raise ValidationError(f"{label} is needed." if not length else f"{label} has {words}, not {length:,}.")
            if allowed.longest is not None and length > allowed.longest:
                raise ValidationError(f"{label} has {words}; this has {length:,}.")


def _from(words: str | None) -> str:
    return f"from {words}" if words and " to " in words else str(words)


class Needed:
    """Says that a field cannot be left empty, in words; in HTML the field is `required` for screen readers only."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message
        self.field_flags = {"needed": True}

    def __call__(self, _form: Any, field: Field) -> None:
        """Raise ValidationError where nothing was given."""
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            if not field.errors:
                field.errors = []
            raise ValidationError(self.message or f"{field.label.text} is needed.")


class TextField(StringField):
    """A line of text without spaces around it; an empty one is None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        if valuelist:
            self.data = valuelist[0].strip() or None

    def _value(self) -> str:
        return shown_again(self.raw_data[0]) if self.raw_data else (self.data or "")


class SecretField(TextField):
    """Something to be typed and never shown: whatever was typed, the control comes back empty."""

    widget = PasswordInput(hide_value=True)

    def __init__(self, label: str, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"autocomplete": "new-password", "spellcheck": "false"})
        super().__init__(label, validators, **kwargs)

    @property
    def type_again(self) -> bool:
        """Whether something was typed that the page that comes back does not hold."""
        return bool(self.raw_data and self.raw_data[0])

    def process_data(self, _value: Any) -> None:
        """Hold nothing of what is saved."""
        self.data = None

    def _value(self) -> str:
        return ""


class TickInput(CheckboxInput):
    """A check box behind a hidden control of its name. Browsers leave out a box that is not ticked; the hidden one
    tells it from a box that was not on the page."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        """Render both."""
        kwargs.setdefault("value", "on")
        return Markup('<input type="hidden" name="{}" value="">').format(field.name) + super().__call__(field, **kwargs)


class TickField(BooleanField):
    """Yes or no. One that was not sent, not even as not ticked, stays as it is saved."""

    widget = TickInput()
    false_values = ("", "0", "false", "no", "off")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent; of the hidden control and the box, the box comes last."""
        if valuelist:
            self.data = valuelist[-1].strip().lower() not in self.false_values


class WholeNumberField(IntegerField):
    """A whole number in plain digits; an empty one is None. Python's own reading of `1_000` or `١٢` is not taken."""

    widget = WholeNumberInput()

    def _value(self) -> str:
        return shown_again(self.raw_data[0]) if self.raw_data else str("" if self.data is None else self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        if not re.fullmatch(r"-?[0-9]{1,400}", text):
            self.data = None
            raise ValueError(f"{self.label.text} is a whole number in digits, like 100.")
        self.data = int(text)

    def process_data(self, value: Any) -> None:
        """Take the saved value; none is none."""
        self.data = None if value is None or value is unset_value else int(value)


class ChoiceField(SelectField):
    """One of a few values, with words when something else comes. `choices` are pairs of value and words."""

    def __init__(self, label: str, choices: Iterable[tuple[Any, str]] = (), **kwargs: Any) -> None:
        super().__init__(label, choices=dict(choices), **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent; what is no choice stays as it came, for `pre_validate` to refuse."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = valuelist[0]

    def pre_validate(self, form: Any) -> None:
        """Raise ValidationError for what is not a choice."""
        if self.data is None and any(value == "" for value, *_ in self.iter_choices()):
            return
        if not any(self.data == value for value, *_ in self.iter_choices()):
            raise ValidationError(f"Choose one of the values of “{self.label.text}”.")


class MomentField(Field):
    """A day and time in UTC; an empty one is None."""

    widget = MomentInput()

    def _value(self) -> str:
        if self.raw_data:
            return shown_again(self.raw_data[0])
        return self.data.strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data = _in_utc(datetime.fromisoformat(text)) if text else None
        except (ValueError, OverflowError) as error:
            self.data = None
            raise ValueError(f"{self.label.text} is a day and a time, like 2027-01-31 09:00.") from error


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _no_number(name: str) -> Any:
    raise ValueError(f"JSON knows no {name}")


class JsonField(TextAreaField):
    """A JSON object, typed as text; an empty one is {}."""

    def _value(self) -> str:
        if self.raw_data:
            return shown_again(self.raw_data[0])
        return json.dumps(self.data, ensure_ascii=False, indent=2) if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data: Any = json.loads(text, parse_constant=_no_number) if text else {}
        except (ValueError, RecursionError) as error:
            self.data = None
            where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            raise ValueError(f'{self.label.text} is a JSON object, like {{"region": "eu"}}{where}.') from error
        if not isinstance(self.data, dict):
            self.data = None
            raise ValueError(f"{self.label.text} is a JSON object: it begins with {{ and ends with }}.")


class DraftForm(FlaskForm):
    """A form whose fields are named like a draft's."""

    seen = StringField(widget=HiddenInput())
    status = 200
    newer: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newer = {}
        for field in self:
            ranges = (check.allowed.words for check in field.validators if isinstance(check, Within) and check.said)
            field.range_words = next(ranges, None)
            field.takes_focus = False

    def values(self) -> dict[str, Any]:
        """Give what was filled in, by field, without the form's own bookkeeping."""
        return {name: field.data for name, field in self._fields.items() if name not in {"csrf_token", "seen"}}

    def carry_out(self, model: type[D], act: Callable[[D], R]) -> R | None:
        """Validate, make a draft, act on it. Where any of it is refused, put the refusal at its fields and give None;
        `status` then says how to answer. What the form finds and what the draft finds is shown together."""
        if not self.validate():
            self.take(self._found_by(model))
            return None
        try:
            return act(model.read(self.values()))
        except Invalid as refusal:
            self.take(refusal)
        except Stale as refusal:
            self.form_errors.append(refusal.message)
            self.newer = dict.fromkeys(refusal.changed)
            self._refused(409)
        except (Conflict, Forbidden) as refusal:
            self.form_errors.append(refusal.message)
            self._refused(409 if isinstance(refusal, Conflict) else 403)
        return None

    def take(self, refusal: Invalid) -> None:
        """Put each fault at its field, under the field's own name; what belongs to none stands above the form."""
        for fault in refusal.faults:
            name = (fault.field or "").split(".")[0]
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(fault.message)
            else:
                called = name.replace("_", " ").capitalize()
                said = fault.message.startswith((f"{called}:", f"{called} "))
                words = field.label.text + fault.message[len(called) :] if said else fault.message
                field.errors = [*field.errors, words]
        self._refused(422)

    def _found_by(self, model: type[Draft]) -> Invalid:
        """Ask the draft too about the fields in which the form itself found nothing."""
        faulty = {name for name, field in self._fields.items() if field.errors}
        try:
            model.read({name: value for name, value in self.values().items() if name not in faulty})
        except Invalid as refusal:
            return Invalid(*(fault for fault in refusal.faults if (fault.field or "").split(".")[0] not in faulty))
        return Invalid()

    def _refused(self, status: int) -> None:
        self.status = status
        first = next((field for field in self if field.errors), None)
        if first is not None:
            first.takes_focus = True


def without(form: type[DraftForm], *names: str) -> type[DraftForm]:
    """Give a form class without some fields, for those who may not set them."""
    left = {name: None for name in names if isinstance(getattr(form, name, None), UnboundField)}
    return type(form.__name__, (form,), left)
