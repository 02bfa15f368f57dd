"""Each record reads as a sentence that a support engineer can read aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import inspect

from portal.audit_log.changes import lines, phrase
from portal.audit_log.event_words import EVENT_WORDS
from portal.audit_log.parts import plain
from portal.audit_log.sentences import DOORS, WHO, sentence_of
from portal.audit_log.stories import STORIES
from portal.foundation.audit import SECRET, Event
from portal.foundation.clock import now
from portal.foundation.permissions import Door, MembershipRole, Role
from portal.tenants.models import CHOICES, Tenant
from portal.tenants.words import FIELD_WORDS
from portal.web.words import ago
from tests.audit_log.record import record

E = Event
SETTINGS = [
    ({"max_concurrent_calls": [10, 50]}, "raised concurrent calls from 10 to 50"),
    ({"monthly_call_limit": [120000, 5000]}, "lowered calls a month from 120,000 to 5,000"),
    ({"max_concurrent_calls": [None, 50]}, "set concurrent calls to 50 in place of the plan's value"),
    ({"max_concurrent_calls": [50, None]}, "put concurrent calls back to the plan's value"),
    ({"monthly_call_limit": [1000, 0]}, "lowered calls a month from 1,000 to 0"),
    ({"retention_days": [90, 365]}, "raised days of retention from 90 to 365"),
    ({"webhook_timeout_seconds": [20, 5]}, "lowered the webhook time-out in seconds from 20 to 5"),
    ({"recording_enabled": [True, False]}, "switched recording off"),
    ({"hipaa_enabled": [False, True]}, "switched HIPAA on"),
    ({"sip_password": SECRET}, "changed the SIP password"),
    ({"name": ["Acme", "Acme Corp"]}, "renamed the tenant from “Acme” to “Acme Corp”"),
    ({"billing_email": [None, "a@example.com"]}, "set the billing e-mail to “a@example.com”"),
    ({"billing_email": ["a@example.com", None]}, "cleared the billing e-mail"),
    ({"slug": ["acme", "acme-corp"]}, "changed the slug from “acme” to “acme-corp”"),
    ({"kind": ["trial", "enterprise"]}, "changed the kind from trial to enterprise"),
    ({"trial_ends_at": [None, "2026-05-12T09:30:00Z"]}, "set the end of the trial to 12 May 2026"),
    ({"owner_id": ["0199…", "0200…"]}, "changed the owner"),
    ({"parent_id": [None, "0199…"]}, "set the parent organization"),
    ({"meta_data": [{"region": "eu"}, {"region": "us"}]}, "changed the metadata"),
    ({"meta_data": [{"region": "eu"}, {}]}, "cleared the metadata"),
    ({"suspended_services": [["calls"], ["calls", "sip"]]}, "changed suspended services from calls to calls and SIP"),
    ({"pci_recording_acknowledged_at": [None, "2026-05-12T09:30:00.123456Z"]},
     "acknowledged that recording is paused while card data is spoken"),
    ({"max_concurrent_calls": [None, 900], "limit_overrides": [{}, {"max_concurrent_calls": {"by": "ada"}}]},
     "set concurrent calls to 900 in place of the plan's value"),
    ({"sip_enabled": [False, True], "sip_domain": [None, "sip.example.com"], "sip_password": SECRET},
     "switched SIP on, set the SIP domain to “sip.example.com” and changed the SIP password"),
    ({"retention_days": [90, 30], "name": ["A", "B"], "max_users": [1, 2], "max_agents": [1, 2], "max_squads": [1, 2],
      "sip_enabled": [False, True], "slug": ["a", "b"]},
     "renamed the tenant from “A” to “B”, changed the slug from “a” to “b”, raised users from 1 to 2 and 4 more"),
    ({}, "changed the tenant"),
]  # fmt: skip

EVENTS = [
    (E.TENANT_CREATED, {"name": [None, "Acme Corp"]}, {}, "created the tenant “Acme Corp”"),
    (E.TENANT_PLAN_CHANGED, {"billing_plan": ["starter", "pro"]}, {},
     "moved the tenant from the starter plan to the pro plan"),
    (E.TENANT_PLAN_CHANGED, {"billing_plan": ["pro", "free"], "sip_enabled": [True, False]}, {},
     "moved the tenant from the pro plan to the free plan and switched SIP off"),
    (E.TENANT_SUSPENDED, {"status": ["active", "suspended"]}, {}, "suspended the tenant"),
    (E.TENANT_SUSPENDED,
     {"suspended_services": [None, ["calls", "sip"]], "suspended_until": [None, "2026-05-12T00:00:00Z"]}, {},
     "suspended calls and SIP of the tenant until 12 May 2026"),
    (E.TENANT_RESUMED, {"status": ["suspended", "active"]}, {}, "lifted the suspension of the tenant"),
    (E.TENANT_DEACTIVATED, {}, {}, "deactivated the tenant"),
    (E.TENANT_RESTORED, {}, {}, "restored the tenant"),
    (E.TENANT_DELETED, {"calls": [1204, None], "members": [1, None], "sip_trunk": [2, None]}, {},
     "deleted the tenant “Acme Corp” for good, with 1,204 calls, 1 member and 2 SIP trunks"),
    (E.TENANT_DELETED, {"deliveries": [1, None], "refusals": [2, None]}, {},
     "deleted the tenant “Acme Corp” for good, with 1 webhook delivery and 2 refused calls"),
    (E.PLAN_UPDATED, {"included": [{"max_users": 1}, {"max_users": 2}], "monthly_price_cents": [4900, 5900]},
     {"subject_type": "plans", "subject_label": "Team"},
     "edited the plan “Team”: raised the monthly price in cents from 4,900 to 5,900 and changed the included limits"),
    (E.PLAN_UPDATED, {"on_request": [False, True]}, {"subject_type": "plans", "subject_label": "Team"},
     "edited the plan “Team”: switched “on request only” on"),
    (E.PLAN_RETIRED, {"offered": [True, False]}, {"subject_label": "Team"}, "retired the plan “Team”"),
    (E.PLAN_OFFERED, {"offered": [False, True]}, {"subject_label": "Team"}, "offered the plan “Team” again"),
    (E.PLAN_PRICE_SET, {"since": [None, "2027-01-01"], "hundredths": [900, 1250]}, {"subject_label": "Team"},
     "set the price a minute of the plan “Team” to $0.1250 from 2027-01-01 on"),
    (E.PLAN_PRICE_WITHDRAWN, {"since": ["2027-01-01", None], "hundredths": [1250, None]}, {"subject_label": "Team"},
     "withdrew the price a minute of the plan “Team”, $0.1250, that was to hold from 2027-01-01 on"),
    (E.REQUEST_MADE, {"subject": [None, "max_users"], "wanted_value": [None, 80]}, {}, "asked for 80 users"),
    (E.REQUEST_GRANTED, {"subject": [None, "plan"], "wanted_plan": [None, "pro"]}, {},
     "granted the request for the pro plan"),
    (E.REQUEST_DECLINED, {"subject": ["max_users", None], "wanted_value": [1200, None]}, {},
     "declined the request for 1,200 users"),
    (E.REQUEST_WITHDRAWN, {}, {}, "withdrew the request for more"),
    (E.MEMBER_ADDED, {"member": [None, "max"], "role": [None, "manager"]}, {}, "added max as a manager"),
    (E.MEMBER_ADDED, {"member": ["max", "max"], "role": ["manager", "owner"]}, {},
     "made max an owner instead of a manager"),
    (E.MEMBER_REMOVED, {"member": ["max", None], "role": ["manager", None]}, {}, "removed max, who was a manager"),
    (E.USER_CREATED, {}, {"subject_label": "max"}, "created the user max"),
    (E.USER_SIGNED_UP, {}, {"subject_label": "olive"}, "signed up as olive"),
    (E.SESSION_REFUSED, {}, {"subject_label": "olive"}, "tried to sign in as olive and was not let in"),
    (E.SESSION_REFUSED, {}, {"subject_id": None}, "tried to sign in with an unknown name and was not let in"),
    (E.USER_PASSWORD_CHANGED, {}, {"subject_label": "max"}, "changed the password of max"),
    (E.KEYS_ROTATED, {"data_keys": [None, 1200]}, {}, "moved 1,200 data keys to a new master key"),
    (E.DEMONSTRATION_LOADED, {"tenants": [None, 200]}, {}, "loaded the demonstration data of 200 tenants"),
    ("tenant.painted_blue", {}, {}, "tenant painted blue"),
]  # fmt: skip

WHO_DID_IT = [
    ({}, "The owner signed in, in the web, 5 minutes ago"),
    ({"actor_standing": "manager", "door": "api"}, "A manager signed in, through the API, 5 minutes ago"),
    ({"actor_standing": "admin", "door": "import"}, "The platform administrator signed in, by import, 5 minutes ago"),
    ({"actor_standing": "support"}, "Support signed in, in the web, 5 minutes ago"),
    ({"actor_id": None, "actor_standing": "admin", "door": "system"}, "The system signed in, 5 minutes ago"),
    ({"actor_id": None, "actor_standing": "admin", "door": "command_line"},
     "The operator signed in, on the command line, 5 minutes ago"),
    ({"actor_id": None, "actor_standing": "web"}, "Somebody not signed in signed in, in the web, 5 minutes ago"),
    ({"actor_standing": "gardener", "door": "chimney"}, "Somebody signed in, 5 minutes ago"),
    ({"note": "with a link"}, "The owner signed in, in the web, 5 minutes ago: “with a link”"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), SETTINGS)
def test_a_change_of_settings_says_what_changed(changes: dict[str, Any], words: str) -> None:
    assert sentence_of(record(changes=changes)).said == f"The owner {words}"


@pytest.mark.parametrize(("event", "changes", "fields", "words"), EVENTS)
def test_each_event_has_its_own_words(event: str, changes: dict[str, Any], fields: dict[str, Any], words: str) -> None:
    assert sentence_of(record(event, changes, **fields)).said == f"The owner {words}"


@pytest.mark.parametrize(("fields", "whole"), WHO_DID_IT)
def test_the_whole_sentence_says_who_where_and_when(fields: dict[str, Any], whole: str) -> None:
    assert str(sentence_of(record(E.SESSION_STARTED, **fields))) == whole


def test_a_suspension_says_its_reason_even_where_no_note_was_written() -> None:
    told = sentence_of(record(E.TENANT_SUSPENDED, {"suspension_reason": [None, "Unpaid invoices"]}))
    assert str(told).endswith(": “Unpaid invoices”")


def test_whoever_changes_their_own_password_is_said_to() -> None:
    mine = record(E.USER_PASSWORD_CHANGED)
    mine.subject_id = str(mine.actor_id)
    assert sentence_of(mine).said == "The owner changed their own password"


def test_a_username_is_known_only_of_somebody_who_had_one() -> None:
    assert sentence_of(record()).name == "olive"
    assert sentence_of(record(actor_id=None, actor_name="somebody", actor_standing="web")).name is None


@pytest.mark.parametrize("passed", [0, 44, 46, 100, 3_000, 90_000, 4_000_000, 50_000_000, -4_000])
def test_when_is_said_as_everywhere_else(passed: int) -> None:
    at = now() - timedelta(seconds=passed)
    assert sentence_of(record(at=at)).ago == ago(at)


def test_every_event_has_a_sentence_and_a_name_to_choose_it_by() -> None:
    assert set(STORIES) == set(Event) == set(EVENT_WORDS)
    for event in Event:
        told = sentence_of(record(event))
        assert told.said.startswith("The owner ")
        assert str(event) not in told.said
        assert "_" not in told.said


def test_every_standing_and_every_door_has_words() -> None:
    assert set(WHO) == {*Role, *MembershipRole}
    assert set(DOORS) == set(Door)


def _audited_fields() -> list[str]:
    columns = {each.key: each.columns[0] for each in inspect(Tenant).column_attrs}
    return [name for name, column in columns.items() if column.info.get("audited") is not False]


@pytest.mark.parametrize("field", [*_audited_fields(), "sip_password", "webhook_secret"])
def test_every_audited_field_of_a_tenant_is_called_by_its_words(field: str) -> None:
    words = FIELD_WORDS[field]
    for change in (["a", "b"], [None, "b"], ["a", None], [1, 2], [False, True], [{}, {"a": 1}], SECRET):
        said = plain(phrase(field, change))
        assert "_" not in said
        assert words in said or field in {"name", "pci_recording_acknowledged_at", *CHOICES}


STRANGE = [None, 7, "else", [], [1], [1, 2, 3], {}, {"a": 1}, [[1], {"b": None}], [float("nan"), 1], [True, "x"],
           [1, "x"], ["2026-99-99T99:99:99Z", "0001-01-01T00:00:00+14:00"], [{"a": object()}, None],
           [None, None]]  # fmt: skip


@pytest.mark.parametrize("change", STRANGE)
@pytest.mark.parametrize("field", ["unknown_field", "with {} and {0}", "", "name", "max_users", "limit_overrides"])
def test_nothing_that_a_record_holds_can_break_the_page(field: str, change: Any) -> None:
    for event in Event:
        told = record(event, {field: change, "member": change, "role": change, "suspended_until": change})
        assert str(sentence_of(told))
    assert lines({field: change})


def test_a_long_value_is_cut_in_the_sentence_and_whole_in_the_details() -> None:
    long = "x" * 255
    changes = {"name": ["Acme", long]}
    assert f"“{'x' * 59}…”" in sentence_of(record(changes=changes)).said
    assert lines(changes)[0].after == long


def test_names_stand_apart_and_cannot_be_html() -> None:
    told = sentence_of(record(changes={"name": ["<b>A</b>", "“"]}, note="<script>alert(1)</script>"))
    html = told.__html__()
    assert "renamed the tenant from “<bdi>&lt;b&gt;A&lt;/b&gt;</bdi>” to “<bdi>“</bdi>”" in html
    assert "<script>" not in html


def test_the_details_show_each_field_and_each_key_but_no_secret() -> None:
    changes = {
        "sip_password": SECRET,
        "max_concurrent_calls": [None, 1200],
        "recording_enabled": [True, False],
        "trial_ends_at": [None, "2026-05-12T09:30:00Z"],
        "meta_data": [{"region": "eu", "same": 1}, {"region": "us", "same": 1, "tier": ["a"]}],
        "limit_overrides": [{}, {"max_concurrent_calls": {"by": "ada", "reason": "Black Friday"}}],
    }
    shown = {each.words: (each.before, each.after) for each in lines(changes)}
    assert shown == {
        "end of the trial": (None, "12 May 2026, 09:30 UTC"),
        "concurrent calls": ("the plan's", "1,200"),
        "override of concurrent calls": (None, "by: ada; reason: Black Friday"),
        "SIP password": (None, None),
        "recording": ("on", "off"),
        "metadata: region": ("eu", "us"),
        "metadata: tier": (None, "a"),
    }
    assert [each.words for each in lines(changes) if each.secret] == ["SIP password"]


def test_a_sentence_needs_no_database() -> None:
    told = SimpleNamespace(
        at=datetime(2026, 1, 1, tzinfo=UTC), event="tenant.resumed", door="web", actor_id=None, actor_name="x",
        actor_standing="web", subject_type="tenants", subject_id=None, subject_label="", changes={}, note=None,
    )  # fmt: skip
    assert sentence_of(told).said == "Somebody not signed in lifted the suspension of the tenant"
