"""The catalogue's pages: an edit says first what it does, and everything works without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.plans import actions, queries
from portal.plans.models import Plan
from portal.tenants import actions as tenants
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.plans.making import edit, plan
from tests.tenants.making import tenant_change

STARTER = "/plans/starter"
FORM, REVIEW = "#plan-form", "#review-form"


@pytest.fixture
def ada(cast: Cast, client: Visitor) -> Visitor:
    return client.sign_in("ada")


def saved(key: str = "starter") -> Plan:
    db.session.rollback()
    db.session.expire_all()
    return queries.plan_by_key(key)


def sent_by(page: Page, selector: str = FORM) -> dict[str, Any]:
    """What a form would send as it stands, with every feature that is ticked or kept."""
    features = f"{selector} [name=features]:is([checked], [type=hidden])"
    return page.values(selector) | {"features": [tag["value"] for tag in page.soup.select(features)]}


def ask(visitor: Visitor, **changes: Any) -> Page:
    """Change fields of the plan's form and send it."""
    return visitor.post(STARTER, data=sent_by(visitor.visit(STARTER)) | changes)


def confirm(visitor: Visitor, review: Page, **more: str) -> Page:
    return visitor.post(STARTER, data=sent_by(review, REVIEW) | (more or {"confirmed": "yes"}))


def test_the_catalogue_says_how_many_tenants_each_plan_has(ada: Visitor):
    actions.set_price(system(), plan("pro"), actions.NewPrice(since=now().date() + timedelta(days=3), hundredths=1))
    page = ada.visit("/plans")
    assert "Starter starter Offered $49.00 $0.09 1,000 up to 2,500 10 up to 20 – 2 on the Starter plan" in page
    assert "$0.0001 from" in page
    assert page.one("#plan-starter td a")["href"] == "/tenants?plan=starter"


def test_an_edit_is_shown_first_then_saved(ada: Visitor):
    review = ask(
        ada,
        included_max_users="12",
        ceilings_max_users="12",
        label="Start",
        monthly_price_cents="$1,059.5",
    )
    assert review.status == 200
    assert "Nothing is saved yet. 2 tenants are on this plan." in review
    assert "from 10 → to 12 : it changes at once for 2 tenants" in review
    assert "Price a month from $49.00 → to $1,059.50" in review
    assert saved().label == "Starter"
    sent = confirm(ada, review)
    assert (sent.status, sent.headers["Location"]) == (303, STARTER)
    assert "The Start plan is saved." in ada.visit(STARTER)
    assert (saved().included["max_users"], saved().monthly_price_cents) == (12, 105_950)


def test_the_way_back_keeps_what_was_typed(ada: Visitor):
    review = ask(ada, included_max_users="12", label="Start")
    page = confirm(ada, review, again="yes")
    assert page.one("#included_max_users")["value"] == "12"
    assert page.one("#label")["value"] == "Start"
    assert saved().label == "Starter"


def test_what_is_wrong_stands_at_its_field(ada: Visitor):
    page = ask(
        ada,
        included_max_users="16",
        monthly_price_cents="a lot",
        position="-1",
        ceilings_max_squads="101",
        label="",
    )
    assert page.status == 422
    assert "Squads, ceiling: from 1 to 100; 101 is too many." in page
    assert "Price a month is an amount in dollars, like 49 or 49.90." in page
    assert page.one("#monthly_price_cents")["value"] == "a lot"
    assert "Label is needed" in page
    page = ask(ada, included_max_users="16")
    assert (page.status, "Users: the ceiling is 16, what is included, or more." in page) == (422, True)


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_plan_that_was_changed_in_between_is_shown_with_both(ada: Visitor, confirmed: bool):
    page = ada.visit(STARTER)
    review = ada.post(STARTER, data=sent_by(page) | {"included_max_users": "12"})
    actions.edit_plan(system(), plan(), edit(plan(), included={"max_users": 9}, label="Begin"))
    sent = confirm(ada, review) if confirmed else ada.post(STARTER, data=sent_by(page) | {"included_max_users": "12"})
    assert sent.status == 409
    assert "Somebody else changed this plan in between." in sent
    assert "Now saved: 9" in sent
    assert "Now saved: Begin" in sent
    assert sent.one("#included_max_users")["value"] == "12"
    again = ada.post(STARTER, data=sent_by(sent))
    assert (again.status, confirm(ada, again).status) == (200, 303)
    assert saved().included["max_users"] == 12


