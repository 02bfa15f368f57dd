"""What somebody once broke, so that it stays mended."""

from __future__ import annotations

from typing import Any

import pytest

from portal.foundation.errors import Invalid
from portal.foundation.permissions import system
from portal.tenants import actions
from portal.tenants.drafts import NewTenant, TenantChange
from tests.cast import Cast
from tests.client import Visitor


def test_the_trail_of_a_deleted_tenant_is_nobodys_under_its_old_id(cast: Cast) -> None:
    gone = cast.globex.id
    actions.delete_tenant(system(), cast.globex, "globex")
    with pytest.raises(Invalid) as refused:
        actions.create_tenant(system(), NewTenant.read({"name": "Newcomer", "id": gone}))
    assert [fault.field for fault in refused.value.faults] == ["id"]


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_anchor=x", "_method=POST", "_external=1", "slug=evil", "section=limits"]
)
def test_an_old_slug_leads_on_with_its_query_as_it_was(client: Visitor, cast: Cast, query: str) -> None:
    actions.change_tenant(system(), cast.acme, TenantChange.read({"slug": "acme-inc"}))
    page = client.sign_in("olive").get(f"/tenants/acme?{query}", headers={"Host": "localhost"})
    assert (page.status, page.headers["Location"]) == (308, f"/tenants/acme-inc?{query}")


def test_a_remember_cookie_is_not_even_read(client: Visitor) -> None:
    client.client.set_cookie("remember_token", '"1|\\303\\251"')
    assert client.get("/login").status == 200


@pytest.mark.parametrize("tag", ['""', "", '"\xff"', "nonsense"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_precondition_that_cannot_be_read_is_not_met(client: Visitor, cast: Cast, method: str, tag: str) -> None:
    token, path = client.token("ada"), f"/tenants/{cast.acme.id}?confirm=acme"
    page = client.api(method, path, token, headers={"If-Match": tag}, json={"name": "Lost update"})
    assert page.status == 412
    assert client.api("GET", f"/tenants/{cast.acme.id}", token).json["name"] == "Acme Corp"


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_beyond_the_calendar_is_said_at_its_field(client: Visitor, cast: Cast, moment: str) -> None:
    page = client.sign_in("ada").submit("/tenants/new", {"name": "X", "kind": "trial", "trial_ends_at": moment})
    assert page.status == 422
    assert "a day and a time" in page.one("#trial_ends_at-error").get_text()


@pytest.mark.parametrize(
    ("before", "after"), [({"a": 1}, {"a": True}), ({"a": 1}, {"a": 1.0}), ({"a": [0]}, {"a": [False]})]
)
def test_one_and_true_are_two_things_in_a_document(client: Visitor, cast: Cast, before: Any, after: Any) -> None:
    token, path = client.token("ada"), f"/tenants/{cast.acme.id}"
    for document in (before, after):
        assert client.api("PATCH", path, token, json={"meta_data": document}).status == 200
        assert repr(client.api("GET", path, token).json["meta_data"]) == repr(document)
