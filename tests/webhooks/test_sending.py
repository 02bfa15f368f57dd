"""What is sent: signed as Standard Webhooks has it, once where all goes well, and again where it does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from portal.foundation import audit
from portal.foundation.audit import Event
from portal.foundation.clock import now, rfc3339
from portal.foundation.database import unit_of_work
from portal.foundation.permissions import system
from portal.foundation.vault import vault
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks.signing import SECRET
from tests.cast import Cast
from tests.tenants.making import tenant_change
from tests.webhooks.conftest import announce, set_webhook
from tests.webhooks.receiver import Receiver, in_turn, saying

WAITS = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]


def secret_of(tenant: Tenant) -> str:
    return vault.reveal(tenant.id, "webhook_secret") or ""


def test_what_arrives_is_verified_by_the_package(
    received: Tenant, receiver: Receiver, drain: Callable, told: Callable
) -> None:
    (sent_id,) = announce(received)
    drain()
    (request,) = receiver.requests
    body = Webhook(secret_of(received)).verify(request.body, request.headers)
    (row,) = told(received)
    happened = rfc3339(row.occurred_at)
    assert body == {
        "type": "call.refused", "timestamp": happened, "occurred_at": happened, "sequence": row.sequence,
        "data": {"tenant_id": str(received.id), "call_id": "call-0"},
    }  # fmt: skip
    assert request.line == "POST /in HTTP/1.1"
    assert request.headers["webhook-id"] == sent_id == str(row.id)
    assert request.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(received)).verify(request.body + b" ", request.headers)


def test_the_signature_is_the_hmac_of_id_timestamp_and_body(
    received: Tenant, receiver: Receiver, drain: Callable
) -> None:
    announce(received)
    drain()
    (request,) = receiver.requests
    key = base64.b64decode(secret_of(received).removeprefix("whsec_"))
    signed = b".".join(
        [request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body]
    )
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{digest}"
    assert abs(int(request.headers["webhook-timestamp"]) - now().timestamp()) < 60


def test_what_was_taken_is_not_sent_again(
    received: Tenant, receiver: Receiver, drain: Callable, told: Callable, attempts: Callable
) -> None:
    ids = announce(received, 30)
    drain()
    drain(later=3600)
    assert sorted(receiver.ids()) == sorted(ids)
    assert {(row.state, row.attempts, row.last_status, row.due_at) for row in told(received)} == {
        ("succeeded", 1, 200, None)
    }
    (attempt,) = attempts(UUID(ids[0]))
    assert (attempt.number, attempt.status, attempt.answer, attempt.error) == (1, 200, "thanks", None)
    assert attempt.url == receiver.url


def test_what_failed_is_tried_again_by_the_schedule_and_then_given_up(
    received: Tenant, receiver: Receiver, drain: Callable, told: Callable, attempts: Callable
) -> None:
    receiver.answer = saying(500, b"oops")
    (sent,) = announce(received)
    elapsed = 0.0
    for wait in WAITS:
        drain(later=elapsed)
        (row,) = told(received)
        assert row.state == "pending"
        waited = (row.due_at - now()).total_seconds() - elapsed
        assert wait * 0.98 <= waited + 30
        assert waited <= wait * 1.1 + 30
        elapsed += waited + 60
    drain(later=elapsed)
    (row,) = told(received)
    assert (row.state, row.attempts, row.due_at) == ("failed", 8, None)
    assert receiver.ids() == [sent] * 8
    stamps = [int(request.headers["webhook-timestamp"]) for request in receiver.requests]
    assert stamps == sorted(set(stamps))
    assert [each.error for each in attempts(row.id)] == ["The receiver answered 500."] * 8


def test_a_failure_that_passes_is_forgotten(
    received: Tenant, receiver: Receiver, drain: Callable, told: Callable
) -> None:
    receiver.answer = in_turn(saying(503), saying(204))
    announce(received)
    drain()
    drain(later=60)
    (row,) = told(received)
    assert (row.state, row.attempts, row.last_status) == ("succeeded", 2, 204)


@pytest.mark.parametrize(("asked", "waits"), [("600", 600), ("0", 5), ("soon", 5), ("99999999", 36_000)])
def test_who_says_when_to_come_again_is_heard_within_bounds(
    received: Tenant, receiver: Receiver, drain: Callable, told: Callable, asked: str, waits: int
) -> None:
    receiver.answer = saying(429, Retry_After=asked)
    announce(received)
    drain()
    (row,) = told(received)
    assert abs((row.due_at - now()).total_seconds() - waits) < 60


def test_a_date_says_it_too(received: Tenant, receiver: Receiver, drain: Callable, told: Callable) -> None:
    from email.utils import format_datetime

    receiver.answer = saying(503, Retry_After=format_datetime(now() + timedelta(hours=1)))
    announce(received)
    drain()
    (row,) = told(received)
    assert abs((row.due_at - now()).total_seconds() - 3600) < 60


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(
    received: Tenant, receiver: Receiver, drain: Callable, attempts: Callable, status: int
) -> None:
    with Receiver() as elsewhere:
        receiver.answer = saying(status, Location=elsewhere.url)
        (sent,) = announce(received)
        drain()
        assert elsewhere.requests == []
    assert "Redirects are not followed" in attempts(UUID(sent))[0].error


def test_an_address_that_was_taken_away_drops_what_waits(
    received: Tenant, receiver: Receiver, drain: Callable, told: Callable
) -> None:
    announce(received)
    tenants.change_tenant(system(), received, tenant_change(webhook_url=None))
    drain()
    assert [row.state for row in told(received)] == ["dropped"]
    assert receiver.requests == []


def test_a_new_address_gets_what_waits(received: Tenant, receiver: Receiver, drain: Callable) -> None:
    sent = announce(received)
    with Receiver() as other:
        tenants.change_tenant(system(), received, tenant_change(webhook_url=other.url))
        drain()
        assert set(sent) <= set(other.ids())
    assert receiver.requests == []


def test_the_environment_s_proxies_are_not_used(
    received: Tenant, receiver: Receiver, drain: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://localhost:{proxy.port}")
        announce(received)
        drain()
        assert (len(receiver.requests), proxy.requests) == (1, [])


def test_a_secret_that_is_no_base64_is_said(
    received: Tenant, drain: Callable, told: Callable, attempts: Callable
) -> None:
    # One from before such secrets were refused.
    with unit_of_work():
        vault.put(received.id, SECRET, "whsec_" + "a" * 25, "olive")
        audit.record(system(), Event.TENANT_UPDATED, received, tenant=received, changes={SECRET: audit.SECRET})
    announce(received)
    drain()
    assert "not base64" in attempts(told(received)[-1].id)[0].error


def test_a_name_that_is_not_found_is_said(cast: Cast, drain: Callable, told: Callable, attempts: Callable) -> None:
    set_webhook(cast.acme, "https://hooks.acme.example/in")
    announce(cast.acme)
    drain()
    (attempt,) = attempts(told(cast.acme)[0].id)
    assert (attempt.status, attempt.error) == (None, "The host’s name could not be found.")


def test_umlauts_in_the_path_arrive_as_they_must(cast: Cast, receiver: Receiver, drain: Callable) -> None:
    receiver.path = "/größe?ä=1&b=%20"
    set_webhook(cast.acme, receiver.url)
    announce(cast.acme)
    drain()
    assert receiver.requests[0].line == "POST /gr%C3%B6%C3%9Fe?%C3%A4=1&b=%20 HTTP/1.1"
    assert json.loads(receiver.requests[0].body)["type"] == "call.refused"
