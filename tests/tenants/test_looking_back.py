"""Limits being edited: what they would have refused is said at the field, and asked about before it is saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.usage.limits import CallStatus
from portal.usage.models import Call, DailyFigures
from tests.cast import Cast
from tests.client import Page, Visitor

LIMITS = "/tenants/acme/settings/limits"


@pytest.fixture(autouse=True)
def three_at_once(cast: Cast) -> None:
    """Yesterday at noon three of Acme's four calls ran at once."""
    noon = now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    starts = [noon + timedelta(minutes=minute) for minute in (0, 1, 2, 60)]
    with unit_of_work() as session:
        session.add(DailyFigures(tenant_id=cast.acme.id, day=noon.date(), calls=4, peak_concurrent=3))
        session.add_all(
            Call(
                tenant_id=cast.acme.id,
                call_id=f"c-{number}",
                started_at=start,
                ended_at=start + timedelta(minutes=10),
                status=CallStatus.COMPLETED,
            )
            for number, start in enumerate(starts)
        )


def own(cast: Cast, name: str) -> Any:
    db.session.expire_all()
    return getattr(cast.acme, name)


def said_at(page: Page, name: str) -> str:
    return " ".join(page.one(f"#{name}-below").get_text().split())


class TestWhileTyping:
    def test_each_value_is_said_at_its_field(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").get(f"{LIMITS}/looking-back?max_concurrent_calls=2&monthly_call_limit=4")
        assert said_at(page, "max_concurrent_calls") == "1 of the last 30 days’ 4 calls would have been refused."
        assert said_at(page, "monthly_call_limit") == "None of the last 30 days’ 4 calls would have been refused."
        assert page.soup.select("#max_concurrent_calls-below .tone-warn")
        assert not page.soup.select("#monthly_call_limit-below .tone-warn")

    @pytest.mark.parametrize("text", ["10", "", "0", "1001", "9" * 16, "9" * 400, "-1", "two", "١", "%00", "1_0"])
    def test_nothing_is_said_of_what_is_no_new_value(self, cast: Cast, client: Visitor, text: str):
        page = client.sign_in("olive").get(f"{LIMITS}/looking-back?max_concurrent_calls={text}")
        assert (page.status, said_at(page, "max_concurrent_calls")) == (200, "")

    def test_the_form_asks_for_it(self, cast: Cast, client: Visitor, visitor, app):
        page = client.sign_in("olive").visit(LIMITS)
        assert said_at(page, "max_concurrent_calls") == ""
        asking = page.soup.select("[hx-get$='/looking-back']")
        assert [each["name"] for each in asking] == ["max_concurrent_calls", "monthly_call_limit"]
        assert "max_concurrent_calls-below" in asking[0]["aria-describedby"].split()
        assert not visitor(app).sign_in("vera").visit(LIMITS).soup.select("[hx-get$='/looking-back']")


class TestBeforeSaving:
    def test_a_value_that_would_have_refused_calls_is_asked_about(self, cast: Cast, client: Visitor):
        typed = {"max_concurrent_calls": "1", "monthly_call_limit": "3", "max_users": "7"}
        page = client.sign_in("olive").submit(LIMITS, typed)
        assert page.status == 200
        asked = " ".join(page.one(".asks").get_text(" ").split())
        assert "Nothing is saved yet." in asked
        assert "Concurrent calls 1: 2 of the last 30 days’ 4 calls would have been refused." in asked
        assert "Calls a month 3: 1 of the last 30 days’ 4 calls would have been refused." in asked
        assert said_at(page, "max_concurrent_calls").startswith("2 of the last")
        assert page.values("#settings-form").items() >= typed.items()
        assert (own(cast, "max_concurrent_calls"), own(cast, "max_users")) == (None, None)
        answer = page.values("#settings-form") | {"confirmed": str(page.one("#confirmed")["value"])}
        assert client.post(LIMITS, data=answer).status == 303
        assert (own(cast, "max_concurrent_calls"), own(cast, "monthly_call_limit")) == (1, 3)

    def test_a_yes_holds_for_that_value_alone(self, cast: Cast, client: Visitor):
        page = client.sign_in("olive").submit(LIMITS, {"max_concurrent_calls": "2"})
        confirmed = str(page.one("#confirmed")["value"])
        page = client.submit(LIMITS, {"max_concurrent_calls": "1", "confirmed": confirmed})
        assert (page.status, own(cast, "max_concurrent_calls")) == (200, None)
        assert client.submit(LIMITS, {"max_concurrent_calls": "2", "confirmed": confirmed}).status == 303

    def test_what_would_have_refused_none_is_saved_at_once(self, cast: Cast, client: Visitor):
        assert client.sign_in("olive").submit(LIMITS, {"max_concurrent_calls": "3"}).status == 303
        assert own(cast, "max_concurrent_calls") == 3

    def test_a_value_that_stands_is_not_asked_about_again(self, cast: Cast, client: Visitor):
        client.sign_in("ada").submit(LIMITS, {"max_concurrent_calls": "1", "confirmed": "max_concurrent_calls=1"})
        assert client.submit(LIMITS, {"max_users": "7"}).status == 303
        assert (own(cast, "max_concurrent_calls"), own(cast, "max_users")) == (1, 7)

    def test_showing_what_changes_says_it_at_the_field(self, cast: Cast, client: Visitor):
        page = client.sign_in("ada").submit(LIMITS, {"max_concurrent_calls": "2", "review": "yes"})
        assert said_at(page, "max_concurrent_calls") == "1 of the last 30 days’ 4 calls would have been refused."
        assert page.soup.select(".asks") == []

    def test_what_somebody_else_changed_comes_before_the_question(self, cast: Cast, client: Visitor, visitor, app):
        page = client.sign_in("olive").visit(LIMITS)
        assert visitor(app).sign_in("ada").submit(LIMITS, {"max_concurrent_calls": "8"}).status == 303
        sent = client.post(LIMITS, data=page.values("#settings-form") | {"max_concurrent_calls": "1"})
        assert (sent.status, sent.soup.select(".asks")) == (409, [])

    def test_programs_are_not_asked(self, cast: Cast, client: Visitor):
        token = client.token("olive")
        answer = client.api("PATCH", f"/tenants/{cast.acme.id}", token, json={"max_concurrent_calls": 1})
        assert answer.status == 200


def test_a_smaller_plan_says_it_before_it_is_changed(cast: Cast, client: Visitor):
    client.sign_in("ada").submit(LIMITS, {"max_concurrent_calls": "2", "confirmed": "max_concurrent_calls=2"})
    page = client.visit("/tenants/acme/settings/plan?to=free")
    assert "In the last days." not in page
    client.submit(LIMITS, {"max_concurrent_calls": ""})
    page = client.visit("/tenants/acme/settings/plan?to=free")
    assert "Concurrent calls 2: 1 of the last 30 days’ 4 calls would have been refused." in page
