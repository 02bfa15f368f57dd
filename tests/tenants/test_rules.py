"""What has to be true of a tenant as a whole, and of each of its fields."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from portal.foundation.clock import now
from portal.foundation.errors import Invalid
from portal.foundation.ids import new_id
from tests.cast import Cast
from tests.tenants.making import make_tenant, tenant_change


class TestTrials:
    def test_one_ends_in_14_days(self, app):
        tenant = make_tenant(kind="trial")
        assert abs(tenant.trial_ends_at - now() - timedelta(days=14)) < timedelta(minutes=1)

    def test_or_when_somebody_says(self, app):
        end = datetime(2030, 5, 3, 12, tzinfo=UTC)
        assert make_tenant(kind="trial", trial_ends_at="2030-05-03T14:00:00+02:00").trial_ends_at == end

    def test_only_a_trial_ends(self, app, refusal):
        assert "Only a trial has an end" in refusal(make_tenant, trial_ends_at="2030-05-03T12:00:00Z")["trial_ends_at"]

    def test_becoming_a_customer_takes_the_end_off(self, cast: Cast, change):
        change(cast.ada, cast.acme, kind="trial")
        acme = change(cast.ada, cast.acme, kind="enterprise").tenant
        assert acme.trial_ends_at is None

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2030-05-03", 12, ""])
    def test_what_is_no_moment_is_refused(self, app, refusal, moment: object):
        assert "trial_ends_at" in refusal(make_tenant, kind="trial", trial_ends_at=moment)


class TestSip:
    def test_it_needs_all_three(self, cast: Cast, change, refusal):
        assert refusal(change, cast.olive, cast.acme, sip_enabled=True).keys() == {
            "sip_domain",
            "sip_username",
            "sip_password",
        }
        acme = change(
            cast.olive, cast.acme, sip_enabled=True, sip_domain="SIP.Acme.example", sip_username="a", sip_password="p"
        ).tenant
        assert acme.sip_domain == "sip.acme.example"

    def test_none_is_taken_away_while_it_is_on(self, cast: Cast, change, refusal):
        change(cast.olive, cast.acme, sip_enabled=True, sip_domain="a.example", sip_username="a", sip_password="p")
        for name in ("sip_domain", "sip_username", "sip_password"):
            assert refusal(change, cast.olive, cast.acme, **{name: None}).keys() == {name}
        acme = change(cast.olive, cast.acme, sip_enabled=False, sip_password=None).tenant
        assert not acme.sip_enabled

    @pytest.mark.parametrize("domain", ["a b", "-a.example", "a_b.example", "https://a.example", "a..b", "x" * 64])
    def test_the_domain_is_a_host_name(self, cast: Cast, change, refusal, domain: str):
        assert "host name" in refusal(change, cast.olive, cast.acme, sip_domain=domain)["sip_domain"]


class TestCompliance:
    @pytest.mark.parametrize("flag", ["hipaa_enabled", "pci_enabled"])
    def test_the_plan_must_include_it(self, cast: Cast, change, refusal, flag: str):
        for who in (cast.olive, cast.ada):
            assert "not part of the Starter plan" in refusal(change, who, cast.acme, **{flag: True})[flag]

    def test_encryption_stays_on(self, cast: Cast, change, refusal):
        change(cast.ada, cast.acme, billing_plan="enterprise", hipaa_enabled=True)
        said = refusal(change, cast.olive, cast.acme, data_encryption_enabled=False)
        assert said == {"data_encryption_enabled": "Encryption stays on while HIPAA is on."}
        acme = change(cast.olive, cast.acme, data_encryption_enabled=False, hipaa_enabled=False).tenant
        assert not acme.data_encryption_enabled
        assert "data_encryption_enabled" in refusal(change, cast.olive, acme, hipaa_enabled=True)

    def test_pci_with_recording_needs_a_word(self, cast: Cast, change, refusal, trail):
        change(cast.ada, cast.acme, billing_plan="enterprise")
        assert "pci_recording_acknowledged" in refusal(change, cast.olive, cast.acme, pci_enabled=True)
        acme = change(cast.olive, cast.acme, pci_enabled=True, pci_recording_acknowledged=True).tenant
        assert acme.pci_recording_acknowledged_at is not None
        assert "pci_recording_acknowledged_at" in trail(acme)[-1].changes
        assert "pci_recording_acknowledged" in refusal(change, cast.olive, acme, pci_recording_acknowledged=False)

    def test_pci_without_recording_does_not(self, cast: Cast, change):
        change(cast.ada, cast.acme, billing_plan="enterprise")
        assert change(cast.olive, cast.acme, pci_enabled=True, recording_enabled=False).tenant.pci_enabled


class TestParent:
    def test_sub_organizations_are_made_by_administrators(self, cast: Cast, change):
        assert change(cast.ada, cast.globex, parent_id=cast.acme.id).tenant.parent_id == cast.acme.id
        assert change(cast.ada, cast.globex, parent_id=None).tenant.parent_id is None

    def test_it_exists(self, cast: Cast, change, refusal):
        assert refusal(change, cast.ada, cast.acme, parent_id=new_id()) == {
            "parent_id": "There is no tenant with this id."
        }
        assert "parent_id" in refusal(make_tenant, parent_id=new_id())

    def test_nothing_is_below_itself(self, cast: Cast, change, refusal):
        middle = make_tenant("Middle", parent_id=cast.acme.id)
        lowest = make_tenant("Lowest", parent_id=middle.id)
        for parent in (cast.acme, middle, lowest):
            assert "own sub-organization" in refusal(change, cast.ada, cast.acme, parent_id=parent.id)["parent_id"]


class TestExternalId:
    def test_it_is_unique(self, cast: Cast, change, refusal):
        change(cast.ada, cast.acme, external_id="cus_1")
        assert "Another tenant has this" in refusal(change, cast.ada, cast.globex, external_id="cus_1")["external_id"]
        assert "external_id" in refusal(make_tenant, external_id="cus_1")

    def test_many_have_none(self, app):
        make_tenant("A", external_id=""), make_tenant("B", external_id="")


class TestMetadata:
    def sized(self, size: int, letter: str = "x") -> dict[str, str]:
        return {"k": letter * ((size - len('{"k":""}')) // len(letter.encode()))}

    def test_16_kib_of_bytes(self, cast: Cast, change, refusal):
        acme = change(cast.olive, cast.acme, meta_data=self.sized(16384)).tenant
        assert len(acme.meta_data["k"]) == 16376
        assert "16,385" in refusal(change, cast.olive, acme, meta_data=self.sized(16385))["meta_data"]

    def test_bytes_and_not_characters(self, cast: Cast, change, refusal):
        assert change(cast.olive, cast.acme, meta_data=self.sized(16384, "é")).tenant.meta_data
        assert "meta_data" in refusal(change, cast.olive, cast.acme, meta_data=self.sized(16390, "é"))

    @pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\u0000"}',
                                      '{"\\u0000": 1}', '{"a": "\\ud800"}', '{"a": ' + "1" * 5000 + "}"])  # fmt: skip
    def test_what_is_no_object_or_cannot_be_stored(self, app, body: str):
        with pytest.raises(Invalid):
            type(tenant_change()).read_json(f'{{"meta_data": {body}}}')

    def test_how_deep(self, cast: Cast, change, refusal):
        def nested(depth: int) -> object:
            return json.loads('{"a":' * depth + "1" + "}" * depth)

        assert change(cast.olive, cast.acme, meta_data=nested(60)).tenant.meta_data
        assert "deeper than 64" in refusal(change, cast.olive, cast.acme, meta_data=nested(100))["meta_data"]

    def test_a_backslash_is_a_backslash(self, cast: Cast, change):
        assert change(cast.olive, cast.acme, meta_data={"path": "C:\\u0000"}).tenant.meta_data["path"] == "C:\\u0000"


class TestText:
    def test_code_points_are_counted(self, cast: Cast, change, refusal):
        assert change(cast.olive, cast.acme, name="😀" * 255).tenant.name == "😀" * 255
        assert refusal(change, cast.olive, cast.acme, name="😀" * 256) == {"name": "Name has 1 to 255 characters."}

    def test_it_is_kept_composed(self, cast: Cast, change):
        assert change(cast.olive, cast.acme, name="Cafe\u0301").tenant.name == "Caf\u00e9"
        assert change(cast.olive, cast.acme, name="e\u0301" * 255).tenant.name == "\u00e9" * 255

    @pytest.mark.parametrize("name", ["a\x00b", "a\nb", "a\x1bb", "a\u2028b", "", "   ", "\u0085"])
    def test_control_characters_and_nothing_are_refused(self, cast: Cast, change, refusal, name: str):
        assert refusal(change, cast.olive, cast.acme, name=name).keys() == {"name"}

    @pytest.mark.parametrize("name", ["billing_plan", "sip_username", "external_id", "override_reason"])
    def test_so_everywhere(self, cast: Cast, change, refusal, name: str):
        assert name in refusal(change, cast.ada, cast.acme, **{name: "a\x00b"})

    @pytest.mark.parametrize("address", ["ops", "ops@", "@acme.example", "a b@acme.example", "a@b@c.example",
                                         "Ops <ops@acme.example>",
                                         "a" * 250 + "@b.example", "a\x00@b.example"])  # fmt: skip
    def test_what_is_no_address(self, cast: Cast, change, refusal, address: str):
        assert refusal(change, cast.olive, cast.acme, billing_email=address).keys() == {"billing_email"}

    def test_an_address_of_letters_of_the_world(self, cast: Cast, change):
        acme = change(cast.olive, cast.acme, billing_email="Jürgen@Müller.example").tenant
        assert acme.billing_email == "Jürgen@müller.example"
