"""The JSON API of version 1: listing and showing."""

from __future__ import annotations

import re

import pytest

from portal.foundation.permissions import system
from portal.tenants import actions
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import make_tenant, tenant_change


@pytest.fixture
def ada(cast: Cast, client: Visitor) -> str:
    return client.token("ada")


FIELDS = """id name slug kind trial_ends_at status billing_plan owner_id scope_id parent_id external_id billing_email
    technical_contact_email max_concurrent_calls monthly_call_limit max_users max_workspaces max_projects
    max_environments max_agents max_squads max_minutes_per_month max_campaigns max_recordings_gb max_files_gb
    max_file_size_mb sip_enabled sip_domain sip_username sip_password_set recording_enabled analytics_enabled
    recording_format retention_days hipaa_enabled pci_enabled data_encryption_enabled webhook_url webhook_secret_set
    webhook_timeout_seconds meta_data monthly_usage_cents created_at updated_at""".split()


def test_a_tenant_is_one_flat_document(cast: Cast, client: Visitor, ada: str):
    page = client.api("GET", f"/tenants/{cast.acme.id}", ada)
    assert page.status == 200
    assert set(FIELDS) <= page.json.keys()
    assert (page.json["max_concurrent_calls"], page.json["monthly_call_limit"]) == (10, 1000)
    assert page.json["created_at"].endswith("Z")
    assert page.json["owner_id"] == str(cast.olive.id)
    assert not {"sip_password", "webhook_secret", "version", "sort_name"} & page.json.keys()


def test_the_list_is_an_array_with_its_count(cast: Cast, client: Visitor, ada: str):
    page = client.api("GET", "/tenants", ada)
    assert [each["slug"] for each in page.json] == ["acme", "globex"]
    assert page.headers["X-Total-Count"] == "2"
    assert "Link" not in page.headers


@pytest.mark.parametrize(("who", "slugs"), [("sam", ["acme", "globex"]), ("vera", ["acme"]), ("dev", [])])
def test_others_see_their_own(cast: Cast, client: Visitor, who: str, slugs: list[str]):
    page = client.api("GET", "/tenants", client.token(who))
    assert [each["slug"] for each in page.json] == slugs
    assert page.headers["X-Total-Count"] == str(len(slugs))


def test_walking_by_cursor_meets_each_once(cast: Cast, client: Visitor, ada: str):
    for number in range(6):
        make_tenant(f"Tenant {number}")
    seen, path = [], "/tenants?limit=3&status_filter=active"
    while path:
        page = client.api("GET", path, ada)
        seen += [each["id"] for each in page.json]
        assert page.headers["X-Total-Count"] == "8"
        following = re.search(r'</api/v1([^>]+)>; rel="next"', page.headers.get("Link", ""))
        path = following and following.group(1)
    assert len(seen) == len(set(seen)) == 8
    assert seen == sorted(seen)


def test_by_offset_too(cast: Cast, client: Visitor, ada: str):
    ids = [each["id"] for each in client.api("GET", "/tenants", ada).json]
    assert [each["id"] for each in client.api("GET", "/tenants?offset=1", ada).json] == ids[1:]
    assert client.api("GET", "/tenants?offset=99", ada).json == []


def test_by_status(cast: Cast, client: Visitor, ada: str):
    page = client.api("GET", "/tenants?status_filter=suspended", ada)
    assert (page.json, page.headers["X-Total-Count"]) == ([], "0")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=ten", "limit"), ("limit=", "limit"),
        ("limit=1.0", "limit"),
        ("limit=-1", "limit"), ("offset=-1", "offset"), ("offset=9007199254740992", "offset"), ("offset=x", "offset"),
        ("status_filter=gone", "status_filter"), ("status_filter=ACTIVE", "status_filter"), ("cursor=x", "cursor"),
        ("status_filter=%00", "status_filter"), ("cursor=%00", "cursor"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_problems(cast: Cast, client: Visitor, ada: str, query: str, field: str):
    page = client.api("GET", f"/tenants?{query}", ada)
    assert (page.status, page.headers["Content-Type"]) == (422, "application/problem+json")
    (fault,) = page.json["detail"]
    assert fault["loc"][-1] == field
    assert fault.keys() == {"loc", "msg", "type"}
    assert page.json["errors"] == page.json["detail"]


@pytest.mark.parametrize("query", ["limit=1", "limit=1000", "offset=0", "offset=9007199254740991"])
def test_their_ends_are_taken(cast: Cast, client: Visitor, ada: str, query: str):
    assert client.api("GET", f"/tenants?{query}", ada).status == 200


@pytest.mark.parametrize("who", ["otto", "dev"])
def test_what_is_not_yours_is_not_found(cast: Cast, client: Visitor, who: str):
    token = client.token(who)
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        hidden = client.api(method, f"/tenants/{cast.acme.id}", token, json={})
        missing = client.api(method, "/tenants/0190f1f0-0000-7000-8000-000000000000", token, json={})
        assert (hidden.status, hidden.json) == (404, missing.json)


@pytest.mark.parametrize("tenant_id", ["acme", "0", "%00", "x" * 500, "0190f1f0-0000-7000-8000-00000000000g"])
def test_what_is_no_id_is_not_found(cast: Cast, client: Visitor, ada: str, tenant_id: str):
    assert client.api("GET", f"/tenants/{tenant_id}", ada).status == 404


def test_without_a_token_nothing_is_said(cast: Cast, client: Visitor):
    for method, path in (("GET", "/tenants"), ("POST", "/tenants"), ("PATCH", f"/tenants/{cast.acme.id}")):
        page = client.api(method, path, json={"name": 7})
        assert (page.status, page.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_etag_is_the_settings_version(cast: Cast, client: Visitor, ada: str):
    path = f"/tenants/{cast.acme.id}"
    etag = client.api("GET", path, ada).headers["ETag"]
    same = client.api("GET", path, ada, headers={"If-None-Match": etag})
    assert (same.status, same.text, same.headers["ETag"]) == (304, "", etag)
    actions.change_tenant(system(), cast.acme, tenant_change(max_users=3))
    other = client.api("GET", path, ada, headers={"If-None-Match": etag})
    assert (other.status, other.headers["ETag"] != etag) == (200, True)
