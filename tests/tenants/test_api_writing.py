"""The JSON API of version 1: creating, changing, deleting."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.tenants.drafts import TenantChange
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import make_tenant, without_tenant


@pytest.fixture
def ada(cast: Cast, client: Visitor) -> str:
    return client.token("ada")


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/tenants/{cast.acme.id}"


def faults(page: Page) -> set[str]:
    """Give the fields that a problem names."""
    assert (page.status, page.headers["Content-Type"]) == (422, "application/problem+json"), page.text
    assert page.json["errors"] == page.json["detail"]
    assert all(fault.keys() == {"loc", "msg", "type"} for fault in page.json["detail"])
    return {".".join(fault["loc"][1:]) for fault in page.json["detail"]}


class TestCreating:
    def test_by_an_administrator(self, client: Visitor, ada: str):
        wanted = str(new_id())
        page = client.api("POST", "/tenants", ada, json={"name": "Initech", "id": wanted, "billing_plan": "pro"})
        assert page.status == 201
        assert (page.json["id"], page.json["slug"], page.json["owner_id"]) == (wanted, "initech", None)
        assert client.api("GET", f"/tenants/{wanted}", ada).json == page.json

    @pytest.mark.parametrize("who", ["olive", "sam", "dev", "max"])
    def test_not_by_others(self, cast: Cast, client: Visitor, who: str):
        assert client.api("POST", "/tenants", client.token(who), json={"name": 7}).status == 403

    def test_by_a_business_user_whose_tenant_is_missing(self, app, client: Visitor):
        ben = without_tenant("ben")
        token = client.token("ben")
        page = client.api("POST", "/tenants", token, json={"name": "Ben's", "billing_plan": "starter"})
        assert (page.status, page.json["owner_id"]) == (201, str(ben.id))
        assert client.api("GET", "/auth/me", token).json["owner_id"] == page.json["id"]
        assert client.api("POST", "/tenants", token, json={"name": "Again"}).status == 403

    def test_the_made_secret_is_shown_once(self, client: Visitor, ada: str):
        body = {"name": "Initech", "webhook_url": "https://a.example/in"}
        page = client.api("POST", "/tenants", ada, json=body, headers={"Idempotency-Key": "k1"})
        assert page.json["webhook_secret"].startswith("whsec_")
        assert "no-store" in page.headers["Cache-Control"]
        again = client.api("POST", "/tenants", ada, json=body, headers={"Idempotency-Key": "k1"})
        assert (again.status, again.json["id"]) == (201, page.json["id"])
        assert "webhook_secret" not in again.json
        assert client.api("GET", "/tenants", ada).headers["X-Total-Count"] == "3"

    def test_a_key_is_for_one_request(self, client: Visitor, ada: str):
        for key, name, status in (("k", "A", 201), ("k", "B", 422), ("ä", "C", 422), ("x" * 256, "D", 422)):
            page = client.api("POST", "/tenants", ada, json={"name": name}, headers={"Idempotency-Key": key})
            assert page.status == status


class TestChanging:
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_only_what_is_given(self, cast: Cast, client: Visitor, path: str, method: str):
        token = client.token("olive")
        before = client.api("GET", path, token)
        page = client.api(method, path, token, json={"retention_days": 30, "max_users": 5})
        assert page.status == 200
        changed = {name for name, value in page.json.items() if before.json[name] != value}
        assert changed == {"retention_days", "max_users", "updated_at"}
        assert page.headers["ETag"] != before.headers["ETag"]
        assert client.api("GET", path, token).headers["ETag"] == page.headers["ETag"]

    def test_changing_nothing_is_no_version(self, client: Visitor, ada: str, path: str):
        before = client.api("GET", path, ada)
        for body in ({}, {"name": "Acme Corp"}, {"max_users": None}):
            page = client.api("PATCH", path, ada, json=body)
            assert (page.status, page.json, page.headers["ETag"]) == (200, before.json, before.headers["ETag"])

    def test_if_match(self, client: Visitor, ada: str, path: str):
        etag = client.api("GET", path, ada).headers["ETag"]
        first = client.api("PATCH", path, ada, json={"max_users": 5}, headers={"If-Match": etag})
        assert first.status == 200
        for stale in (etag, '"0"', '"x"', f"W/{first.headers['ETag']}", '"999999999999999999999"'):
            page = client.api("PATCH", path, ada, json={"max_users": 6}, headers={"If-Match": stale})
            assert (page.status, page.headers["Content-Type"]) == (412, "application/problem+json"), stale
        for fresh in ("*", f'"0", {first.headers["ETag"]}'):
            assert client.api("PATCH", path, ada, json={"max_users": 5}, headers={"If-Match": fresh}).status == 200

    def test_the_made_secret_is_shown_once(self, client: Visitor, ada: str, path: str):
        page = client.api("PATCH", path, ada, json={"webhook_url": "https://a.example/in"})
        assert page.json["webhook_secret"].startswith("whsec_")
        assert "no-store" in page.headers["Cache-Control"]
        again = client.api("PATCH", path, ada, json={"webhook_url": "https://a.example/other"})
        assert (again.json["webhook_secret_set"], "webhook_secret" in again.json) == (True, False)

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("max_concurrent_calls", ["10", 10.0, 10.5, True, 0, 1001, [], {}, -1, 10**400]),
            ("monthly_call_limit", ["0", -1, 2**53, 1e3, False]),
            ("max_squads", [0, 101]), ("max_agents", [0, 1001]), ("max_campaigns", [-1, 1001]),
            ("max_recordings_gb", [-1, 1001]), ("max_files_gb", [-1, 101]), ("max_file_size_mb", [0, 501]),
            ("retention_days", [0, 3651, None, "90"]), ("webhook_timeout_seconds", [0, 61, None]),
            ("name", [None, "", 7, "x" * 256, ["a"]]), ("slug", [None, "", "Ä", 7]),
            ("kind", [None, "gold", "TRIAL"]),
            ("billing_plan", [None, "", "gold", 7]),
            ("owner_id", ["", "x", 7, str(uuid.uuid4())]),
            ("parent_id", ["x", 7, str(uuid.uuid4())]), ("external_id", [7, "x" * 256]),
            ("billing_email", ["x", 7, {}]),
            ("sip_enabled", ["true", 1, None]), ("recording_format", ["flac", None]), ("hipaa_enabled", ["no", None]),
            ("data_encryption_enabled", [None, 0]), ("sip_password", ["", 7]), ("webhook_secret", ["x", ""]),
            ("webhook_url", ["http://a.example", 7]), ("meta_data", [None, [], "x", 7]), ("trial_ends_at", ["soon", 7]),
            ("override_until", ["2020-01-01T00:00:00Z", 7]), ("pci_recording_acknowledged", [None, "yes"]),
        ],
    )  # fmt: skip
    def test_types_and_ranges_are_strict(self, client: Visitor, ada: str, path: str, name: str, values: list[object]):
        for value in values:
            body = {"max_agents": 900, name: value} if name.startswith("override") else {name: value}
            assert name in faults(client.api("PATCH", path, ada, json=body)), value

    @pytest.mark.parametrize(
        "name",
        ["status", "created_at", "updated_at", "monthly_usage_cents", "scope_id", "id", "version", "sort_name",
         "sip_password_set", "limit_overrides", "plan", "maxUsers", "Name", "nonsense"],
    )  # fmt: skip
    def test_what_cannot_be_set_is_refused_by_name(self, client: Visitor, ada: str, path: str, name: str):
        page = client.api("PATCH", path, ada, json={name: "x"})
        assert faults(page) == {name}
        assert page.json["detail"][0]["msg"] == f"There is no field “{name}” that can be set here."

    def test_every_fault_is_named_at_once(self, client: Visitor, ada: str, path: str):
        page = client.api("PATCH", path, ada, json={"name": "", "max_users": -1, "nonsense": 1})
        assert faults(page) == {"name", "max_users", "nonsense"}

    def test_the_order_of_judgement(self, cast: Cast, client: Visitor, path: str):
        wrong, stale = {"nonsense": 1}, {"If-Match": '"0"'}
        assert client.api("PATCH", path, json=wrong, headers=stale).status == 401
        assert client.api("PATCH", path, client.token("otto"), json=wrong, headers=stale).status == 404
        assert client.api("PATCH", path, client.token("vera"), json=wrong, headers=stale).status == 403
        assert client.api("PATCH", path, client.token("olive"), json=wrong, headers=stale).status == 412
        assert client.api("PATCH", path, client.token("olive"), json=wrong).status == 422

    def test_support_and_viewers_change_nothing(self, cast: Cast, client: Visitor, path: str):
        for who in ("sam", "vera"):
            assert client.api("PATCH", path, client.token(who), json={"name": "Mine"}).status == 403

    def test_fields_of_administrators_are_403(self, cast: Cast, client: Visitor, path: str):
        page = client.api("PATCH", path, client.token("olive"), json={"max_agents": 5, "kind": "trial"})
        assert page.status == 403
        assert "max_agents" in page.json["detail"]
        assert "kind" in page.json["detail"]


class TestDeleting:
    def test_the_slug_confirms(self, cast: Cast, client: Visitor, path: str):
        token = client.token("olive")
        for query in ("", "?confirm=", "?confirm=Acme", "?confirm=acme%20"):
            assert faults(client.api("DELETE", path + query, token)) == {"confirm"}
        stale = client.api("DELETE", path + "?confirm=acme", token, headers={"If-Match": '"0"'})
        assert stale.status == 412
        page = client.api("DELETE", path + "?confirm=acme", token)
        assert (page.status, page.text) == (204, "")
        assert client.api("GET", path, token).status == 404

    def test_not_by_managers(self, cast: Cast, client: Visitor, path: str):
        assert client.api("DELETE", path, client.token("max")).status == 403

    def test_not_with_something_below(self, cast: Cast, client: Visitor, ada: str, path: str):
        make_tenant("Labs", parent_id=cast.acme.id)
        page = client.api("DELETE", path + "?confirm=acme", ada)
        assert (page.status, "Labs" in page.json["detail"]) == (409, True)


HOSTILE = [
    b"", b" ", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"\x00", b'{"name": "a\\u0000b"}',
    b'{"name": "\\ud800"}',
    b'{"meta_data": {"a": NaN}}', b'{"meta_data": {"a": Infinity}}', b'{"meta_data": {"a": 1e999}}',
    b'{"max_users": NaN}',
    b'{"meta_data": {"a": "\\ud800"}}', b'{"meta_data": {"\\u0000": 1}}', b'{"max_users": ' + b"9" * 5000 + b"}",
    b'{"meta_data": {"a": ' + b"9" * 5000 + b"}}", b'{"meta_data": ' + b"[" * 50_000, b'{"a":' * 50_000,
    b'{"meta_data": ' + b'{"a":' * 150 + b"1" + b"}" * 151, b'{"name": "' + b"x" * 100_000 + b'"}', b"{'name': 1}",
    b'{"trial_ends_at": "0001-01-01T00:00:00+14:00"}', b'{"billing_plan": "\\u0000"}',
    b'{"name": 1,}', b"\xef\xbb\xbf[]",
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_whatever_is_sent_is_a_problem_and_no_fault_of_ours(
    cast: Cast, client: Visitor, ada: str, path: str, body: bytes
):
    for method, where in (("PATCH", path), ("POST", "/tenants")):
        page = client.api(method, where, ada, data=body, headers={"Content-Type": "application/json"})
        assert faults(page) is not None


def test_a_name_given_twice_is_one(cast: Cast, client: Visitor, ada: str, path: str):
    sent = {"data": b'{"name": "First", "name": "Second"}', "headers": {"Content-Type": "application/json"}}
    assert client.api("PATCH", path, ada, **sent).status in {200, 422}


def test_another_kind_of_body_is_415(cast: Cast, client: Visitor, ada: str, path: str):
    assert client.api("PATCH", path, ada, data=b"name=x", headers={"Content-Type": "text/plain"}).status == 415


_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    | st.sampled_from(["acme", "globex", "pro", "trial", "", "2030-01-01T00:00:00Z", "https://a.example/in",
                       "a@b.example"])
)  # fmt: skip
_VALUES = _SCALARS | st.lists(_SCALARS, max_size=3) | st.dictionaries(st.text(max_size=5), _SCALARS, max_size=3)
_BODIES = st.dictionaries(st.sampled_from(sorted(TenantChange.model_fields)) | st.text(max_size=8), _VALUES, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(body=_BODIES)
def test_no_body_breaks_it_and_what_is_refused_changes_nothing(
    cast: Cast, client: Visitor, ada: str, path: str, body: dict[str, object]
):
    before = client.api("GET", path, ada)
    sent = json.dumps(body, ensure_ascii=True)
    page = client.api("PATCH", path, ada, data=sent, headers={"Content-Type": "application/json"})
    assert page.status in {200, 422}, page.text
    after = client.api("GET", path, ada)
    if page.status == 422:
        assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])
        assert faults(page)
    else:
        assert after.headers["ETag"] == page.headers["ETag"]
        db.session.expire_all()
        assert db.session.get_one(Tenant, cast.acme.id).version == int(page.headers["ETag"].strip('"'))
