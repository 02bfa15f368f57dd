"""A limit read as words, bounds and SQL; a draft that takes what is right and says what is not."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Interval, Le, Len, MinLen
from pydantic import StringConstraints

from portal.foundation.drafts import Draft
from portal.foundation.errors import Invalid
from portal.foundation.limits import LARGEST, CleanText, Count, bounds, check_sql
from portal.tenants.drafts import NewTenant, TenantChange

Size = Annotated[int, Interval(ge=1, le=1000)]
Words = Annotated[str, CleanText, Len(2, 5)]


class Colour(StrEnum):
    """Two choices, one with a quote in it."""

    RED = "red"
    OFF = "it's off"


@pytest.mark.parametrize(("limit", "words", "sql"), [
    (Size, "1 to 1,000", "x BETWEEN 1 AND 1000"),
    (Size | None, "1 to 1,000", "x BETWEEN 1 AND 1000"),
    (Count, "0 or more", f"x BETWEEN 0 AND {LARGEST}"),
    (Annotated[int, Ge(3)], "3 or more", "x >= 3"),
    (Annotated[int, Le(3)], None, "x <= 3"),
    (Words, "2 to 5 characters", "length(x) BETWEEN 2 AND 5"),
    (Annotated[str, Len(0, 5)], "up to 5 characters", "length(x) BETWEEN 0 AND 5"),
    (Annotated[str, MinLen(2)], None, "length(x) >= 2"),
    (Annotated[str, StringConstraints(min_length=1, max_length=63)], "1 to 63 characters",
     "length(x) BETWEEN 1 AND 63"),
    (Colour, None, "x IN ('red', 'it''s off')"),
    (Literal["a", "b"] | None, None, "x IN ('a', 'b')"),
    (bool, None, None),
    (str, None, None)])  # fmt: skip
def test_a_limit_is_read_as_words_and_as_sql(limit: Any, words: str | None, sql: str | None) -> None:
    assert (bounds(limit).words, check_sql("x", limit)) == (words, sql)


def test_bounds_know_whole_numbers_and_choices() -> None:
    assert bounds(Size).integer
    assert not bounds(Words).integer
    assert bounds(Colour).choices == ("red", "it's off")


class Order(Draft):
    """A draft of each kind of field."""

    how_many: Size
    words_of_it: Words = "some"
    colour: Literal["red", "blue"] = "red"
    flag: bool = False
    anything: Any = None


def fault(values: dict[str, Any] | None = None, json: str | None = None) -> tuple[str | None, str]:
    with pytest.raises(Invalid) as refusal:
        Order.read(values) if json is None else Order.read_json(json)  # type: ignore[arg-type]
    (found,) = refusal.value.faults
    return found.field, found.message


@pytest.mark.parametrize(("values", "field", "message"), [
    ({}, "how_many", "How many is needed."),
    ({"how_many": 0}, "how_many", "How many goes from 1 to 1,000."),
    ({"how_many": 1001}, "how_many", "How many goes from 1 to 1,000."),
    ({"how_many": 1, "words_of_it": "x"}, "words_of_it", "Words of it has 2 to 5 characters."),
    ({"how_many": 1, "words_of_it": "x" * 6}, "words_of_it", "Words of it has 2 to 5 characters."),
    ({"how_many": 1, "colour": "green"}, "colour", "Colour is one of: red, blue."),
    ({"how_many": 1, "size": 1}, "size", "There is no field “size” that can be set here.")])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_with_what_would_be_right(
    values: dict[str, Any], field: str, message: str
) -> None:
    assert fault(values) == (field, message)


@pytest.mark.parametrize("value", ['"1"', "1.0", "true", "null", "[1]", "1e0"])
def test_another_type_is_refused_and_not_coerced(value: str) -> None:
    assert fault(json=f'{{"how_many": {value}}}')[0] == "how_many"


def test_a_document_that_is_none_is_said_to_be() -> None:
    assert fault(json="{") == (None, "The body is not a JSON document.")


@pytest.mark.parametrize("body", ['{"how_many": 1, "how_many": 2}', '{"how_many": 1, "how\\u005fmany": 1}',
                                  '{"how_many": 1, "anything": [{"a": {"b": 1, "b": 2}}]}'])  # fmt: skip
def test_a_name_that_comes_twice_is_refused_however_deep_and_however_written(body: str) -> None:
    field, message = fault(json=body)
    assert field is None
    assert re.fullmatch("The name “(how_many|b)” comes twice in the document.", message)


def test_a_number_too_long_to_be_one_is_no_reason_to_fail() -> None:
    assert Order.read_json(f'{{"how_many": 1, "anything": [1e{"9" * 9}]}}').how_many == 1


@pytest.mark.parametrize(("text", "taken"), [("  ab  ", "ab"), ("e\u0301t\u0301e\u0301", "\xe9t\u0301\xe9")])
def test_text_is_normalized_and_trimmed_before_it_is_counted(text: str, taken: str) -> None:
    assert Order.read({"how_many": 1, "words_of_it": text}).words_of_it == taken


@pytest.mark.parametrize("character", ["\x00", "\n", "\t", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
def test_control_characters_are_refused(character: str) -> None:
    assert "control characters" in fault({"how_many": 1, "words_of_it": f"a{character}b"})[1]


def test_only_what_was_given_is_given_on() -> None:
    assert Order.read({"how_many": 1, "flag": False}).given() == {"how_many": 1, "flag": False}


def test_a_draft_is_read_in_one_dialect_at_a_time() -> None:
    assert Order.read_json('{"howMany": 2}', camel=True).how_many == 2
    assert Order.read_json('{"how_many": 2}').how_many == 2
    for body, camel in (('{"how_many": 2}', True), ('{"howMany": 2}', False)):
        with pytest.raises(Invalid):
            Order.read_json(body, camel=camel)


V2 = {
    "id": "id", "name": "name", "slug": "slug", "kind": "kind", "trial_ends_at": "trialEndsAt",
    "billing_plan": "planKey", "owner_id": "ownerUserId", "parent_id": "parentId", "external_id": "externalId",
    "billing_email": "billingEmail", "technical_contact_email": "technicalContactEmail",
    "max_concurrent_calls": "maxConcurrentCalls", "monthly_call_limit": "monthlyCallLimit", "max_users": "maxUsers",
    "max_workspaces": "maxWorkspaces", "max_projects": "maxProjects", "max_environments": "maxEnvironments",
    "max_agents": "maxAgents", "max_squads": "maxSquads", "max_minutes_per_month": "maxMinutesPerMonth",
    "max_campaigns": "maxCampaigns", "max_recordings_gb": "maxRecordingsGb", "max_files_gb": "maxFilesGb",
    "max_file_size_mb": "maxFileSizeMb", "override_reason": "overrideReason", "override_until": "overrideUntil",
    "sip_enabled": "sipEnabled", "sip_domain": "sipDomain", "sip_username": "sipUsername",
    "sip_password": "sipPassword", "recording_enabled": "recordingEnabled", "analytics_enabled": "analyticsEnabled",
    "recording_format": "recordingFormat", "retention_days": "retentionDays", "hipaa_enabled": "hipaaEnabled",
    "pci_enabled": "pciEnabled", "pci_recording_acknowledged": "pciRecordingAcknowledged",
    "data_encryption_enabled": "dataEncryptionEnabled", "webhook_url": "webhookUrl",
    "webhook_secret": "webhookSecret", "webhook_timeout_seconds": "webhookTimeoutSeconds", "meta_data": "metadata",
}  # fmt: skip
"""Every field that can be set, in both dialects, by hand."""


def test_every_field_of_a_tenant_has_its_name_in_both_dialects() -> None:
    assert {name: field.alias for name, field in NewTenant.model_fields.items()} == V2
    without_id = {name: alias for name, alias in V2.items() if name != "id"}
    assert {name: field.alias for name, field in TenantChange.model_fields.items()} == without_id


@pytest.mark.parametrize("field", ["status", "owner", "created_at", "updated_at", "monthly_usage_cents", "scope_id",
                                   "version", "webhook_secret_set", "limit_overrides"])  # fmt: skip
def test_what_is_read_only_is_refused_like_what_is_unknown(field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        TenantChange.read({field: "x"})
    assert refusal.value.faults[0].kind == "extra_forbidden"
