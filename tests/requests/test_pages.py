"""Asking on the tenant's pages, answering on the platform's."""

from __future__ import annotations

import pytest

from portal.foundation.ids import new_id
from portal.foundation.permissions import system
from portal.requests import actions
from portal.requests.drafts import Declined, LimitAsked
from portal.requests.models import Request
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import add_plan, make_tenant, tenant_change

LIMITS, PLAN = "/tenants/acme/settings/limits", "/tenants/acme/settings/plan"
ASK = "#ask-form"


def asked(tenant: Tenant, value: int = 80, limit: str = "max_users") -> Request:
    return actions.ask_for_limit(system(), tenant, LimitAsked(limit=limit, value=value, reason="A team joins"))


def token(visitor: Visitor) -> dict[str, str]:
    return {"csrf_token": visitor.visit("/tenants/acme").one("form[action='/logout'] [name=csrf_token]")["value"]}


def test_what_is_refused_above_the_ceiling_can_be_asked_for(cast: Cast, client: Visitor):
    page = client.sign_in("olive").submit(LIMITS, {"max_users": "80", "max_projects": "11", "max_workspaces": "x"})
    assert page.status == 422
    links = {link.text: link["href"] for link in page.soup.select("main .banner a")}
    assert links == {
        "Ask for 80 users": "/tenants/acme/ask/limit?limit=max_users&value=80",
        "Ask for 11 projects": "/tenants/acme/ask/limit?limit=max_projects&value=11",
    }
    form = client.visit(links["Ask for 80 users"])
    assert form.values(ASK)["limit"] == "max_users"
    assert form.values(ASK)["value"] == "80"
    assert "There are 10 now; the plan goes up to 15" in form
    sent = client.post("/tenants/acme/ask/limit", data=form.values(ASK) | {"reason": " A team \r\n joins "})
    assert (sent.status, sent.headers["Location"]) == (303, LIMITS)
    section = client.visit(LIMITS)
    assert "Users: 80 Waits for an answer asked by olive" in section
    assert "“ A team joins ”" in section


def test_administrators_are_not_told_to_ask(cast: Cast, client: Visitor):
    page = client.sign_in("ada").submit(LIMITS, {"max_agents": "1001"})
    assert (page.status, "Ask for" in page) == (422, False)
    assert "Ask for more" not in client.visit(LIMITS)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"value": "", "reason": ""}, "How many is needed"),
        ({"value": "lots", "reason": "x"}, "How many is a whole number in digits"),
        ({"value": "9" * 30, "reason": "x"}, "too many"),
        ({"value": "80", "reason": "  "}, "Why is needed"),
        ({"value": "80", "reason": "x" * 501}, "this has 501"),
        ({"value": "12", "reason": "x"}, "Set this yourself"),
        ({"limit": "name", "value": "80", "reason": "x"}, "Choose one of the values"),
    ],
)
def test_what_cannot_be_asked_comes_back_as_it_was_typed(cast: Cast, client: Visitor, given: dict, words: str):
    page = client.sign_in("olive").submit("/tenants/acme/ask/limit", {"limit": "max_users", **given}, selector=ASK)
    assert (page.status, words in page) == (422, True)
    assert page.one("#value")["value"] == given["value"]


def test_asking_twice_is_told_so(cast: Cast, client: Visitor):
    asked(cast.acme)
    given = {"limit": "max_users", "value": "90", "reason": "More"}
    page = client.sign_in("olive").submit("/tenants/acme/ask/limit", given, selector=ASK)
    assert (page.status, "waits for an answer" in page) == (409, True)


def test_a_plan_on_request_is_asked_for_and_read_by_the_owner(cast: Cast, client: Visitor):
    add_plan("tailored", on_request=True)
    page = client.sign_in("olive").visit(PLAN)
    (link,) = [
        each["href"] for each in page.one(".plans").select("a.button") if each.text.strip() == "Ask for Tailored"
    ]
    assert client.submit(link, {"reason": "It fits"}, selector=ASK).status == 303
    assert "Plan: Tailored Waits for an answer" in client.visit(PLAN)
    assert "Withdraw" in client.visit(PLAN)
    assert "Withdraw" not in Visitor(client.app).sign_in("max").visit(PLAN)