def test_a_feature_in_use_is_named_with_the_way_to_who_uses_it(ada: Visitor, cast: Cast):
    sent = ask(ada, features=["sip", "recording"])
    assert sent.status == 422
    assert "Analytics cannot be taken away: 2 tenants have it switched on." in sent
    assert sent.one("main form .sentences a")["href"] == "/tenants?plan=starter&feature=analytics"
    review = ask(ada, features=["analytics", "recording"])
    assert "Features taken away SIP No tenant on this plan has them switched on." in review


def test_an_edit_that_changes_nothing_says_so(ada: Visitor):
    review = ask(ada)
    assert "Nothing would change" in review
    assert review.soup.select("button[name=confirmed]") == []


def test_a_plan_is_added_like_another_one(ada: Visitor):
    page = ada.visit("/plans/new?like=pro")
    assert page.one("#ceilings_max_users")["value"] == "50"
    assert ada.post("/plans/new", data=page.values(FORM)).status == 422
    sent = ada.post("/plans/new", data=sent_by(page) | {"key": "team", "label": "Team", "hundredths": "0.0775"})
    assert (sent.status, saved("team").prices[0].hundredths) == (303, 775)
    assert ada.get("/plans/new?like=nothing").status == 404


def test_prices_begin_on_a_day_and_are_withdrawn(ada: Visitor):
    day = now().date() + timedelta(days=7)
    page = ada.visit(f"{STARTER}/price")
    assert "It concerns all 2 tenants on the Starter plan" in page
    values = page.values("#price-form")
    assert ada.post(f"{STARTER}/price", data=values | {"since": "soon", "hundredths": "0,12"}).status == 422
    wrong = ada.post(f"{STARTER}/price", data=values | {"since": "2020-01-01", "hundredths": "0.12"})
    assert (wrong.status, "the past keeps its prices" in wrong) == (422, True)
    assert ada.post(f"{STARTER}/price", data=values | {"since": str(day), "hundredths": "0.12"}).status == 303
    page = ada.visit(STARTER)
    assert "$0.12 Later" in page
    token = {"csrf_token": values["csrf_token"]}
    assert ada.post(f"{STARTER}/price/{day}/withdraw", data=token).status == 303
    assert ada.post(f"{STARTER}/price/{day}/withdraw", data=token).status == 404
    assert ada.post(f"{STARTER}/price/2026-01-01/withdraw", data=token).status == 409
    assert ada.post(f"{STARTER}/price/soon/withdraw", data=token).status == 404


def test_a_plan_is_retired_and_offered_again(ada: Visitor, cast: Cast):
    tenants.change_tenant(system(), cast.acme, tenant_change(billing_plan="pro"))
    page = ada.visit("/plans/pro/retire")
    assert "1 tenant keeps it" in page
    assert ada.post("/plans/pro/retire", data=page.values("#retire-form")).status == 303
    page = ada.visit("/plans/pro")
    assert "nobody new may choose it" in page
    assert ada.post("/plans/pro/retire", data={"csrf_token": page.values(FORM)["csrf_token"]}).status == 409
    assert ada.post("/plans/pro/offer", data=page.values("main .banner form")).status == 303
    assert saved("pro").offered
    answer = ada.api("PATCH", f"/tenants/{cast.globex.id}", ada.token("otto"), json={"billing_plan": "pro"})
    assert answer.status == 200


def test_the_api_says_that_a_plan_is_retired(ada: Visitor, cast: Cast):
    actions.retire_plan(system(), plan("pro"))
    answer = ada.api("PATCH", f"/tenants/{cast.globex.id}", ada.token("otto"), json={"billing_plan": "pro"})
    assert (answer.status, answer.json["errors"][0]["loc"]) == (422, ["body", "billing_plan"])
    assert "not offered any more" in answer.json["errors"][0]["msg"]
    assert 'value="pro"' not in ada.visit("/tenants/new").text


@pytest.mark.parametrize("key", ["nothing", "%00", "a b"])
def test_what_is_no_plan_is_not_found(ada: Visitor, key: str):
    for path in (f"/plans/{key}", f"/plans/{key}/price", f"/plans/{key}/retire"):
        assert ada.get(path).status == 404
