"""The forms on show: a field of every kind, empty, filled in, and filled in wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from annotated_types import Interval, Len
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.forms import (
    ChoiceField,
    DraftForm,
    JsonField,
    MomentField,
    Needed,
    SecretField,
    TextField,
    TickField,
    WholeNumberField,
    Within,
)

Name = Annotated[str, Len(1, 80)]
Calls = Annotated[int, Interval(ge=1, le=1000)]
Days = Annotated[int, Interval(ge=1, le=3650)]
Secret = Annotated[str, Len(1, 255)]
SIZES = [("small", "Small"), ("large", "Large")]


class SampleForm(DraftForm):
    """One field of every kind."""

    name = TextField("Name", [Needed(), Within(Name)], description="The organization, as its people write it.")
    address = TextField("Slug", description="Stands in addresses.")
    calls = WholeNumberField("Concurrent calls", [Within(Calls)], description="Calls that may run at the same time.")
    days = WholeNumberField("Retention", [Within(Days)], description="Recordings are kept for so long.")
    size = ChoiceField("Size", choices=SIZES, description="One of a few.")
    shape = RadioField("Shape", choices={"round": "Round", "square": "Square"}, description="One of two.")
    stops = SelectMultipleField(
        "What stops",
        choices={"calls": "Calls", "agents": "Agents", "sip": "SIP"},
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description="Any of them.",
    )
    recording = TickField("Recording", description="Calls are recorded.")
    until = MomentField("Ends", description="In UTC. Left empty, it has no end.")
    notes = JsonField("Metadata", description="A JSON object of your own.")
    password = SecretField("Password", description="Typed, never shown.")


class SecretForm(DraftForm):
    """A secret and the tick that takes it away."""

    key = SecretField("Webhook secret", [Within(Secret)], description="Events are signed with it.")
    key_away = BooleanField("Remove it")


@dataclass(frozen=True)
class Held:
    """When a secret was set, and by whom, as the vault says it."""

    set_at: datetime
    set_by: str


FILLED = {
    "name": "Acme Corp", "address": "acme", "calls": 250, "days": 90, "size": "large", "shape": "round",
    "stops": ["calls", "sip"], "recording": True, "until": datetime(2027, 1, 31, 9, tzinfo=UTC),
    "notes": {"region": "eu"},
}  # fmt: skip
WRONG = {
    "name": "", "address": "Acme!", "calls": "1200", "days": "0", "size": "huge", "shape": "round",
    "until": "2020-01-31T09:00", "notes": "{region", "password": "typed",
}  # fmt: skip


def sample_forms() -> dict[str, Any]:
    """Give the forms, each with ids of its own."""
    wrong = _sent(SampleForm, "wrong", WRONG)
    wrong.form_errors.append("Somebody else changed this while you were editing. Nothing was saved yet.")
    wrong["stops"].errors = ["Choose at least one service that stops."]
    wrong["until"].errors = ["Ends lies ahead; 31 January 2020 is over."]
    again = _sent(SecretForm, "again", {"key": "short"})
    again["key"].errors = ["Webhook secret begins with “whsec_”."]
    return {
        "plain": _form(SampleForm, "plain"),
        "filled": _form(SampleForm, "filled", data=FILLED),
        "changed": _form(SampleForm, "changed", data=FILLED),
        "locked": _form(SampleForm, "locked", data=FILLED),
        "wrong": wrong,
        "unset": _form(SecretForm, "unset"),
        "stored": _form(SecretForm, "stored"),
        "again": again,
        "newer": _form(SecretForm, "newer"),
        "hidden": _form(SecretForm, "hidden"),
        "held": Held(datetime(2026, 5, 3, tzinfo=UTC), "the owner"),
    }


def _form(form: type[DraftForm], prefix: str, **given: Any) -> DraftForm:
    return form(formdata=None, prefix=f"{prefix}-", meta={"csrf": False}, **given)


def _sent(form: type[DraftForm], prefix: str, values: dict[str, str]) -> DraftForm:
    sent = form(MultiDict((f"{prefix}-{name}", value) for name, value in values.items()), prefix=f"{prefix}-",
                meta={"csrf": False})  # fmt: skip
    sent.validate()
    return sent
