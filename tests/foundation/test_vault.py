"""A secret can be read where it was put, with its key, and nowhere else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import make_url

from portal.config import Settings
from portal.foundation import audit
from portal.foundation.audit import Event
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.foundation.vault import (
    CannotDecrypt,
    GivenKeys,
    KeyFile,
    MasterKey,
    TenantSecret,
    seal,
    unseal,
    vault,
)
from tests.cast import Cast

KEY = b"0123456789abcdef0123456789abcdef"


@given(text=some.binary(max_size=300), bound_to=some.binary(max_size=60))
def test_what_is_sealed_comes_back_with_its_key_and_its_place(text: bytes, bound_to: bytes) -> None:
    assert unseal(KEY, seal(KEY, text, bound_to), bound_to) == text


@given(text=some.binary(max_size=60), bit=some.integers(min_value=0, max_value=10_000))
def test_a_ciphertext_with_any_bit_flipped_never_decrypts(text: bytes, bit: int) -> None:
    sealed = bytearray(seal(KEY, text, b"here"))
    bit %= len(sealed) * 8
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotDecrypt):
        unseal(KEY, bytes(sealed), b"here")


@given(text=some.binary(max_size=60), cut=some.integers(min_value=0, max_value=10_000))
def test_a_ciphertext_cut_short_never_decrypts(text: bytes, cut: int) -> None:
    sealed = seal(KEY, text, b"here")
    with pytest.raises(CannotDecrypt):
        unseal(KEY, sealed[: cut % len(sealed)], b"here")


@given(here=some.binary(max_size=60), there=some.binary(max_size=60))
def test_a_ciphertext_bound_elsewhere_never_decrypts(here: bytes, there: bytes) -> None:
    if here != there:
        with pytest.raises(CannotDecrypt):
            unseal(KEY, seal(KEY, b"secret", here), there)


@given(other=some.binary(min_size=32, max_size=32))
def test_another_key_never_decrypts(other: bytes) -> None:
    if other != KEY:
        with pytest.raises(CannotDecrypt):
            unseal(other, seal(KEY, b"secret", b"here"), b"here")


def test_the_same_secret_is_never_the_same_ciphertext() -> None:
    assert len({seal(KEY, b"secret", b"here") for _ in range(100)}) == 100


def put(cast: Cast, tenant_id: UUID, **secrets: str) -> None:
    with unit_of_work():
        audit.record(system(), Event.TENANT_UPDATED, cast.acme, changes=dict.fromkeys(secrets, audit.SECRET))
        for name, text in secrets.items():
            vault.put(tenant_id, name, text, "olive")


def move(cast: Cast, from_tenant: UUID, from_field: str, to_tenant: UUID, to_field: str) -> None:
    """Copy a ciphertext into another row, as somebody with the database might."""
    with unit_of_work() as session:
        audit.record(system(), Event.TENANT_UPDATED, cast.acme)
        source = session.get_one(TenantSecret, (from_tenant, from_field))
        session.get_one(TenantSecret, (to_tenant, to_field)).ciphertext = source.ciphertext


def test_a_ciphertext_in_another_tenants_row_does_not_decrypt(cast: Cast) -> None:
    put(cast, cast.acme.id, sip_password="of acme")
    put(cast, cast.globex.id, sip_password="of globex")
    move(cast, cast.acme.id, "sip_password", cast.globex.id, "sip_password")
    with pytest.raises(CannotDecrypt):
        vault.reveal(cast.globex.id, "sip_password")
    assert vault.reveal(cast.acme.id, "sip_password") == "of acme"


def test_a_ciphertext_in_another_fields_row_does_not_decrypt(cast: Cast) -> None:
    put(cast, cast.acme.id, sip_password="for calls", webhook_secret="for webhooks")
    move(cast, cast.acme.id, "sip_password", cast.acme.id, "webhook_secret")
    with pytest.raises(CannotDecrypt):
        vault.reveal(cast.acme.id, "webhook_secret")


def test_a_data_key_of_another_tenant_does_not_unwrap(cast: Cast) -> None:
    put(cast, cast.acme.id, sip_password="of acme")
    put(cast, cast.globex.id, sip_password="of globex")
    with unit_of_work() as session:
        audit.record(system(), Event.TENANT_UPDATED, cast.acme)
        from portal.foundation.vault import DataKey

        session.get_one(DataKey, cast.globex.id).wrapped = session.get_one(DataKey, cast.acme.id).wrapped
    with pytest.raises(CannotDecrypt):
        vault.reveal(cast.globex.id, "sip_password")


def test_a_secret_is_put_over_an_older_one_and_forgotten(cast: Cast) -> None:
    put(cast, cast.acme.id, sip_password="first")
    put(cast, cast.acme.id, sip_password="zweites Wort ✓")
    assert vault.reveal(cast.acme.id, "sip_password") == "zweites Wort ✓"
    assert vault.held(cast.acme.id)["sip_password"].set_by == "olive"
    with unit_of_work():
        audit.record(system(), Event.TENANT_UPDATED, cast.acme)
        assert vault.forget(cast.acme.id, "sip_password")
    assert vault.reveal(cast.acme.id, "sip_password") is None
    assert not vault.held(cast.acme.id)


def test_a_secret_is_nowhere_in_the_database_s_files(app: Flask, cast: Cast) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's files are its own")
    put(cast, cast.acme.id, sip_password="once-typed-secret-7141")
    folder = Path(str(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database)).parent
    # By another process: to close a file of SQLite's here would drop the locks that SQLite holds on it.
    search = ["grep", "--recursive", "--text", "--files-with-matches", "--fixed-strings"]
    found = subprocess.run([*search, "once-typed-secret-7141", str(folder)], capture_output=True, check=False)
    assert (found.returncode, found.stdout) == (1, b"")
    found = subprocess.run([*search, "sip_password", str(folder)], capture_output=True, check=False)
    assert found.stdout, "the field's name is there, so this is where to look"


def test_a_key_says_nothing_of_itself_when_shown() -> None:
    key = MasterKey.new()
    assert str(key) not in repr(key)
    assert key.secret.hex() not in repr(key)


class TestKeyFile:
    """Master keys in a file of the instance."""

    def test_it_is_made_for_its_owner_alone(self, tmp_path: Path) -> None:
        mask = os.umask(0)
        try:
            (key,) = KeyFile(tmp_path / "deep" / "master.keys").keys()
        finally:
            os.umask(mask)
        path = tmp_path / "deep" / "master.keys"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text() == f"{key}\n"
        assert [each.name for each in path.parent.iterdir()] == ["master.keys"]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
    def test_it_is_refused_where_others_can_read_it(self, tmp_path: Path, mode: int) -> None:
        source = KeyFile(tmp_path / "master.keys")
        source.keys()
        source.path.chmod(mode)
        with pytest.raises(PermissionError, match="chmod 600"):
            KeyFile(source.path).keys()

    def test_it_is_read_again_when_it_changes(self, tmp_path: Path) -> None:
        here, elsewhere = KeyFile(tmp_path / "master.keys"), KeyFile(tmp_path / "master.keys")
        old = here.keys()
        elsewhere.write([MasterKey.new(), *elsewhere.keys()])
        assert here.keys() == elsewhere.keys()
        assert here.keys()[1:] == old

    def test_two_processes_that_make_it_agree_on_the_key(self, tmp_path: Path) -> None:
        first, second = KeyFile(tmp_path / "master.keys"), KeyFile(tmp_path / "master.keys")
        first.write([MasterKey.new()], only_if_missing=True)
        second.write([MasterKey.new()], only_if_missing=True)
        assert len(first.keys()) == 1
        assert first.keys() == second.keys()

    @pytest.mark.parametrize("text", ["short", "A" * 43, "!" * 43, "AAECAwQFBgc="])
    def test_what_is_no_key_is_refused(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "master.keys"
        path.touch(0o600)
        path.write_text(text)
        with pytest.raises(ValueError, match=r"key|base64|padded|character"):
            KeyFile(path).keys()

    def test_an_empty_file_is_refused_and_not_taken_for_no_key(self, tmp_path: Path) -> None:
        path = tmp_path / "master.keys"
        path.touch(0o600)
        with pytest.raises(ValueError, match="no key"):
            KeyFile(path).keys()


def test_keys_from_the_environment_are_taken_newest_first(cast: Cast, settings: Settings) -> None:
    old, new = MasterKey.new(), MasterKey.new()
    before = vault.source
    try:
        vault.use(GivenKeys([str(old)]))
        put(cast, cast.acme.id, sip_password="under the old one")
        vault.use(GivenKeys([str(new), str(old)]))
        assert vault.reveal(cast.acme.id, "sip_password") == "under the old one"
        vault.use(GivenKeys([str(new)]))
        with pytest.raises(CannotDecrypt, match=f"{old.id} is missing"):
            vault.reveal(cast.acme.id, "sip_password")
    finally:
        vault.use(before)
