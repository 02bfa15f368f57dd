"""A limit is declared once and shows four faces: draft, form, HTML and database. All are asked the same questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, update
from sqlalchemy.exc import DBAPIError

from portal.accounts import limits as account_limits
from portal.accounts.drafts import NewUser
from portal.accounts.forms import SignUpForm
from portal.accounts.models import User
from portal.foundation.database import db
from portal.foundation.drafts import Draft
from portal.foundation.errors import Invalid
from portal.foundation.limits import LARGEST, bounds
from portal.foundation.permissions import Role
from portal.tenants import limits
from portal.tenants.drafts import NewTenant, TenantChange
from portal.tenants.forms import GeneralForm, LimitsForm, NewTenantForm, RecordingForm, SipForm, WebhooksForm
from portal.tenants.models import Tenant
from portal.web.forms import DraftForm, Within
from tests.cast import Cast
from tests.client import PASSPHRASE, Visitor

NUMBERS = {
    **limits.LIMITS,
    "retention_days": limits.RetentionDays,
    "webhook_timeout_seconds": limits.WebhookTimeoutSeconds,
}
TEXTS = {
    "name": limits.Name,
    "slug": limits.Slug,
    "external_id": limits.ExternalId,
    "sip_username": limits.SipText,
    "billing_plan": limits.PlanKey,
}
RANGES = {
    "max_concurrent_calls": (1, 1000),
    "monthly_call_limit": (0, LARGEST),
    "max_users": (0, LARGEST),
    "max_workspaces": (0, LARGEST),
    "max_projects": (0, LARGEST),
    "max_environments": (0, LARGEST),
    "max_agents": (1, 1000),
    "max_squads": (1, 100),
    "max_minutes_per_month": (0, LARGEST),
    "max_campaigns": (0, 1000),
    "max_recordings_gb": (0, 1000),
    "max_files_gb": (0, 100),
    "max_file_size_mb": (1, 500),
    "retention_days": (1, 3650),
    "webhook_timeout_seconds": (1, 60),
    "name": (1, 255),
    "slug": (1, 63),
    "external_id": (1, 255),
    "sip_username": (1, 255),
    "billing_plan": (1, 100),
}
"""What was agreed on, by hand: a limit that is changed is changed here too."""

FORMS: tuple[type[DraftForm], ...] = (GeneralForm, NewTenantForm, LimitsForm, RecordingForm, SipForm, WebhooksForm)


def questions(low: int, high: int) -> Iterator[tuple[int, bool]]:
    """One below, the lowest, the highest, one above; each with whether it is allowed."""
    yield from ((low - 1, False), (low, True), (high, True), (high + 1, False))


def draft_takes(model: type[Draft], values: dict[str, Any], field: str) -> bool:
    try:
        model.read(values)
    except Invalid as refusal:
        return not [fault for fault in refusal.faults if fault.field == field]
    return True


def database_takes(model: Any, row_id: Any, field: str, value: Any) -> bool:
    """Ask the database itself, and leave no trace."""
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin() as transaction:
        try:
            connection.execute(update(model.__table__).where(model.id == row_id).values({field: value}))
        except DBAPIError:
            return False
        else:
            return True
        finally:
            transaction.rollback()


def form_takes(app: Flask, form: type[DraftForm], field: str, value: Any) -> bool:
    with app.test_request_context(method="POST", data={field: str(value)}):
        filled = form()
        filled.validate()
        return not filled[field].errors


def forms_with(field: str) -> list[type[DraftForm]]:
    return [form for form in FORMS if hasattr(form, field)]


def test_every_range_is_the_one_that_was_agreed_on() -> None:
    declared = {name: (bounds(limit).low, bounds(limit).high) for name, limit in NUMBERS.items()}
    declared |= {name: (bounds(limit).shortest, bounds(limit).longest) for name, limit in TEXTS.items()}
    assert declared == RANGES


@pytest.mark.parametrize("field", NUMBERS)
def test_all_faces_of_a_number_agree_at_its_ends(app: Flask, cast: Cast, field: str) -> None:
    for value, allowed in questions(*RANGES[field]):
        assert draft_takes(TenantChange, {field: value}, field) is allowed, f"draft: {value}"
        assert draft_takes(NewTenant, {"name": "x", field: value}, field) is allowed, f"draft of a new one: {value}"
        assert database_takes(Tenant, cast.acme.id, field, value) is allowed, f"database: {value}"
        for form in forms_with(field):
            assert form_takes(app, form, field, value) is allowed, f"{form.__name__}: {value}"


@pytest.mark.parametrize("field", ["name", "slug", "external_id", "sip_username"])
def test_all_faces_of_a_text_agree_at_its_lengths(app: Flask, cast: Cast, field: str) -> None:
    for length, allowed in questions(*RANGES[field]):
        value = "x" * length
        if length or field in {"name", "slug"}:  # nothing typed means none where there may be none
            assert draft_takes(TenantChange, {field: value}, field) is allowed, f"draft: {length}"
        assert database_takes(Tenant, cast.acme.id, field, value) is allowed, f"database: {length}"
        for form in forms_with(field):
            if length or (form is GeneralForm and field != "external_id"):
                assert form_takes(app, form, field, value) is allowed, f"{form.__name__}: {length}"


def test_a_length_counts_code_points_and_not_bytes(app: Flask, cast: Cast) -> None:
    for length, allowed in questions(*RANGES["name"]):
        name = "日" * length
        assert draft_takes(TenantChange, {"name": name}, "name") is allowed
        assert database_takes(Tenant, cast.acme.id, "name", name) is allowed
        assert form_takes(app, GeneralForm, "name", name) is allowed


def test_all_faces_of_a_username_agree_at_its_lengths(app: Flask, cast: Cast) -> None:
    allowed_range = bounds(account_limits.Username)
    assert (allowed_range.shortest, allowed_range.longest) == (3, 50)
    others = {"email": "x@example.com", "password": PASSPHRASE, "role": Role.BUSINESS}
    for length, allowed in questions(3, 50):
        name = "x" * length
        assert draft_takes(NewUser, {"username": name, **others}, "username") is allowed
        assert form_takes(app, SignUpForm, "username", name) is allowed
        assert database_takes(User, cast.olive.id, "username", name) is allowed


def test_the_page_says_the_same_ranges_in_its_html(client: Visitor, cast: Cast) -> None:
    page = client.sign_in("ada").visit("/tenants/acme/settings/limits")
    for field in limits.LIMITS:
        low, high = RANGES[field]
        control = page.one(f"[name={field}]")
        assert control["type"] == "number"
        assert (control["min"], control.get("max")) == (str(low), str(high) if high != LARGEST else None), field


def test_a_form_has_a_field_for_every_limit() -> None:
    assert {name for name in limits.LIMITS if not forms_with(name)} == set()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_form_bounds_a_field_by_its_own_limit(app: Flask, form: type[DraftForm]) -> None:
    with app.test_request_context():
        for name, field in form()._fields.items():
            for check in field.validators:
                if isinstance(check, Within) and name in RANGES:
                    found = check.allowed
                    assert (found.low, found.high) == RANGES[name] or (found.shortest, found.longest) == RANGES[name]


@pytest.mark.parametrize("model", [Tenant, User], ids=lambda model: model.__name__)
def test_no_column_is_narrower_than_its_limit(model: Any) -> None:
    room = limits if model is Tenant else account_limits
    for column in model.__table__.columns:
        declared = getattr(room, column.name.title().replace("_", ""), None)
        if isinstance(column.type, String) and column.type.length and declared and bounds(declared).longest:
            assert column.type.length == bounds(declared).longest, column


@pytest.mark.parametrize(("size", "allowed"), [(16 * 1024, True), (16 * 1024 + 1, False)])
def test_metadata_has_up_to_16_kib_at_every_face(app: Flask, cast: Cast, size: int, allowed: bool) -> None:
    document = {"x": "y" * (size - len('{"x":""}'))}
    assert draft_takes(TenantChange, {"meta_data": document}, "meta_data") is allowed
    assert database_takes(Tenant, cast.acme.id, "meta_data", document) is allowed
    wide = {"x": "é" * ((size - len('{"x":""}')) // 2 + (0 if allowed else 1))}
    assert draft_takes(TenantChange, {"meta_data": wide}, "meta_data") is allowed
    assert database_takes(Tenant, cast.acme.id, "meta_data", wide) is allowed
