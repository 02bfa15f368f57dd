"""Compliance as rules: the word for pausing, what stands against switching on, and the evidence of it all."""

from __future__ import annotations

import pytest

from portal.foundation.database import db
from portal.tenants.compliance import factors
from portal.tenants.evidence import evidence
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Visitor

SECTION = "/tenants/acme/settings/compliance"
EVIDENCE = f"{SECTION}/evidence"
PCI = {"pci_enabled": True, "pci_recording_acknowledged": True}


@pytest.fixture
def acme(cast: Cast, change) -> Tenant:
    """Acme, on a plan with compliance."""
    return change(cast.ada, cast.acme, billing_plan="enterprise").tenant


class TestTheWordForPausing:
    def test_it_is_kept_with_who_gave_it_and_when_and_given_once(self, cast, change, acme):
        acme = change(cast.olive, acme, **PCI).tenant
        given = (acme.pci_recording_acknowledged_at, acme.pci_recording_acknowledged_by)
        assert given[1] == "olive"
        acme = change(cast.max, acme, pci_recording_acknowledged=True).tenant
        assert (acme.pci_recording_acknowledged_at, acme.pci_recording_acknowledged_by) == given

    def test_it_ends_with_pci_and_is_asked_for_anew(self, cast, change, acme, refusal):
        acme = change(cast.olive, acme, **PCI).tenant
        acme = change(cast.olive, acme, pci_enabled=False).tenant
        assert (acme.pci_recording_acknowledged_at, acme.pci_recording_acknowledged_by) == (None, None)
        assert "needs your word" in refusal(change, cast.olive, acme, pci_enabled=True)["pci_recording_acknowledged"]

    def test_without_pci_there_is_nothing_to_acknowledge(self, cast, change, acme, refusal):
        said = refusal(change, cast.olive, acme, pci_recording_acknowledged=True)
        assert said["pci_recording_acknowledged"].startswith("This belongs to PCI.")

    def test_recording_switched_on_later_asks_for_it(self, cast, change, acme, client: Visitor):
        change(cast.olive, acme, pci_enabled=True, recording_enabled=False)
        path = "/tenants/acme/settings/recording"
        page = client.sign_in("ada").submit(path, {"recording_enabled": "on"})
        assert page.status == 422
        assert "needs your word" in page.one("#pci_recording_acknowledged-error").text
        given = page.values("#settings-form") | {"pci_recording_acknowledged": "on"}
        assert client.post(path, data=given).status == 303
        assert not client.visit(path).soup.select("#pci_recording_acknowledged")
        assert "by ada" in client.visit(SECTION).one("#pci_recording_acknowledged-range").text

    def test_the_api_asks_for_it_too(self, cast, change, acme, client: Visitor):
        change(cast.olive, acme, pci_enabled=True, recording_enabled=False)
        token, path = client.token("ada"), f"/tenants/{acme.id}"
        answer = client.api("PATCH", path, token, json={"recording_enabled": True})
        assert (answer.status, answer.json["errors"][0]["loc"]) == (422, ["body", "pci_recording_acknowledged"])
        both = {"recording_enabled": True, "pci_recording_acknowledged": True}
        assert client.api("PATCH", path, token, json=both).json["pci_recording_acknowledged"] is True


@pytest.mark.parametrize("flag", [{"hipaa_enabled": True}, PCI])
def test_encryption_cannot_be_switched_off_by_page_or_api(cast, change, acme, client: Visitor, flag: dict):
    change(cast.olive, acme, **flag)
    page = client.sign_in("ada").submit(SECTION, {"data_encryption_enabled": ""})
    assert "Encryption stays on" in page.one("#data_encryption_enabled-error").text
    answer = client.api("PATCH", f"/tenants/{acme.id}", client.token("ada"), json={"data_encryption_enabled": False})
    assert answer.status == 422


def test_what_stands_against_it_leads_to_where_it_is_mended(cast, change, client: Visitor):
    change(cast.olive, cast.acme, data_encryption_enabled=False)
    page = client.sign_in("olive").visit(SECTION)
    links = [link["href"] for link in page.one("[aria-labelledby=against]").select("a")]
    assert links == ["/tenants/acme/settings/plan", "#data_encryption_enabled", "#pci_enabled"]
    assert all(page.soup.select(link) for link in links[1:])


def test_who_has_no_second_factor_is_counted_and_does_not_stand_against_it(cast, change, acme, client: Visitor):
    assert (factors(acme).members, factors(acme).lacking) == (3, 3)
    page = client.sign_in("olive").visit(SECTION)
    assert "3 of 3 members have no second factor." in page
    assert "does not stand against switching on" in page
    change(cast.ada, acme, hipaa_enabled=True)


class TestEvidence:
    def test_it_says_what_was_in_force_from_when_until_when_and_by_whom(self, cast, change, acme):
        change(cast.olive, acme, hipaa_enabled=True)
        change(cast.ada, acme, hipaa_enabled=False, **PCI)
        found = evidence(cast.actor(cast.vera), db.session.get_one(Tenant, acme.id))
        told = [(each.what, each.since_by, each.until_by) for each in found.periods]
        assert told == [("PCI", "ada", None), ("Encryption", "system", None), ("HIPAA", "olive", "ada")]
        assert found.differing == []

    @pytest.mark.parametrize("who", ["olive", "max", "vera", "sam", "ada"])
    def test_members_and_staff_read_it(self, cast, change, acme, client: Visitor, who: str):
        change(cast.olive, acme, hipaa_enabled=True, billing_email="pay@acme.example")
        change(cast.ada, acme, hipaa_enabled=False)
        page = client.sign_in(who).visit(EVIDENCE)
        assert page.one("h1").get_text().startswith("Evidence of compliance")
        assert "switched HIPAA on" in page
        assert "switched HIPAA off" in page
        assert "3 of 3 members have no second factor." in page
        assert "every setting above was as the last entry of the audit trail about it says" in page

    def test_where_nothing_was_switched_it_says_so(self, cast, client: Visitor):
        page = client.sign_in("olive").visit(EVIDENCE)
        assert "Neither HIPAA nor PCI" in page
        assert "without compliance" in page

    def test_a_change_past_the_portal_is_named(self, cast, change, acme, client: Visitor):
        change(cast.olive, acme, hipaa_enabled=True)
        tenants = Tenant.__table__
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            of_acme = tenants.c.id == acme.id
            connection.execute(tenants.update().where(of_acme).values(hipaa_enabled=False, retention_days=1))
        page = client.sign_in("olive").visit(EVIDENCE)
        assert "The trail does not say what is in force: HIPAA, Days of retention." in page

    def test_its_queries_are_few_however_long_the_trail(self, cast, change, acme, client: Visitor, statements):
        client.sign_in("sam").visit(EVIDENCE)
        with statements() as few:
            client.visit(EVIDENCE)
        for on in (True, False, True):
            change(cast.olive, acme, hipaa_enabled=on)
        with statements() as many:
            client.visit(EVIDENCE)
        assert len(many) == len(few)
