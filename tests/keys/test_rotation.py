"""Secrets move to a new master key while the portal runs; what is interrupted is finished by running it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.config import Settings
from portal.foundation import audit, personal_secrets
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db, unit_of_work
from portal.foundation.errors import Forbidden
from portal.foundation.permissions import Door, system
from portal.foundation.personal_secrets import PersonalSecret
from portal.foundation.vault import DataKey, GivenKeys, KeyFile, MasterKey, vault
from portal.keys import actions as keys
from portal.tenants.models import Tenant
from tests.cast import Cast, make_tenant

PORTAL = str(Path(sys.executable).with_name("portal"))
OPERATOR = system(Door.COMMAND_LINE, "portal keys rotate")

INTERRUPTED = """
import os, sys
from portal import create_app
from portal.config import from_environment
from portal.foundation.permissions import system
from portal.keys import actions

actions.BATCH = 2
batch = actions._rewrap_batch

def one_batch_and_no_more(actor):
    batch(actor)
    os._exit(9)

actions._rewrap_batch = one_batch_and_no_more
with create_app(from_environment()).app_context():
    actions.rotate(system())
"""

READER = """
import sys, time
from portal import create_app
from portal.config import from_environment
from portal.foundation.database import db
from portal.foundation.vault import vault
from uuid import UUID

tenant_id = UUID(sys.argv[1])
with create_app(from_environment()).app_context():
    print(vault.reveal(tenant_id, "sip_password"), flush=True)
    for line in sys.stdin:
        db.session.rollback()
        print(vault.reveal(tenant_id, "sip_password"), flush=True)
"""


@pytest.fixture
def key_file(instance: Path) -> Iterator[KeyFile]:
    """The portal's key file, read anew: the portal itself remembers keys that were taken off it."""
    before = vault.source
    vault.use(KeyFile(instance / "master.keys"))
    yield KeyFile(instance / "master.keys")
    vault.use(before)


@pytest.fixture
def tenants(cast: Cast) -> list[Tenant]:
    """Five tenants with a secret each."""
    made = [cast.acme, cast.globex, *(make_tenant(f"Tenant {number}") for number in range(3))]
    for tenant in made:
        with unit_of_work():
            audit.record(system(), Event.TENANT_UPDATED, tenant, changes={"sip_password": audit.SECRET})
            vault.put(tenant.id, "sip_password", f"secret of {tenant.slug}", "olive")
    return made


