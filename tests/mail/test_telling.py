"""Who is told what: owners and the billing address, nobody at an address that is not confirmed, little under HIPAA."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.accounts import actions as accounts
from portal.accounts.drafts import SignUp
from portal.foundation.clock import now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import ANONYMOUS, MembershipRole, system
from portal.mail import actions as mail
from portal.mail.actions import sending
from portal.mail.limits import Kind, State
from portal.mail.models import Message
from portal.mail.wording import PLACES
from portal.members import actions as members
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import PASSPHRASE
from tests.mail.conftest import Serve, outbox
from tests.tenants.making import tenant_change

Deliver = Callable[..., None]


def told() -> list[tuple[str, str]]:
    """What was written, to whom, since this was asked last."""
    found = sorted((Kind(each.kind).value, each.to_address) for each in outbox())
    with unit_of_work() as session:
        session.query(Message).delete()
    return found


def suspend(tenant: Tenant, **terms: object) -> None:
    tenants.suspend_tenant(system(), tenant, Suspension.read({"reason": "An invoice is overdue", **terms}))


def test_owner_and_billing_address_are_told_of_every_turn(cast: Cast) -> None:
    tenants.change_tenant(system(), cast.acme, tenant_change(billing_email="bills@acme.example"))
    both = ("bills@acme.example", "olive@example.com")
    suspend(cast.acme)
    assert told() == [("tenant_suspended", each) for each in both]
    tenants.resume_tenant(system(), cast.acme)
    assert told() == [("tenant_resumed", each) for each in both]
    tenants.deactivate_tenant(system(), cast.acme)
    assert told() == [("tenant_deactivated", each) for each in both]
    tenants.restore_tenant(system(), cast.acme)
    assert told() == [("tenant_restored", each) for each in both]
    suspend(cast.acme, until=now() + timedelta(hours=1))
    told()
    with time_machine.travel(now() + timedelta(hours=2)):
        tenants.end_suspensions(system())
    assert told() == [("tenant_resumed", each) for each in both]


def test_everybody_who_belonged_to_a_deleted_tenant_is_told_after_it_is_gone(
    cast: Cast, mail_server: Serve, deliver: Deliver
) -> None:
    tenants.change_tenant(system(), cast.acme, tenant_change(billing_email="bills@acme.example"))
    tenants.delete_tenant(system(), cast.acme, "acme")
    postbox, server = mail_server()
    deliver(server)
    found = sorted(envelope.rcpt_tos[0] for envelope, _ in postbox.letters)
    assert found == ["bills@acme.example", "max@example.com", "olive@example.com", "vera@example.com"]
    text = postbox.messages[0].get_body(("plain",)).get_content()
    assert "Acme Corp was deleted for good" in text
    assert "/tenants/acme" not in text


def test_the_same_address_is_told_once(cast: Cast) -> None:
    tenants.change_tenant(system(), cast.acme, tenant_change(billing_email="Olive@Example.com"))
    suspend(cast.acme)
    assert told() == [("tenant_suspended", "olive@example.com")]


def test_an_address_that_nobody_confirmed_is_told_nothing_but_how_to(app: Flask) -> None:
    user = accounts.sign_up(ANONYMOUS, SignUp.read(
        {"username": "newcomer", "email": "new@example.com", "password": PASSPHRASE, "role": "business"}))  # fmt: skip
    assert told() == [("confirm_address", "new@example.com")]
    tenant = db.session.get_one(Tenant, user.owner_id)
    tenants.change_tenant(system(), tenant, tenant_change(billing_email="victim@elsewhere.example"))
    suspend(tenant)
    assert told() == [], "what an unconfirmed owner typed as billing address is told nothing either"


def test_a_member_is_told_of_its_role(cast: Cast) -> None:
    members.add_member(system(), cast.acme, cast.dev, MembershipRole.VIEWER)
    assert told() == [("member_added", "dev@example.com")]


def test_under_hipaa_nothing_that_somebody_wrote_is_told(cast: Cast, mail_server: Serve, deliver: Deliver) -> None:
    tenants.change_tenant(
        system(), cast.acme, tenant_change(billing_plan="enterprise", hipaa_enabled=True)
    )  # fmt: skip
    suspend(cast.acme, reason="Patient Jane Doe complained")
    (message,) = outbox()
    assert "Jane" not in str(message.facts)
    postbox, server = mail_server()
    deliver(server)
    text = postbox.messages[0].get_body(("plain",)).get_content()
    assert "Jane" not in text
    assert "The reason stands on the page of Acme Corp." in text


FACTS: dict[Kind, dict[str, object]] = {
    Kind.TENANT_SUSPENDED: {"reason": "Overdue", "stopped": "calls and SIP", "until": "2027-01-02T03:04:05Z"},
    Kind.TENANT_RESUMED: {"by_itself": True},
    Kind.TENANT_RESTORED: {"suspended": True},
    Kind.WEBHOOK_SWITCHED_OFF: {"reason": "The receiver has only failed for five days."},
    Kind.MEMBER_ADDED: {"username": "olive", "role": "owner", "previous_role": "viewer"},
    Kind.TRIAL_ENDING: {"ends_at": "2027-01-02T03:04:05Z"},
    Kind.TRIAL_ENDED: {"ends_at": "2027-01-02T03:04:05Z"},
    Kind.OVERRIDE_ENDED: {"limits": [{"words": "Agents", "before": 1000, "after": 10}]},
    Kind.LIMIT_THRESHOLD: {"percent": 80, "used": 800, "allowed": 1000, "month": "March 2026"},
    Kind.CALLS_REFUSED: {"refused_for": "concurrent", "allowed": 10, "used": 10},
    Kind.REQUEST_GRANTED: {"wanted": "Concurrent calls: 50"},
    Kind.REQUEST_DECLINED: {"wanted": "Concurrent calls: 50", "reason": "Not before March"},
    Kind.CONFIRM_ADDRESS: {"username": "olive"},
}


OF_ACCOUNTS = {Kind.CONFIRM_ADDRESS, Kind.RESET_PASSWORD, Kind.PASSWORD_CHANGED, Kind.SECOND_FACTOR_CHANGED}
"""What people are told of their accounts, and of no tenant."""


def letters(app: Flask, cast: Cast, kinds: Sequence[Kind], mail_server: Serve, deliver: Deliver) -> list[str]:
    """Send one of each kind; give their words."""
    with unit_of_work():
        for kind in kinds:
            mail.write(kind, "olive@example.com", {"tenant": "Acme", "slug": "acme", **FACTS.get(kind, {})})
    postbox, server = mail_server()
    deliver(server)
    return [f"{each['Subject']}\n{each.get_body(('plain',)).get_content()}" for each in postbox.messages]


def test_every_kind_has_its_words_and_leads_somewhere(
    app: Flask, cast: Cast, mail_server: Serve, deliver: Deliver
) -> None:
    kinds = [kind for kind in Kind if kind not in OF_ACCOUNTS]
    assert set(Kind) - PLACES.keys() == {Kind.TENANT_DELETED}
    found = letters(app, cast, kinds, mail_server, deliver)
    assert len(found) == len(kinds), [each.state for each in outbox()]
    for words in found:
        assert "None" not in words
        assert "{{" not in words
        assert "Acme" in words.splitlines()[0]
        assert ("http://localhost/tenants/acme" in words) or "deleted" in words


@pytest.mark.parametrize(("kind", "facts", "words", "leads"), [
    (Kind.RESET_PASSWORD, {}, "for 30 minutes", "http://localhost/reset/"),
    (Kind.PASSWORD_CHANGED, {"address": "192.0.2.7"}, "from the address 192.0.2.7", "http://localhost/account"),
    (Kind.PASSWORD_CHANGED, {"by_link": True}, "was set anew by a link", "http://localhost/account"),
    (Kind.SECOND_FACTOR_CHANGED, {"what": "added", "factor": "the passkey “Key”"}, "account olive: the passkey “Key”",
     "http://localhost/account"),
    (Kind.SECOND_FACTOR_CHANGED, {"what": "codes"}, "new recovery codes were made", "http://localhost/account"),
])  # fmt: skip
def test_people_are_told_of_their_own_account(
    app: Flask, cast: Cast, kind: Kind, facts: dict, words: str, leads: str, mail_server: Serve, deliver: Deliver
) -> None:
    with unit_of_work():
        mail.write(kind, cast.olive.email, {"username": "olive", **facts}, user=cast.olive)
    postbox, server = mail_server()
    deliver(server)
    (letter,) = postbox.messages
    text = " ".join(letter.get_body(("plain",)).get_content().split())
    assert words in text
    assert leads in text
    assert "None" not in text


def test_a_confirmation_that_is_needed_no_more_is_dropped(cast: Cast, deliver: Deliver, mail_server: Serve) -> None:
    with unit_of_work():
        mail.write(Kind.CONFIRM_ADDRESS, cast.olive.email, {"username": "olive"}, user=cast.olive)
    postbox, server = mail_server()
    deliver(server)
    assert not postbox.letters
    assert outbox()[0].state == State.DROPPED


def test_old_messages_are_forgotten_and_waiting_ones_are_not(cast: Cast, deliver: Deliver, mail_server: Serve) -> None:
    suspend(cast.acme)
    deliver(mail_server()[1])
    suspend(cast.globex)
    with time_machine.travel(now() + timedelta(days=91)):
        assert mail.forget_old_messages(system()) == 1
    assert [each.state for each in outbox()] == [State.PENDING]


@pytest.mark.parametrize("how_many", [3])
def test_no_two_workers_take_the_same(cast: Cast, how_many: int) -> None:
    for _ in range(how_many):
        with unit_of_work():
            mail.write(Kind.TENANT_DEACTIVATED, "x@example.com", {"tenant": "Acme", "slug": "acme"})
    first = sending.take_due(system(), 2, 1, 60, {})
    second = sending.take_due(system(), 8, 4, 60, {})
    assert (len(first), len(second)) == (2, 1)
    assert not {each.id for each in first} & {each.id for each in second}
    with time_machine.travel(now() + timedelta(seconds=61)):
        assert len(sending.take_due(system(), 8, 4, 60, {})) == how_many, "a killed worker's leases run out"
