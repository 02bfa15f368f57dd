"""What people type, as a form reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from portal.foundation.errors import Conflict, Fault, Forbidden, Invalid, Stale
from portal.foundation.limits import Count
from portal.tenants.drafts import TenantChange
from portal.tenants.limits import Kind, Name
from portal.web.forms import ChoiceField, DraftForm, JsonField, MomentField, Needed, TextField, WholeNumberField, Within


class Form(DraftForm):
    """One field of each kind, named like those of a draft."""

    name = TextField("Name", [Needed(), Within(Name)])
    max_users = WholeNumberField("Users", [Within(Count)])
    kind = ChoiceField("Kind", coerce=Kind, choices=[(Kind.STANDARD, "Standard"), (Kind.TRIAL, "Trial")])
    trial_ends_at = MomentField("End")
    meta_data = JsonField("Metadata")


@pytest.fixture
def filled(app: Flask) -> Any:
    """Gives the form as somebody filled it in."""
    contexts = []

    def fill(**typed: str) -> Form:
        context = app.test_request_context(method="POST", data={"name": "x", "kind": "standard", **typed})
        context.push()
        contexts.append(context)
        form = Form(meta={"csrf": False})
        form.validate()
        return form

    yield fill
    for context in reversed(contexts):
        context.pop()


@pytest.mark.parametrize(("text", "number"), [
    ("", None), ("   ", None), ("0", 0), (" 12 ", 12), ("007", 7), ("9007199254740991", 2**53 - 1)])  # fmt: skip
def test_a_whole_number_is_read_from_plain_digits(filled: Any, text: str, number: int | None) -> None:
    field = filled(max_users=text).max_users
    assert (field.data, list(field.errors)) == (number, [])


@pytest.mark.parametrize(
    "text", ["1_000", "١٢", "1e3", "1,000", "12.0", "0x10", "+5", "５", "²", "1 2", "--1", "9" * 401]
)
def test_what_only_looks_like_a_number_is_refused_in_words_and_stays_as_typed(filled: Any, text: str) -> None:
    field = filled(max_users=text).max_users
    assert list(field.errors) == ["Users is a whole number in digits, like 100."]
    assert f'value="{text}"' in str(field())


@pytest.mark.parametrize("text", ["-1", "9007199254740992", "9" * 400])
def test_a_number_out_of_range_is_refused_with_the_range(filled: Any, text: str) -> None:
    (message,) = filled(max_users=text).max_users.errors
    assert message.startswith("Users: 0 or more")


@pytest.mark.parametrize(("text", "document"), [
    ("", {}), ("{}", {}), (' {"region": "eu"} ', {"region": "eu"}),
    ('{"é": [1, null]}', {"é": [1, None]})])  # fmt: skip
def test_a_json_object_is_read(filled: Any, text: str, document: dict) -> None:
    field = filled(meta_data=text).meta_data
    assert (field.data, list(field.errors)) == (document, [])


@pytest.mark.parametrize("text", ["[]", "1", "null", '"x"', "{", "{'a': 1}", "{" * 50_000, "[" * 50_000])
def test_what_is_no_json_object_is_refused_and_stays_as_typed(filled: Any, text: str) -> None:
    field = filled(meta_data=text).meta_data
    (message,) = field.errors
    assert message.startswith("Metadata is a JSON object")
    assert field._value() == text


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}'])
def test_a_number_that_json_does_not_have_is_refused(filled: Any, text: str) -> None:
    assert filled(meta_data=text).meta_data.errors


@pytest.mark.parametrize(("text", "moment"), [
    ("", None), ("2027-01-31T09:00", datetime(2027, 1, 31, 9, tzinfo=UTC)),
    ("2027-01-31 09:00", datetime(2027, 1, 31, 9, tzinfo=UTC)),
    ("2027-01-31T09:00+05:00", datetime(2027, 1, 31, 4, tzinfo=UTC))])  # fmt: skip
def test_a_moment_is_read_in_utc(filled: Any, text: str, moment: datetime | None) -> None:
    field = filled(trial_ends_at=text).trial_ends_at
    assert (field.data, list(field.errors)) == (moment, [])


@pytest.mark.parametrize("text", ["tomorrow", "31.1.2027", "2027-02-30T00:00", "1", "2027-01-31T25:00"])
def test_what_is_no_moment_is_refused_and_stays_as_typed(filled: Any, text: str) -> None:
    field = filled(trial_ends_at=text).trial_ends_at
    assert list(field.errors) == ["End is a day and a time, like 2027-01-31 09:00."]
    assert field._value() == text


def test_a_choice_that_is_none_is_refused_in_words(filled: Any) -> None:
    for text in ("royal", "", "Standard", "enterprise"):  # the last is a kind, but none that this form offers
        assert list(filled(kind=text).kind.errors) == ["Choose one of the values of “Kind”."]


@pytest.mark.parametrize("text", ["", "   ", "\t"])
def test_what_is_needed_is_asked_for_once(filled: Any, text: str) -> None:
    assert list(filled(name=text).name.errors) == ["Name is needed."]


def test_a_text_too_long_is_refused_with_its_length(filled: Any) -> None:
    assert list(filled(name="x" * 256).name.errors) == ["Name has 1 to 255 characters; this has 256."]


def test_the_first_fault_gets_the_focus_and_only_that(filled: Any) -> None:
    form = filled(name="", max_users="x")
    form.carry_out(TenantChange, lambda draft: draft)
    assert [field.name for field in form if field.takes_focus] == ["name"]
    assert form.status == 422


def refuse(refusal: Exception) -> Any:
    def act(_draft: TenantChange) -> None:
        raise refusal

    return act


def test_a_refusal_of_the_action_stands_at_its_field_or_above_the_form(filled: Any) -> None:
    form = filled()
    faults = Invalid(Fault("name", "Taken."), Fault("meta_data.region", "Unknown."), Fault(None, "Not now."))
    assert form.carry_out(TenantChange, refuse(faults)) is None
    assert (form.status, form.name.errors, form.meta_data.errors) == (422, ["Taken."], ["Unknown."])
    assert form.form_errors == ["Not now."]


@pytest.mark.parametrize(("refusal", "status"), [
    (Stale("Changed in between.", ["name"]), 409), (Conflict("Busy."), 409),
    (Forbidden("Not yours."), 403)])  # fmt: skip
def test_what_stands_against_it_is_said_above_the_form(filled: Any, refusal: Exception, status: int) -> None:
    form = filled()
    assert form.carry_out(TenantChange, refuse(refusal)) is None
    assert (form.status, form.form_errors) == (status, [refusal.message]), form.errors


def test_what_is_right_is_carried_out(filled: Any) -> None:
    form = filled(max_users="5")
    draft = form.carry_out(TenantChange, lambda given: given)
    assert (draft.name, draft.max_users, form.status) == ("x", 5, 200)
