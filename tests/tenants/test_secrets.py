"""Secrets go into the vault; one that is made is shown once."""

from __future__ import annotations

import base64
import json

import pytest

from portal.foundation.vault import vault
from portal.tenants import actions, queries
from portal.tenants.documents import document
from tests.cast import Cast
from tests.tenants.making import at_the_api, new_tenant

URL = "https://hooks.acme.example/in"
GIVEN = "whsec_" + base64.b64encode(b"g" * 32).decode()


def held(tenant) -> set[str]:
    return set(vault.held(tenant.id))


def test_a_webhooks_secret_is_made_with_its_address_and_shown_once(cast: Cast, change, trail):
    saved = change(cast.olive, cast.acme, webhook_url=URL)
    made = saved.made_webhook_secret
    assert made.startswith("whsec_")
    assert len(base64.b64decode(made.removeprefix("whsec_"))) == 32
    assert vault.reveal(cast.acme.id, "webhook_secret") == made
    assert vault.held(cast.acme.id)["webhook_secret"].set_by == "olive"
    assert trail(cast.acme)[-1].changes == {"webhook_url": [None, URL], "webhook_secret": "changed"}
    assert change(cast.olive, cast.acme, webhook_url=URL + "2").made_webhook_secret is None


def test_one_that_is_given_is_not_shown(cast: Cast, change):
    saved = change(cast.olive, cast.acme, webhook_url=URL, webhook_secret=GIVEN)
    assert saved.made_webhook_secret is None
    assert vault.reveal(cast.acme.id, "webhook_secret") == GIVEN


def test_taking_it_away_makes_another(cast: Cast, change, trail):
    change(cast.olive, cast.acme, webhook_url=URL, webhook_secret=GIVEN)
    made = change(cast.olive, cast.acme, webhook_secret=None).made_webhook_secret
    assert made
    assert vault.reveal(cast.acme.id, "webhook_secret") == made != GIVEN
    assert trail(cast.acme)[-1].changes == {"webhook_secret": "changed"}


def test_without_an_address_there_is_none(cast: Cast, change, trail):
    change(cast.olive, cast.acme, webhook_url=URL)
    change(cast.olive, cast.acme, webhook_url=None)
    assert held(cast.acme) == set()
    assert trail(cast.acme)[-1].changes == {"webhook_url": [URL, None], "webhook_secret": "changed"}


def test_a_new_tenant_may_bring_them(cast: Cast, trail):
    saved = actions.create_tenant(
        cast.actor(cast.ada), new_tenant(name="Initech", webhook_url=URL, sip_password="hush hush")
    )
    assert held(saved.tenant) == {"webhook_secret", "sip_password"}
    assert saved.made_webhook_secret
    created = trail(saved.tenant)[0]
    assert (created.changes["webhook_secret"], created.changes["sip_password"]) == ("changed", "changed")


def test_a_password_is_kept_changed_and_taken_away(cast: Cast, change, trail):
    version = cast.acme.version
    change(cast.olive, cast.acme, sip_password="first one")
    change(cast.olive, cast.acme, sip_password="second one")
    assert vault.reveal(cast.acme.id, "sip_password") == "second one"
    change(cast.olive, cast.acme, sip_password=None)
    assert held(cast.acme) == set()
    assert cast.acme.version == version + 3
    assert [record.changes for record in trail(cast.acme)[-3:]] == [{"sip_password": "changed"}] * 3


def test_no_document_and_no_record_holds_one(cast: Cast, change, trail):
    made = change(cast.olive, cast.acme, webhook_url=URL, sip_password="hush hush").made_webhook_secret
    shown = document(cast.acme, queries.secrets_of([cast.acme])[cast.acme.id], 0)
    assert (shown["sip_password_set"], shown["webhook_secret_set"]) == (True, True)
    assert not {"sip_password", "webhook_secret"} & shown.keys()
    everything = json.dumps([shown, *(record.changes for record in trail(cast.acme))])
    assert "hush hush" not in everything
    assert made not in everything


def test_drafts_do_not_show_them_either(app):
    assert "hush hush" not in repr(new_tenant(name="A", sip_password="hush hush", webhook_secret=GIVEN))


@pytest.mark.parametrize("secret", ["", "abc", "whsec_short", "whsec_" + "ü" * 40, "whsec_" + "a" * 200])
def test_a_given_secret_has_its_form(cast: Cast, change, refusal, secret: str):
    assert refusal(change, cast.olive, cast.acme, webhook_secret=secret).keys() == {"webhook_secret"}


def test_support_never_sets_one(cast: Cast, change):
    from portal.foundation.errors import Forbidden

    with pytest.raises(Forbidden):
        change(cast.sam, cast.acme, sip_password="mine")
    assert at_the_api(cast.sam).sees_everything
