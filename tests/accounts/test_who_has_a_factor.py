"""Who has a second factor, and how many members of a tenant lack one."""

from __future__ import annotations

from uuid import UUID

from portal.accounts import actions, queries
from portal.accounts.models import Authenticator, Passkey, RecoveryCode
from portal.foundation import audit
from portal.foundation.audit import Event
from portal.foundation.database import Base, unit_of_work
from portal.foundation.permissions import system
from tests.cast import Cast


def give(cast: Cast, *rows: Base) -> None:
    with unit_of_work() as session:
        session.add_all(rows)
        audit.record(system(), Event.USER_ENABLED, cast.olive, changes={}, note="was given a second factor")


def passkey(user_id: UUID) -> Passkey:
    return Passkey(user_id=user_id, credential_id="abc", public_key=b"key", name="Laptop")


def test_an_authenticator_or_a_passkey_is_a_second_factor_and_recovery_codes_are_none(cast: Cast) -> None:
    give(
        cast,
        Authenticator(user_id=cast.olive.id),
        passkey(cast.max.id),
        RecoveryCode(user_id=cast.vera.id, code_hash="x"),
    )
    has = {user.username: queries.has_second_factor(user.id) for user in (cast.olive, cast.max, cast.vera)}
    assert has == {"olive": True, "max": True, "vera": False}
    assert queries.has_second_factor(None) is False


def test_the_members_without_one_are_counted_and_who_is_shut_out_is_not(cast: Cast) -> None:
    assert (queries.lacking_second_factor(cast.acme.id), queries.lacking_second_factor(cast.globex.id)) == (3, 1)
    give(cast, passkey(cast.max.id))
    assert queries.lacking_second_factor(cast.acme.id) == 2
    actions.disable_user(system(), cast.vera)
    assert (queries.lacking_second_factor(cast.acme.id), queries.lacking_second_factor(cast.globex.id)) == (1, 1)
