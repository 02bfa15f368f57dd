"""Deleting in the browser: by the slug, exactly; by who lately showed who they are; and only what the page showed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from portal.accounts.models import Session, SignInAttempts, User
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.foundation.vault import DataKey, TenantSecret
from portal.tenants import actions
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import PASSPHRASE, Page, Visitor
from tests.tenants.making import make_tenant
from tests.tenants.test_deleting import start_call
from tests.tenants.test_racing import together

FORM = "main form[action$='/delete']"


def delete(client: Visitor, slug: str = "acme", **typed: str) -> Page:
    return client.submit(f"/tenants/{slug}/delete", {"confirm": slug, **typed}, selector=FORM)


def exists(slug: str = "acme") -> bool:
    db.session.rollback()
    return db.session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is not None


def sign_in_long_ago(name: str) -> None:
    """Let all sessions of somebody have begun six minutes ago."""
    user_id = select(User.id).where(User.username == name).scalar_subquery()
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        long_ago = now() - timedelta(minutes=6)
        connection.execute(update(Session.__table__).where(Session.user_id == user_id).values(created_at=long_ago))
    db.session.rollback()


@pytest.mark.parametrize("who", ["ada", "olive"])
def test_it_goes_and_the_table_says_so(cast: Cast, client: Visitor, who: str):
    page = delete(client.sign_in(who))
    assert (page.status, page.headers["Location"]) == (303, "/tenants")
    assert "Acme Corp is deleted, with everything it owned." in client.visit("/tenants")
    assert not exists()
    client.visit("/tenants/acme", 404)
    client.visit("/tenants/acme/delete", 404)
    record = db.session.scalars(select(AuditRecord).filter_by(event=Event.TENANT_DELETED)).one()
    assert (record.actor_name, record.subject_label) == (who, "Acme Corp")


def test_the_page_says_what_goes_and_offers_to_deactivate_instead(cast: Cast, change, client: Visitor):
    change(cast.olive, cast.acme, webhook_url="https://a.example/in")
    page = client.sign_in("olive").visit("/tenants/acme/delete")
    assert "Calls 0 Recordings 0 Refused calls 0 Webhook deliveries 1 Memberships 3 Requests 0 Secrets 1" in page
    for words in ("Agents", "Squads", "Workflows", "Integrations", "Files", "SIP trunks"):
        assert f"{words} 0" in page
    assert page.one("main .banner a")["href"] == "/tenants/acme/deactivate"
    assert page.one("#delete-button").get_text(strip=True) == "Delete Acme Corp for good"
    assert page.one("#confirm")["data-expects"] == "acme"
    for promised in ("export", "schedule", "e-mail"):
        assert promised not in page.one("main").get_text().lower()


def test_the_dialog_fetches_the_same_and_no_more(cast: Cast, client: Visitor):
    client.sign_in("olive")
    link = client.visit("/tenants/acme").one("a[data-opens=delete]")
    assert link["href"] == link["hx-get"] == "/tenants/acme/delete"
    fragment = client.fragment(link["hx-get"], "delete-form")
    assert fragment.text.lstrip().startswith('<div class="step" id="delete-form">')
    assert fragment.values("form")["seen"]


@pytest.mark.parametrize(
    "typed",
    ["", "аcme", "ａｃｍｅ", "ACME", "Acme", " acme", "acme ", "acme\n", "ac\u200bme", "acme\u200b", "acme\x00",
     "globex", "Acme Corp", "acme\u0301", "%61cme", "x" * 5000],
)  # fmt: skip
def test_only_the_slug_itself_will_do(cast: Cast, client: Visitor, typed: str):
    page = delete(client.sign_in("ada"), confirm=typed)
    assert page.status == 422
    assert page.one("#confirm-field.field-faulty")
    assert exists()
    assert exists("globex")


def test_what_was_changed_since_is_looked_at_again(cast: Cast, change, client: Visitor):
    client.sign_in("olive")
    form = client.visit("/tenants/acme/delete").values(FORM) | {"confirm": "acme"}
    change(cast.max, cast.acme, name="Acme Inc")
    page = client.post("/tenants/acme/delete", data=form)
    assert page.status == 409
    assert "It was changed since this page was opened, and nothing was deleted." in page
    assert exists()
    assert page.values(FORM)["confirm"] == ""
    assert client.post("/tenants/acme/delete", data=page.values(FORM) | {"confirm": "acme"}).status == 303


def test_a_page_from_before_a_renaming_deletes_nothing(cast: Cast, change, client: Visitor):
    client.sign_in("olive")
    form = client.visit("/tenants/acme/delete").values(FORM) | {"confirm": "acme"}
    change(cast.olive, cast.acme, slug="acme-inc")
    moved = client.post("/tenants/acme/delete", data=form)
    assert moved.status == 308
    assert client.post(moved.headers["Location"], data=form).status == 409
    assert exists("acme-inc")


def test_another_tenant_that_took_the_slug_is_not_meant(cast: Cast, client: Visitor):
    first = make_tenant("Hooli", slug="hooli")
    client.sign_in("ada")
    form = client.visit("/tenants/hooli/delete").values(FORM) | {"confirm": "hooli"}
    actions.delete_tenant(system(), first, "hooli")
    second = make_tenant("Hooli", slug="hooli")
    assert second.version == 1
    assert client.post("/tenants/hooli/delete", data=form).status == 409
    assert exists("hooli")


@pytest.mark.parametrize(
    "seen", [None, "", "{}", "[]", '{"id": "x"}', '{"version": 1}', "[" * 9000, '{"id": 1, "version": true}']
)
def test_a_form_that_does_not_say_what_it_showed_deletes_nothing(cast: Cast, client: Visitor, seen: str | None):
    assert delete(client.sign_in("ada"), seen=seen).status == 409
    assert exists()


def test_what_stands_against_it_is_named_and_linked_and_there_is_no_form(cast: Cast, client: Visitor):
    start_call(cast.acme)
    make_tenant("Acme Labs", slug="labs", parent_id=cast.acme.id)
    for who, linked in (("ada", True), ("olive", False)):
        page = Visitor(client.app).sign_in(who).visit("/tenants/acme/delete")
        assert "1 call is running" in page
        assert "Acme Labs" in page
        assert bool(page.soup.select("main .banner a[href='/tenants/labs']")) == linked
        assert not page.soup.select(FORM)


def test_a_call_that_begins_meanwhile_stands_against_it(cast: Cast, client: Visitor):
    client.sign_in("ada")
    form = client.visit("/tenants/acme/delete").values(FORM) | {"confirm": "acme"}
    start_call(cast.acme)
    page = client.post("/tenants/acme/delete", data=form)
    assert page.status == 409
    assert "1 call is active. End what is running first." in page
    assert exists()


class TestAskingAgain:
    def test_after_five_minutes_the_password_is_asked_for(self, cast: Cast, client: Visitor):
        client.sign_in("olive")
        assert not client.visit("/tenants/acme/delete").soup.select("#password")
        sign_in_long_ago("olive")
        assert client.visit("/tenants/acme/delete").one("#password")
        assert delete(client, password="").status == 422
        wrong = delete(client, password="not her password")
        assert (wrong.status, "This is not your password." in wrong) == (422, True)
        assert "not her password" not in wrong.text
        assert exists()
        assert delete(client, password=PASSPHRASE).status == 303
        assert not exists()

    def test_the_right_one_holds_for_five_minutes(self, cast: Cast, client: Visitor):
        client.sign_in("olive")
        sign_in_long_ago("olive")
        page = delete(client, password=PASSPHRASE, confirm="acm")
        assert page.status == 422
        assert not page.soup.select("#password")
        assert delete(client).status == 303

    def test_leaving_the_field_out_does_not_help(self, cast: Cast, client: Visitor):
        client.sign_in("olive")
        form = client.visit("/tenants/acme/delete").values(FORM) | {"confirm": "acme"}
        sign_in_long_ago("olive")
        page = client.post("/tenants/acme/delete", data=form)
        assert page.status == 422
        assert "you signed in more than five minutes ago" in page
        assert exists()

    def test_wrong_ones_lock_as_they_do_when_signing_in(self, cast: Cast, client: Visitor):
        client.sign_in("olive")
        sign_in_long_ago("olive")
        for _ in range(10):
            assert delete(client, password="wrong").status == 422
        page = delete(client, password=PASSPHRASE)
        assert page.status == 429
        assert int(page.headers["Retry-After"]) > 1700
        assert exists()
        assert max(db.session.scalars(select(SignInAttempts.failures))) == 10

    def test_who_has_no_password_is_told_to_sign_in_anew(self, cast: Cast, client: Visitor):
        client.sign_in("olive")
        form = client.visit("/tenants/acme/delete").values(FORM) | {"confirm": "acme"}
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            connection.execute(update(User.__table__).values(password_hash=None))
        assert client.visit("/tenants/acme/delete").one(FORM)
        sign_in_long_ago("olive")
        page = client.visit("/tenants/acme/delete")
        assert "Open a fresh sign-in link" in page
        assert not page.soup.select(FORM)
        for password in ("", "anything"):
            assert client.post("/tenants/acme/delete", data=form | {"password": password}).status == 403
        assert exists()

    def test_it_is_the_session_that_is_asked_and_not_the_person(self, cast: Cast, client: Visitor):
        client.sign_in("olive")
        sign_in_long_ago("olive")
        Visitor(client.app).sign_in("olive")
        assert client.visit("/tenants/acme/delete").one("#password")

    def test_time_passing_on_the_page_counts(self, cast: Cast, client: Visitor):
        with time_machine.travel(now(), tick=False) as clock:
            client.sign_in("olive")
            clock.shift(timedelta(minutes=4, seconds=59))
            assert not client.visit("/tenants/acme/delete").soup.select("#password")
            clock.shift(timedelta(seconds=1))
            assert client.visit("/tenants/acme/delete").one("#password")


def test_of_two_at_once_one_deletes(cast: Cast, app, client: Visitor):
    browsers = [Visitor(app).sign_in("ada"), Visitor(app).sign_in("olive")]
    forms = [each.visit("/tenants/acme/delete").values(FORM) | {"confirm": "acme"} for each in browsers]
    acts = [
        lambda browser=browser, form=form: browser.post("/tenants/acme/delete", data=form).status
        for browser, form in zip(browsers, forms, strict=True)
    ]
    first, second = sorted(together(app, *acts))
    assert first == 303
    assert second in {404, 409}
    assert len(db.session.scalars(select(AuditRecord).filter_by(event=Event.TENANT_DELETED)).all()) == 1


def test_keys_and_ciphertexts_are_gone_from_the_file_and_its_log(cast: Cast, change, client: Visitor):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("about SQLite's file")
    change(cast.olive, cast.acme, webhook_url="https://a.example/in", sip_password="hush hush")
    gone = [*db.session.scalars(select(DataKey.wrapped)), *db.session.scalars(select(TenantSecret.ciphertext))]
    db.session.rollback()
    assert len(gone) == 3
    path = db.engine.url.database

    def bytes_on_disk() -> bytes:
        found = b""
        for name in (path, f"{path}-wal"):
            try:
                with open(name, "rb") as file:  # noqa: PTH123 - plain bytes, whatever lies there
                    found += file.read()
            except FileNotFoundError:
                continue
        return found

    assert all(each in bytes_on_disk() for each in gone)
    assert delete(client.sign_in("olive")).status == 303
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    left = bytes_on_disk()
    assert not [each for each in gone if each in left]