@pytest.fixture
def run(settings: Settings) -> Callable[..., subprocess.Popen[str]]:
    """Starts another process of the same portal."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")},
        "PORTAL_INSTANCE": str(settings.instance),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": "q7Jd0vXr2mKp9sTz4wLb8nHc5yGf1aEe",
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    return start


@pytest.fixture
def reader(run: Callable[..., subprocess.Popen[str]], tenants: list[Tenant]) -> Iterator[Callable[[], str]]:
    """A portal process that has read a secret, and with it the keys; called, it reads the secret again."""
    process = run("-c", READER, str(tenants[0].id))
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline().strip() == "secret of acme", process.communicate()[1]

    def read() -> str:
        assert process.stdin
        assert process.stdout
        process.stdin.write("again\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    yield read
    process.communicate(timeout=20)


def lying_under() -> dict[str, int]:
    """How many data keys lie under each master key."""
    db.session.rollback()
    counted = db.session.execute(select(DataKey.master_key, func.count()).group_by(DataKey.master_key))
    return dict(tuple(row) for row in counted)


def all_readable(tenants: list[Tenant]) -> bool:
    db.session.rollback()
    return all(vault.reveal(each.id, "sip_password") == f"secret of {each.slug}" for each in tenants)


def test_every_data_key_is_brought_and_the_old_master_key_is_gone(key_file: KeyFile, tenants: list[Tenant]) -> None:
    (old,) = key_file.keys()
    assert keys.rotate(OPERATOR) == 5
    (new,) = key_file.keys()
    assert new != old
    assert lying_under() == {new.id: 5}
    assert str(old) not in key_file.path.read_text()
    assert key_file.path.stat().st_mode & 0o777 == 0o600
    assert all_readable(tenants)


def test_secrets_themselves_are_not_written_anew(tenants: list[Tenant]) -> None:
    before = vault.held(tenants[0].id)["sip_password"].ciphertext
    keys.rotate(OPERATOR)
    db.session.rollback()
    assert vault.held(tenants[0].id)["sip_password"].ciphertext == before


def test_it_is_recorded_with_how_many_and_never_with_the_key(key_file: KeyFile, tenants: list[Tenant]) -> None:
    keys.rotate(OPERATOR)
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.event == Event.KEYS_ROTATED)).one()
    (new,) = key_file.keys()
    assert record.changes == {"data_keys": [None, 5], "master_key": [None, new.id]}
    assert (record.door, record.actor_name, record.tenant_id) == ("command_line", "portal keys rotate", None)
    assert str(new) not in str(record.changes)


def test_it_may_be_run_again_and_again(tenants: list[Tenant], key_file: KeyFile) -> None:
    seen = set()
    for _ in range(3):
        keys.rotate(OPERATOR)
        seen.add(key_file.keys()[0].id)
        assert len(key_file.keys()) == 1
    assert len(seen) == 3
    assert all_readable(tenants)


def test_with_nothing_to_bring_the_key_is_new_all_the_same(app: Flask, key_file: KeyFile) -> None:
    (old,) = key_file.keys()
    assert keys.rotate(OPERATOR) == 0
    assert key_file.keys() != [old]


def test_only_administrators_rotate(cast: Cast, tenants: list[Tenant], key_file: KeyFile) -> None:
    before = lying_under(), key_file.keys()
    for user in (cast.sam, cast.olive, cast.dev):
        with pytest.raises(Forbidden):
            keys.rotate(cast.actor(user))
        assert (lying_under(), key_file.keys()) == before


def test_many_batches_are_brought_too(
    tenants: list[Tenant], key_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    assert keys.rotate(OPERATOR) == 5
    assert lying_under() == {key_file.keys()[0].id: 5}


def test_with_keys_from_the_environment_the_first_is_the_new_one(tenants: list[Tenant], key_file: KeyFile) -> None:
    before, new = vault.source, MasterKey.new()
    try:
        vault.use(GivenKeys([str(new), *(str(key) for key in key_file.keys())]))
        assert keys.rotate(OPERATOR) == 5
        vault.use(GivenKeys([str(new)]))
        assert all_readable(tenants)
    finally:
        vault.use(before)


def test_what_was_killed_half_way_is_finished_by_running_it_again(
    run: Callable[..., Any], tenants: list[Tenant], key_file: KeyFile
) -> None:
    (old,) = key_file.keys()
    killed = run("-c", INTERRUPTED)
    said = killed.communicate(timeout=60)
    assert killed.returncode == 9, said
    new, kept = key_file.keys()
    assert kept == old
    assert lying_under() == {new.id: 2, old.id: 3}
    assert all_readable(tenants)

    finished = run(PORTAL, "keys", "rotate")
    said, wrong = finished.communicate(timeout=60)
    assert finished.returncode == 0, wrong
    assert said.startswith("3 data keys")
    assert key_file.keys() == [new]
    assert lying_under() == {new.id: 5}
    assert all_readable(tenants)


def test_one_that_is_killed_at_any_moment_loses_nothing(
    run: Callable[..., Any], tenants: list[Tenant], key_file: KeyFile
) -> None:
    process = run(PORTAL, "keys", "rotate")
    before = key_file.path.read_text()
    deadline = time.monotonic() + 60
    while key_file.path.read_text() == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert all_readable(tenants)
    keys.rotate(OPERATOR)
    assert len(key_file.keys()) == 1
    assert all_readable(tenants)


def test_two_rotations_at_once_agree_on_the_new_key(
    run: Callable[..., Any], tenants: list[Tenant], key_file: KeyFile
) -> None:
    (old,) = key_file.keys()
    processes = [run(PORTAL, "keys", "rotate") for _ in range(2)]
    assert [process.communicate(timeout=60)[1] for process in processes] == ["", ""]
    (new,) = key_file.keys()
    assert new != old
    assert lying_under() == {new.id: 5}
    vault.source = KeyFile(key_file.path)  # one that remembers no key from before
    assert all_readable(tenants)


def test_a_process_with_the_old_keys_in_memory_reads_on_during_and_after(
    reader: Callable[[], str], tenants: list[Tenant], key_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    batch, during = keys._rewrap_batch, []

    def batch_and_read(actor: Any) -> int:
        number = batch(actor)
        during.append(reader())
        return number

    monkeypatch.setattr(keys, "_rewrap_batch", batch_and_read)
    keys.rotate(OPERATOR)
    assert during == ["secret of acme"] * len(during)
    assert len(during) >= 3
    assert [reader() for _ in range(3)] == ["secret of acme"] * 3


def test_a_transaction_that_began_before_the_end_of_a_rotation_reads_on(app: Flask, tenants: list[Tenant]) -> None:
    db.session.rollback()
    assert db.session.get(DataKey, tenants[0].id) is not None  # read as it lies now

    def elsewhere() -> None:
        with app.app_context():
            keys.rotate(OPERATOR)

    rotation = threading.Thread(target=elsewhere)
    rotation.start()
    rotation.join()
    assert vault.reveal(tenants[0].id, "sip_password") == "secret of acme"


def test_a_secret_put_meanwhile_does_not_stay_under_the_old_key(
    app: Flask, tenants: list[Tenant], key_file: KeyFile
) -> None:
    stop, failures = threading.Event(), []
    more = [make_tenant(f"Late {number}") for number in range(12)]
    numbered = [(each.id, each.slug) for each in more]

    def put_on() -> None:
        try:
            with app.app_context():
                for tenant_id, slug in numbered:
                    with unit_of_work():
                        tenant = db.session.get_one(Tenant, tenant_id)
                        audit.record(system(), Event.TENANT_UPDATED, tenant, changes={"sip_password": audit.SECRET})
                        vault.put(tenant_id, "sip_password", f"secret of {slug}", "olive")
        except BaseException as error:
            failures.append(error)
        finally:
            stop.set()

    writer = threading.Thread(target=put_on)
    writer.start()
    while not stop.is_set():
        keys.rotate(OPERATOR)
    writer.join()
    keys.rotate(OPERATOR)
    assert not failures
    assert lying_under() == {key_file.keys()[0].id: 17}
    assert all_readable([*tenants, *(db.session.get_one(Tenant, tenant_id) for tenant_id, _ in numbered)])


def test_the_secrets_of_people_are_brought_along(cast: Cast) -> None:
    with unit_of_work():
        personal_secrets.put(cast.olive.id, "totp", "what her app shares")
        audit.record(OPERATOR, Event.FACTOR_ADDED, cast.olive, changes={})
    before = vault.source.keys()[0].id
    assert keys.rotate(OPERATOR) >= 1
    db.session.rollback()
    row = db.session.scalars(select(PersonalSecret)).one()
    assert row.master_key == vault.source.keys()[0].id != before
    assert personal_secrets.reveal(cast.olive.id, "totp") == "what her app shares"
    assert keys.left_behind() == 0
