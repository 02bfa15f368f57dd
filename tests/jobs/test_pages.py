"""The page of daily work: what ran, what came of it, and running it now."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from portal.foundation.clock import now
from portal.foundation.database import unit_of_work
from portal.foundation.permissions import Actor
from portal.jobs.declaring import Declared, Every
from portal.mail.actions import write
from portal.mail.limits import Kind
from tests.cast import Cast
from tests.client import Visitor
from tests.jobs.conftest import Run, row_of


@pytest.fixture
def ada(cast: Cast, client: Visitor) -> Visitor:
    """An administrator."""
    return client.sign_in("ada")


def test_before_a_worker_has_begun_it_says_so(ada: Visitor) -> None:
    page = ada.visit("/jobs")
    assert "No worker seems to run." in page
    assert "Start one: portal worker" in page
    assert page.one(".side-nav a[href='/jobs']")["aria-current"] == "page"
    answer = ada.submit("/jobs", {}, selector="#job-end_suspensions form")
    assert answer.status == 404
    assert "No worker has begun yet" in answer


def test_what_ran_is_shown_and_can_be_run_now(ada: Visitor, run: Run) -> None:
    run()
    page = ada.visit("/jobs")
    assert "No worker seems to run." not in page
    words = page.one("#job-end_suspensions").get_text(" ", strip=True)
    assert "Every minute" in words
    assert "Nothing to do" in words
    page = ada.submit("/jobs", {}, selector="#job-forget_sessions form", follow_redirects=True)
    assert "“Forget sessions” runs in a moment." in page
    assert row_of("forget_sessions").due_at <= now()
    activity = ada.visit("/activity?event=job.asked_for")
    assert "had the job" in activity
    assert "forget sessions" in activity


def test_a_failure_stands_there(ada: Visitor, run: Run) -> None:
    def breaks(_: Actor) -> None:
        raise RuntimeError("out of <ink>")

    run(Declared("end_suspensions", "Breaks.", Every(1), breaks))
    words = ada.visit("/jobs").one("#job-end_suspensions").get_text(" ", strip=True)
    assert "Failed" in words
    assert "RuntimeError: out of <ink>" in words


def test_work_that_is_late_is_noticed(ada: Visitor, run: Run) -> None:
    run()
    with time_machine.travel(now() + timedelta(minutes=30)):
        assert "No worker seems to run." in ada.visit("/jobs")


def test_mail_that_waits_is_counted_there(ada: Visitor) -> None:
    with unit_of_work():
        write(Kind.TENANT_DEACTIVATED, "x@example.com", {"tenant": "Acme", "slug": "acme"})
    page = ada.visit("/jobs")
    assert "1 message waits to be sent. 0 were given up within a week." in page
    assert "x@example.com" not in page


@pytest.mark.parametrize("name", ["sam", "olive", "dev"])
def test_nobody_else_sees_it(cast: Cast, client: Visitor, name: str) -> None:
    client.sign_in(name)
    assert client.get("/jobs").status == 403
    assert not client.visit("/tenants" if name != "olive" else "/tenants/acme").soup.select("a[href='/jobs']")
