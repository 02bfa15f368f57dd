"""Moving secrets to a new master key."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.foundation import audit, personal_secrets
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import Actor, Permission
from portal.foundation.personal_secrets import PersonalSecret
from portal.foundation.vault import DataKey, KeyFile, MasterKey, lock_keys, vault

BATCH = 500


class _Keys:
    """What a record about the master keys is about."""

    __tablename__ = "data_keys"
    audit_id: str | None = None
    audit_label = "master key"


def rotate(actor: Actor) -> int:
    """Bring every data key and every person's secret under a new master key; give how many were brought. The portal
    may run meanwhile.

    With keys in a file a new one is made, unless a rotation before this one was not finished: then that one is.
    With keys from the environment the first of them is the new one. An old key is taken off the file once nothing lies
    under it.
    """
    actor.require(Permission.KEYS_ROTATE)  # before the file is touched
    _begin()
    brought = 0
    while True:
        while number := _rewrap_batch(actor):
            brought += number
        if _finish():
            if not brought:
                _record(actor)  # no secret lay anywhere, but the key is another one
            return brought


def _begin() -> None:
    """Put a new key before the one in the file. Two rotations at once agree on it: the second finds two keys there."""
    with unit_of_work():
        lock_keys(shared=False)
        source = vault.source
        if isinstance(source, KeyFile) and len(source.keys()) == 1:
            source.write([MasterKey.new(), *source.keys()])


def _finish() -> bool:
    """Take old keys off the file, unless something came to lie under one meanwhile; say whether that was the end."""
    with unit_of_work():
        lock_keys(shared=False)
        if left_behind():
            return False
        if isinstance(vault.source, KeyFile):
            vault.source.write(vault.source.keys()[:1])
        return True


@action(Permission.KEYS_ROTATE)
def _rewrap_batch(actor: Actor) -> int:
    newest = vault.source.keys()[0].id
    data_keys, secrets = vault.rewrap(BATCH), personal_secrets.bring_along(BATCH)
    if data_keys or secrets:
        brought = {"data_keys": [None, data_keys], "personal_secrets": [None, secrets]}
        changes = {**{what: pair for what, pair in brought.items() if pair[1]}, "master_key": [None, newest]}
        audit.record(actor, Event.KEYS_ROTATED, _Keys(), changes=changes)
    return data_keys + secrets


@action(Permission.KEYS_ROTATE)
def _record(actor: Actor) -> None:
    newest = vault.source.keys()[0].id
    audit.record(actor, Event.KEYS_ROTATED, _Keys(), changes={"master_key": [None, newest]})


def left_behind() -> int:
    """Count the data keys and the people's secrets that do not lie under the newest master key."""
    newest = vault.source.keys()[0].id
    old = [select(func.count()).where(table.master_key != newest) for table in (DataKey, PersonalSecret)]
    return sum(db.session.scalar(counted) or 0 for counted in old)
