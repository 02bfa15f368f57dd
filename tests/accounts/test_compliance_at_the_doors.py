"""HIPAA or PCI on: each member needs a second factor before anything else, and an idle session ends soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.accounts import actions, queries
from portal.foundation.permissions import system
from portal.tenants import actions as tenants
from portal.tenants.drafts import TenantChange
from tests.accounts.authenticator import code_at, give_passkey
from tests.cast import Cast
from tests.client import Visitor

SETUP = "/account/second-factor"
FIRST_OF_ALL = "second-factor-setup-required"


def switch_on(cast: Cast, *rules: str) -> None:
    tenants.change_tenant(
        system(), cast.acme, TenantChange.read({"billing_plan": "enterprise", "recording_enabled": False})
    )
    tenants.change_tenant(system(), cast.acme, TenantChange.read(dict.fromkeys(rules, True)))


@pytest.mark.parametrize("rules", [["hipaa_enabled"], ["pci_enabled"], ["hipaa_enabled", "pci_enabled"]])
def test_every_page_leads_a_member_to_where_a_factor_is_set_up(cast: Cast, client: Visitor, rules: list) -> None:
    client.sign_in("vera")
    assert client.get("/tenants/acme").status == 200
    switch_on(cast, *rules)
    for path in ("/tenants/acme", "/account", "/tenants", "/"):
        answer = client.get(path)
        assert (answer.status, answer.headers["Location"].split("?")[0]) == (303, SETUP), path
    page = client.visit("/tenants/acme")
    names = {"hipaa_enabled": "HIPAA", "pci_enabled": "PCI"}
    assert f"Acme Corp has {' and '.join(names[rule] for rule in rules)} on" in page
    assert client.post("/logout", data={"csrf_token": page.values()["csrf_token"]}).status == 303


def test_what_htmx_asks_for_leads_there_too(cast: Cast, client: Visitor) -> None:
    client.sign_in("max")
    switch_on(cast, "hipaa_enabled")
    answer = client.fragment("/tenants/acme", "somewhere")
    assert (answer.status, answer.headers["HX-Redirect"].split("?")[0]) == (204, SETUP)


def test_no_form_is_saved_before(cast: Cast, client: Visitor) -> None:
    client.sign_in("max")
    values = client.visit("/tenants/acme/settings/general").values("#settings-form")
    switch_on(cast, "hipaa_enabled")
    answer = client.post("/tenants/acme/settings/general", data={**values, "name": "Elsewhere"})
    assert (answer.status, answer.headers["Location"]) == (303, SETUP)
    assert client.api("GET", f"/tenants/{cast.acme.id}", client.token("ada")).json["name"] == "Acme Corp"


def test_the_api_says_what_has_to_be_done_first(cast: Cast, client: Visitor) -> None:
    token = client.token("max")
    switch_on(cast, "pci_enabled")
    for method, path in (
        ("GET", f"/tenants/{cast.acme.id}"),
        ("GET", "/auth/me"),
        ("POST", f"/tenants/{cast.acme.id}/calls"),
    ):
        answer = client.api(method, path, token, **({"json": {}} if method == "POST" else {}))
        assert (answer.status, answer.json["type"]) == (403, f"/problems/{FIRST_OF_ALL}"), path
        assert SETUP in answer.json["detail"]
    give_passkey(cast.actor(cast.max))
    assert client.api("GET", f"/tenants/{cast.acme.id}", token).status == 200


def test_once_it_is_set_up_everything_opens_again(cast: Cast, client: Visitor) -> None:
    client.sign_in("olive")
    switch_on(cast, "hipaa_enabled")
    page = client.visit("/tenants/acme")
    form = f"form[action='{SETUP}/app']"
    key = str(page.one(".qr-key [data-copy]")["data-copy"])
    codes = client.post(f"{SETUP}/app", data={**page.values(form), "code": code_at(key, datetime.now(UTC))})
    assert len(codes.soup.select(".codes li")) == 10
    assert client.get("/tenants/acme").status == 200


def test_who_signed_in_a_while_ago_can_still_set_one_up(cast: Cast, client: Visitor, clock) -> None:
    client.sign_in("olive")
    switch_on(cast, "hipaa_enabled")
    clock.shift(timedelta(minutes=6))
    assert client.get(SETUP).headers["Location"] == f"/account/prove?next={SETUP}"
    page = client.visit(SETUP)
    assert "Your password" in page


def test_staff_and_members_of_others_are_not_concerned(cast: Cast, client: Visitor, app: Any) -> None:
    switch_on(cast, "hipaa_enabled")
    for name, path in (
        ("ada", "/tenants/acme"),
        ("sam", "/tenants/acme"),
        ("otto", "/tenants/globex"),
        ("dev", "/account"),
    ):
        assert Visitor(app).sign_in(name).get(path).status == 200, name


def test_with_the_last_factor_gone_it_begins_anew(cast: Cast, client: Visitor) -> None:
    switch_on(cast, "hipaa_enabled")
    give_passkey(cast.actor(cast.olive))
    actor = cast.actor(cast.olive)
    token = actions.start_session(actor, cast.olive).session_id
    lifetime = queries.Lifetime(timedelta(hours=2), timedelta(days=7))
    assert not queries.actor_for_session(token, lifetime, None).actor.lacks_factor
    actions.remove_factor(actor, queries.passkeys_of(cast.olive.id)[0].id)
    assert queries.actor_for_session(token, lifetime, None).actor.lacks_factor


def test_an_idle_session_ends_after_fifteen_minutes_and_no_other_does(
    cast: Cast, client: Visitor, app: Any, clock
) -> None:
    other = Visitor(app).sign_in("otto")
    give_passkey(cast.actor(cast.olive))
    olive = client
    entered = actions.start_session(cast.actor(cast.olive), cast.olive)
    switch_on(cast, "hipaa_enabled")
    lifetime = queries.Lifetime(timedelta(hours=2), timedelta(days=7))
    clock.shift(timedelta(minutes=14, seconds=59))
    assert queries.actor_for_session(entered.session_id, lifetime, None) is not None
    clock.shift(timedelta(seconds=1))
    assert queries.actor_for_session(entered.session_id, lifetime, None) is None
    assert other.get("/account").status == 200
    assert olive.get("/account").status == 302


def test_what_a_page_asks_by_itself_keeps_no_session_alive(cast: Cast, client: Visitor, clock) -> None:
    client.sign_in("max")
    give_passkey(cast.actor(cast.max))
    switch_on(cast, "pci_enabled")
    for _ in range(2):
        clock.shift(timedelta(minutes=7))
        assert client.get("/tenants/acme", headers={"Portal-Background": "yes"}).status == 200
    clock.shift(timedelta(minutes=1))
    assert client.get("/tenants/acme").status == 302
    root = Path(__file__).parents[2]
    templates = root / "templates"
    asking = [path for path in templates.rglob("*.html") if 'hx-trigger="every' in path.read_text()]
    scripts = [path for path in (root / "static" / "js").glob("*.js") if "setTimeout" in path.read_text()]
    asking += [path for path in scripts if "fetch(" in path.read_text()]
    assert asking
    assert all("Portal-Background" in path.read_text() for path in asking)


def test_being_asked_costs_no_query_more(cast: Cast, client: Visitor, statements) -> None:
    client.sign_in("max")
    client.get("/tenants/acme")
    with statements() as before:
        client.get("/tenants/acme/settings/general")
    give_passkey(cast.actor(cast.max))
    switch_on(cast, "hipaa_enabled")
    with statements() as after:
        client.get("/tenants/acme/settings/general")
    about = [[each for each in ran if "FROM sessions" in each] for ran in (before, after)]
    assert [len(each) for each in about] == [1, 1]
    assert "EXISTS" in about[0][0]
    assert len(after) == len(before)
