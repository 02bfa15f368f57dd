"""Replacing a webhook's secret, and the last event of a tenant, which no secret outlives."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from portal.foundation.audit import AuditRecord
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid
from portal.foundation.permissions import system
from portal.foundation.vault import DataKey, TenantSecret, vault
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.models import Delivery
from portal.webhooks.signing import PREVIOUS, SECRET
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import tenant_change
from tests.webhooks.conftest import announce
from tests.webhooks.receiver import Receiver, Request, in_turn, saying


def verified(secret: str, request: Request) -> bool:
    try:
        Verifier(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


@pytest.fixture
def signed_by(received: Tenant, receiver: Receiver, drain: Callable) -> Callable[..., list[bool]]:
    """Send something and say by which of some secrets it is signed: `signed_by(old, new)`."""

    def ask(*secrets: str) -> list[bool]:
        announce(received)
        drain()
        return [verified(each, receiver.requests[-1]) for each in secrets]

    return ask


def test_both_sign_for_as_long_as_was_chosen(cast: Cast, received: Tenant, signed_by: Callable) -> None:
    old = vault.reveal(received.id, SECRET)
    new = webhooks.rotate_secret(cast.actor(cast.olive), received, 3)
    assert signed_by(old, new) == [True, True]
    with time_machine.travel(now() + timedelta(days=2, hours=23)):
        assert signed_by(old, new) == [True, True]
    with time_machine.travel(now() + timedelta(days=3, hours=1)):
        assert signed_by(old, new) == [False, True]
        assert webhooks.forget_old_secrets(system()) == 1
        assert webhooks.forget_old_secrets(system()) == 0
    assert set(vault.held(received.id)) == {SECRET}


def test_without_an_overlap_the_old_one_stops_at_once(cast: Cast, received: Tenant, signed_by: Callable) -> None:
    old = vault.reveal(received.id, SECRET)
    new = webhooks.rotate_secret(cast.actor(cast.olive), received, 0)
    assert signed_by(old, new) == [False, True]
    assert set(vault.held(received.id)) == {SECRET}


def test_the_old_one_can_be_stopped_now(cast: Cast, received: Tenant, signed_by: Callable) -> None:
    old = vault.reveal(received.id, SECRET)
    olive = cast.actor(cast.olive)
    new = webhooks.rotate_secret(olive, received, 7)
    webhooks.revoke_previous_secret(olive, received)
    assert signed_by(old, new) == [False, True]
    with pytest.raises(Conflict, match="No older secret"):
        webhooks.revoke_previous_secret(olive, received)


def test_a_second_replacement_within_the_overlap_asks(cast: Cast, received: Tenant, signed_by: Callable) -> None:
    olive = cast.actor(cast.olive)
    first = vault.reveal(received.id, SECRET)
    second = webhooks.rotate_secret(olive, received, 7)
    with pytest.raises(Conflict, match="still in use"):
        webhooks.rotate_secret(olive, received, 7)
    assert vault.reveal(received.id, SECRET) == second
    third = webhooks.rotate_secret(olive, received, 7, confirmed=True)
    assert signed_by(first, second, third) == [False, True, True]


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (7, True), (8, False)])
def test_the_overlap_goes_from_0_to_7_days(cast: Cast, received: Tenant, days: int, allowed: bool) -> None:
    if allowed:
        assert webhooks.rotate_secret(cast.actor(cast.olive), received, days)
    else:
        with pytest.raises(Invalid, match="0 to 7 days"):
            webhooks.rotate_secret(cast.actor(cast.olive), received, days)


def test_no_record_and_no_row_holds_a_secret_in_clear(cast: Cast, received: Tenant, signed_by: Callable) -> None:
    old = vault.reveal(received.id, SECRET) or ""
    new = webhooks.rotate_secret(cast.actor(cast.olive), received, 3)
    signed_by(old, new)
    records = [json.dumps(changes) for changes in db.session.scalars(select(AuditRecord.changes))]
    sent = [json.dumps(data) for data in db.session.scalars(select(Delivery.data))]
    sealed = [row.ciphertext.decode("latin-1") for row in db.session.scalars(select(TenantSecret))]
    for secret in (old, new):
        assert secret.removeprefix("whsec_") not in "".join([*records, *sent, *sealed])


def test_with_the_address_both_go(cast: Cast, received: Tenant) -> None:
    webhooks.rotate_secret(cast.actor(cast.olive), received, 3)
    assert set(vault.held(received.id)) == {SECRET, PREVIOUS}
    tenants.change_tenant(system(), received, tenant_change(webhook_url=None))
    assert set(vault.held(received.id)) == set()
    with pytest.raises(Conflict, match="no webhook"):
        webhooks.rotate_secret(cast.actor(cast.olive), received, 3)


def test_the_last_event_outlives_the_tenant_and_no_secret_does(
    received: Tenant, receiver: Receiver, drain: Callable
) -> None:
    secret, tenant_id = vault.reveal(received.id, SECRET) or "", str(received.id)
    announce(received)
    tenants.delete_tenant(system(), received, received.slug)
    for table in (DataKey, TenantSecret):
        assert db.session.scalar(select(func.count()).select_from(table).filter_by(tenant_id=received.id)) == 0
    (row,) = db.session.scalars(select(Delivery)).all()
    assert secret.removeprefix("whsec_") not in json.dumps(row.farewell)
    drain()
    (request,) = receiver.requests
    body = Verifier(secret).verify(request.body, request.headers)
    assert (body["type"], body["data"]["tenant_id"]) == ("tenant.deleted", tenant_id)
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_the_last_event_is_tried_again_with_signatures_that_hold(
    received: Tenant, receiver: Receiver, drain: Callable
) -> None:
    secret = vault.reveal(received.id, SECRET) or ""
    receiver.answer = in_turn(*[saying(500)] * 7, saying(200))
    tenants.delete_tenant(system(), received, received.slug)
    for hours in (0, 0.1, 0.3, 1, 4, 10, 22, 34):
        with time_machine.travel(now() + timedelta(hours=hours)):
            drain()
            assert verified(secret, receiver.requests[-1])  # the package refuses what is older than five minutes
    assert len(receiver.requests) == 8
    assert len(set(receiver.ids())) == 1
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_the_last_event_is_given_up_too(received: Tenant, receiver: Receiver, drain: Callable) -> None:
    receiver.answer = saying(500)
    tenants.delete_tenant(system(), received, received.slug)
    for hours in (0, 0.1, 0.3, 1, 4, 10, 22, 34, 50):
        drain(later=hours * 3600)
    assert len(receiver.requests) == 8
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_who_was_switched_off_hears_nothing_of_the_end(
    cast: Cast, received: Tenant, receiver: Receiver, drain: Callable
) -> None:
    webhooks.switch_off_webhook(system(), received, "It failed.")
    tenants.delete_tenant(system(), received, received.slug)
    drain()
    assert receiver.requests == []


def test_who_was_paused_does(cast: Cast, received: Tenant, receiver: Receiver, drain: Callable) -> None:
    webhooks.pause_webhook(cast.actor(cast.olive), received)
    tenants.delete_tenant(system(), received, received.slug)
    drain()
    assert len(receiver.requests) == 1


def test_without_the_master_key_a_test_says_so(received: Tenant, client: Visitor) -> None:
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        connection.execute(update(DataKey.__table__).values(master_key="0" * 16))
    db.session.rollback()
    page = client.sign_in("ada").submit(
        f"/tenants/{received.slug}/deliveries", {}, selector="form[action$='/webhook/test']"
    )
    assert page.status == 503
    assert "A key is missing" in page
