"""A batch of finished calls: each line judged by itself, each stored once whatever is sent again."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal.foundation.database import db
from portal.usage import batch
from portal.usage.models import Call, Recording
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.usage.conftest import Platform

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def line(tenant: Any, call_id: str = "b-1", **fields: Any) -> dict[str, Any]:
    """A call of yesterday that lasted a minute."""
    return {
        "tenant_id": str(tenant.id), "call_id": call_id, "started_at": "2026-03-09T12:00:00Z", "status": "completed",
        "duration_seconds": 60, **fields,
    }  # fmt: skip


def send(visitor: Visitor, token: str, *lines: Any, **headers: str) -> Page:
    body = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines).encode()
    if headers.get("encoding") == "gzip":
        return visitor.api(
            "POST", "/usage/batch", token, data=gzip.compress(body), headers={**NDJSON, "Content-Encoding": "gzip"}
        )
    return visitor.api("POST", "/usage/batch", token, data=body, headers=NDJSON)


def counts(page: Page) -> tuple[int, ...]:
    assert page.status in {200, 207}, page.text
    return tuple(page.json[word] for word in ("new", "ended", "repeated", "refused"))


def test_finished_calls_are_stored_and_counted(platform: Platform, client: Visitor):
    page = send(client, platform.token, line(platform.tenant, "b-1", sentiment_score=0.5, recording_bytes=9, to="+1"),
                line(platform.tenant, "b-2", status="failed", duration_seconds=10, agent_id="a"), "")  # fmt: skip
    assert (page.status, counts(page), page.json["errors"]) == (200, (2, 0, 0, 0), [])
    day = platform.day(date(2026, 3, 9))
    assert (day.calls, day.completed, day.failed, day.seconds, day.cents, day.sentiment_sum) == (
        2, 1, 1, 70, 11, 500_000)  # fmt: skip
    assert day.peak_concurrent == 0  # of live admissions alone
    standing = platform.standing()
    assert (standing.calls, standing.cents, standing.last_call_at) == (2, 11, datetime(2026, 3, 9, 12, tzinfo=UTC))
    stored = platform.stored("b-1")
    assert (stored.callee, stored.ended_at) == ("+1", datetime(2026, 3, 9, 12, 1, tzinfo=UTC))
    assert db.session.scalar(select(Recording.size_bytes)) == 9


def test_whatever_is_sent_again_is_stored_once(platform: Platform, client: Visitor):
    first, other = line(platform.tenant, "b-1"), line(platform.tenant, "b-1", duration_seconds=999)
    assert counts(send(client, platform.token, first, first, other)) == (1, 0, 2, 0)
    assert counts(send(client, platform.token, other, first)) == (0, 0, 2, 0)
    assert (platform.day(date(2026, 3, 9)).calls, platform.day(date(2026, 3, 9)).seconds) == (1, 60)


def test_a_call_that_runs_is_ended_by_its_line(platform: Platform, client: Visitor, at_noon: Any):
    platform.start("live")
    at_noon.shift(60)
    page = send(client, platform.token, line(platform.tenant, "live", started_at="2026-03-10T12:00:00Z"))
    assert counts(page) == (0, 1, 0, 0)
    day = platform.day(NOW.date())
    assert (day.calls, day.completed, day.seconds, day.cents) == (1, 1, 60, 9)
    assert platform.end("live", duration_seconds=60).status == 200


def test_facts_are_not_refused_by_limits(platform: Platform, client: Visitor):
    platform.allow(monthly_call_limit=0, max_minutes_per_month=0)
    assert counts(send(client, platform.token, line(platform.tenant))) == (1, 0, 0, 0)


def test_wrong_lines_are_named_and_the_rest_is_stored(platform: Platform, cast: Cast, client: Visitor):
    acme = platform.tenant
    page = send(client, platform.token, line(acme, "ok-1"), "{not json", line(acme, "x y"), "",
                line(acme, "old", started_at="2025-12-09T23:59:59Z"),
                line(acme, "ahead", started_at="2026-03-10T12:05:01Z"),
                line(acme, "odd", nonsense=1), line(cast.globex, "theirs"), line(acme, "active", status="active"),
                line(acme, "long", ended_at="2026-03-09T12:00:30Z"), "[]", line(acme, "ok-2"))  # fmt: skip
    assert (page.status, counts(page)) == (207, (2, 0, 0, 9))
    assert [(error["line"], error["field"], error["reason"]) for error in page.json["errors"]] == [
        (2, None, "json_invalid"), (3, "call_id", "string_pattern_mismatch"), (5, "started_at", "too_old"),
        (6, "started_at", "future"), (7, "nonsense", "extra_forbidden"), (8, "tenant_id", "not_found"),
        (9, "status", "enum"), (10, "duration_seconds", "too_long"), (11, None, "model_type"),
    ]  # fmt: skip
    assert all(error["msg"].endswith(".") for error in page.json["errors"])


@pytest.mark.parametrize(("who", "reason"), [("vera", "forbidden"), ("sam", "forbidden"), ("otto", "not_found")])
def test_each_line_is_judged_by_its_tenant(cast: Cast, client: Visitor, who: str, reason: str):
    page = send(client, client.token(who), line(cast.acme))
    assert (page.status, page.json["errors"][0]["reason"]) == (207, reason)


def test_an_administrator_sends_for_all_tenants(cast: Cast, client: Visitor):
    page = send(client, client.token("ada"), line(cast.acme), line(cast.globex), line(cast.acme, "b-2"))
    assert counts(page) == (3, 0, 0, 0)


def test_no_recording_comes_where_recording_is_off(platform: Platform, client: Visitor):
    platform.allow(recording_enabled=False)
    assert counts(send(client, platform.token, line(platform.tenant, recording_bytes=5))) == (1, 0, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(Recording)) == 0


def test_gzip_is_unpacked_but_never_beyond_the_most(platform: Platform, client: Visitor):
    assert counts(send(client, platform.token, line(platform.tenant), encoding="gzip")) == (1, 0, 0, 0)
    headers = {**NDJSON, "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (16 * 1024 * 1024 + 1))
    two = gzip.compress(json.dumps(line(platform.tenant, "m-1")).encode() + b"\n") + gzip.compress(
        json.dumps(line(platform.tenant, "m-2")).encode()
    )
    answers = [client.api("POST", "/usage/batch", platform.token, data=data, headers=headers)
               for data in (bomb, b"no gzip", bomb[:100], two)]  # fmt: skip
    assert [page.status for page in answers] == [413, 422, 422, 200]
    assert counts(answers[-1]) == (2, 0, 0, 0)


def test_more_than_16_mib_or_10_000_lines_are_too_many(platform: Platform, client: Visitor):
    page = client.api("POST", "/usage/batch", platform.token, data=b" " * (16 * 1024 * 1024 + 1), headers=NDJSON)
    assert (page.status, page.headers["Content-Type"]) == (413, "application/problem+json")
    page = client.api("POST", "/usage/batch", platform.token, data=b"{}\n" * (batch.MOST_LINES + 1), headers=NDJSON)
    assert (page.status, page.json["detail"][0]["type"]) == (422, "too_long")


@pytest.mark.parametrize("headers", [{"Content-Type": "application/json"}, {**NDJSON, "Content-Encoding": "br"}])
def test_another_kind_is_needed(platform: Platform, client: Visitor, headers: dict[str, str]):
    assert client.api("POST", "/usage/batch", platform.token, data=b"{}", headers=headers).status == 415


def test_nothing_is_nothing(platform: Platform, client: Visitor):
    assert counts(send(client, platform.token, "", "")) == (0, 0, 0, 0)


def test_ten_thousand_lines_go_through_in_some_transactions(platform: Platform, client: Visitor):
    lines = [line(platform.tenant, f"b-{number}", started_at=f"2026-03-0{1 + number % 9}T12:00:00Z")
             for number in range(2_500)]  # fmt: skip
    assert counts(send(client, platform.token, *lines)) == (2_500, 0, 0, 0)
    assert counts(send(client, platform.token, *lines)) == (0, 0, 2_500, 0)
    assert db.session.scalar(select(func.count()).select_from(Call)) == platform.standing().calls == 2_500