def test_where_obstacles_stand_in_an_owners_way_there_is_asking(cast: Cast, client: Visitor):
    tenants.change_tenant(system(), cast.acme, tenant_change(max_users=15))
    page = client.sign_in("olive").visit(f"{PLAN}?to=free")
    assert page.soup.select_one("#plan-form .form-foot a")["href"] == "/tenants/acme/ask/plan?plan=free"


def test_a_request_is_withdrawn(cast: Cast, client: Visitor):
    request = asked(cast.acme)
    page = client.sign_in("olive").visit(LIMITS)
    assert client.post(f"/tenants/acme/requests/{request.id}/withdraw", data=page.values(".asked form")).status == 303
    assert "Withdrawn" in client.visit("/tenants/acme/requests")
    assert "Asked for" not in client.visit(LIMITS)
    assert client.post(f"/tenants/acme/requests/{request.id}/withdraw", data=token(client)).status == 409


class TestTheQueue:
    @pytest.fixture
    def ada(self, cast: Cast, client: Visitor) -> Visitor:
        return client.sign_in("ada")

    def test_it_shows_who_waits_and_is_answered_with_one_click(self, cast: Cast, ada: Visitor):
        request = asked(cast.acme)
        page = ada.visit("/requests")
        assert "Acme Corp Users: 80 10 A team joins" in page
        assert "Users: 80" in ada.visit("/tenants/acme")
        sent = ada.post(f"/requests/{request.id}/grant", data=page.values("tbody form"))
        assert (sent.status, sent.headers["Location"]) == (303, "/requests")
        assert "Granted: Acme Corp has Users: 80." in ada.visit("/requests")
        assert "Nobody waits" in ada.visit("/requests")
        assert "Granted by ada" in ada.visit("/requests?state=")
        assert "Users: 80 Granted" in Visitor(ada.app).sign_in("olive").visit(LIMITS)

    def test_declining_asks_for_a_reason_which_the_owner_reads(self, cast: Cast, ada: Visitor):
        request = asked(cast.acme)
        where, form = f"/requests/{request.id}", "#decline-form"
        page = ada.submit(where, {"answer": " "}, selector=form)
        assert (page.status, "Reason is needed." in page) == (422, True)
        assert ada.submit(where, {"answer": "Not before March"}, selector=form).status == 303
        assert "Declined" in ada.visit(where)
        assert "“ Not before March ”" in Visitor(ada.app).sign_in("vera").visit(LIMITS)

    def test_what_is_answered_already_says_so(self, cast: Cast, ada: Visitor):
        request = asked(cast.acme)
        actions.decline_request(cast.actor(cast.ada), cast.acme, request.id, Declined(answer="No"))
        for verb, more in (("grant", {}), ("decline", {"answer": "No"})):
            page = ada.post(f"/requests/{request.id}/{verb}", data=token(ada) | more)
            assert (page.status, "This request was declined already, by ada." in page) == (409, True)

    def test_what_cannot_be_granted_any_more_says_so(self, cast: Cast, ada: Visitor):
        request = asked(cast.acme)
        tenants.change_tenant(system(), cast.acme, tenant_change(max_users=100))
        assert "there are 100 already" in ada.visit("/requests")
        assert ada.visit("/requests").soup.select("tbody form") == []
        page = ada.post(f"/requests/{request.id}/grant", data=token(ada))
        assert (page.status, "nothing is left to grant" in page) == (409, True)

    def test_one_whose_tenant_is_deleted_says_so(self, cast: Cast, ada: Visitor):
        page = ada.get(f"/requests/{new_id()}")
        assert (page.status, "Its tenant may have been deleted" in page) == (404, True)

    def test_a_term_finds_who_waits(self, cast: Cast, ada: Visitor):
        asked(cast.acme)
        page = ada.visit("/tenants?q=request:open")
        assert ("Acme Corp" in page, "Globex" in page) == (True, False)

    def test_pages_and_states_are_in_the_address(self, cast: Cast, ada: Visitor):
        for number in range(3):
            asked(make_tenant(f"Initech {number}"))
        page = ada.visit("/requests?limit=2")
        assert "1–2 of 3" in page
        assert "3–3 of 3" in ada.visit(str(page.one("#page-next")["href"]))
        assert "There are fewer requests" in ada.visit("/requests?offset=100")
        assert ada.get("/requests?state=lost&limit=no&offset=-1").status == 422
