"""The table of tenants, as a page and as a fragment, with and without JavaScript."""

from __future__ import annotations

import pytest

from portal.foundation.permissions import MembershipRole, system
from portal.members import actions as members
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import make_tenant


def names(page) -> list[str]:
    return [cell.get_text() for cell in page.soup.select("#tenant-table tbody th a")]


def test_staff_see_all(cast: Cast, client: Visitor):
    for who in ("ada", "sam"):
        page = client.sign_in(who).visit("/tenants")
        assert names(page) == ["Acme Corp", "Globex"]
        assert ("New tenant" in page) == (who == "ada")
        client.client.delete_cookie("portal")


def test_the_fragment_is_only_the_block(cast: Cast, client: Visitor):
    browser = client.sign_in("ada")
    fragment = browser.fragment("/tenants?q=acme", "tenant-table")
    assert fragment.status == 200
    assert fragment.text.strip().startswith('<div class="fill" id="tenant-table"')
    assert "<html" not in fragment.text
    assert names(fragment) == ["Acme Corp"]
    assert {"HX-Request", "HX-Target"} <= {part.strip() for part in fragment.headers["Vary"].split(",")}


def test_the_form_comes_back_as_it_was_sent(cast: Cast, client: Visitor):
    page = client.sign_in("ada").visit("/tenants?q=a&status=active&kind=standard&kind=trial&sort=-created&limit=50")
    form = page.one("form#tenant-filters")
    assert form["method"] == "get"
    assert form.select_one("input[name=q]")["value"] == "a"
    checked = {(box["name"], box["value"]) for box in form.select("input[checked]")}
    assert checked == {("status", "active"), ("kind", "standard"), ("kind", "trial")}
    hidden = {box["name"]: box["value"] for box in page.soup.select("input[type=hidden][form=tenant-filters]")}
    assert hidden == {"sort": "-created", "limit": "50"}
    assert "Status: Active" in page


def test_pages_lead_to_each_other(cast: Cast, client: Visitor):
    for number in range(5):
        make_tenant(f"Tenant {number}")
    browser, seen, path = client.sign_in("ada"), [], "/tenants?limit=3&sort=-name"
    while path:
        page = browser.visit(path)
        seen += names(page)
        link = page.soup.select_one("a[rel=next]")
        path = link and link["href"]
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=0", "Limit is a whole number from 1 to 1,000."),
        ("limit=1001", "Limit is a whole number from 1 to 1,000."),
        ("limit=x", "Limit is a whole number"),
        ("limit=%D9%A1", "Limit is a whole number"),
        ("offset=-1", "Offset is a whole number"),
        ("offset=99999999999999999999", "Offset is a whole number"),
        ("sort=colour", "The table can be sorted by name"),
        ("sort=--name", "The table can be sorted by name"),
        ("status=gone", "Status is one of: active, inactive, suspended."),
        ("plan=gold", "Plan is one of: free, starter"),
        ("feature=x", "Feature is one of"),
        ("q=%00", "without control characters"),
        ("q=" + "x" * 301, "Search for up to 300 characters"),
    ],
)
def test_wrong_arguments_are_said_and_left_out(cast: Cast, client: Visitor, query: str, words: str):
    page = client.sign_in("ada").visit(f"/tenants?{query}", 422)
    assert words in page
    assert names(page) == ["Acme Corp", "Globex"]


@pytest.mark.parametrize("query", ["limit=1", "limit=1000", "offset=0", "offset=10000000", "q=%ED%A0%80", "q=+", "x=y"])
def test_right_and_odd_ones_are_taken(cast: Cast, client: Visitor, query: str):
    client.sign_in("ada").visit(f"/tenants?{query}")


def test_nothing_found_says_what_to_remove(cast: Cast, client: Visitor):
    page = client.sign_in("ada").visit("/tenants?q=nobody&status=active")
    assert "No tenant matches" in page
    assert "Remove “Status: Active”" in page


def test_a_business_user_goes_straight_to_its_tenant(cast: Cast, client: Visitor):
    page = client.sign_in("olive").get("/tenants")
    assert (page.status, page.headers["Location"]) == (303, "/tenants/acme")
    assert client.get("/tenants?q=acme").status == 200


def test_with_two_it_sees_the_table_of_both(cast: Cast, client: Visitor):
    make_tenant("Third")
    members.add_member(system(), cast.globex, cast.olive, MembershipRole.VIEWER)
    assert names(client.sign_in("olive").visit("/tenants")) == ["Acme Corp", "Globex"]


def test_who_is_invited_nowhere_is_told_so(cast: Cast, client: Visitor):
    assert "You are not a member of an organization yet" in client.sign_in("dev").visit("/tenants")


def test_hostile_names_stand_as_text(cast: Cast, client: Visitor):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
    make_tenant(hostile, slug="hostile")
    browser = client.sign_in("ada")
    assert hostile in names(browser.visit("/tenants"))
    for path in ("/tenants/hostile", "/tenants/hostile/settings/general", "/tenants?q=" + "%3Cscript%3E"):
        browser.visit(path)
