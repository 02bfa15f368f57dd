"""Second factors at the actions: set up, used once each, counted when wrong, taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts import actions, one_time_codes, own_account, queries
from portal.accounts.actions.second_step import WAITS_FOR
from portal.accounts.drafts import Credentials, GivenFactor, NewPasskey, Proving
from portal.accounts.limits import PasskeyUse
from portal.accounts.models import Passkey, RecoveryCode, WaitingSignIn
from portal.foundation import personal_secrets
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Gone, Invalid, NotFound, TooMany
from portal.foundation.personal_secrets import PersonalSecret
from portal.foundation.vault import CannotDecrypt, seal, vault
from portal.mail.limits import Kind
from portal.mail.models import Message
from tests.accounts.authenticator import NOON, Device, code_at
from tests.cast import Cast
from tests.client import PASSPHRASE

LIFETIME = queries.Lifetime(idle=timedelta(hours=2), absolute=timedelta(days=7))
OLIVE = Credentials(username="olive", password=PASSPHRASE)


def now_on(key: str, clock) -> GivenFactor:
    return GivenFactor(code=code_at(key, datetime.now(UTC)))


def wait_for_factor(somebody, credentials: Credentials = OLIVE) -> str:
    waiting = actions.sign_in(somebody, credentials)
    assert isinstance(waiting, actions.Waiting)
    return waiting.waiting_id


def with_passkey(cast: Cast, device: Device, name: str = "Laptop") -> None:
    olive = cast.actor(cast.olive)
    actions.add_passkey(olive, NewPasskey(name=name, passkey=device.make(actions.ask_to_make(olive))))


def test_a_first_factor_brings_ten_codes_and_a_second_one_none(cast: Cast, clock, records) -> None:
    olive, secret = cast.actor(cast.olive), one_time_codes.new_app_secret()
    codes = actions.add_authenticator(olive, secret, f" {code_at(secret, NOON)} ")
    assert len(set(codes)) == 10
    device = Device()
    assert actions.add_passkey(olive, NewPasskey(name="Key", passkey=device.make(actions.ask_to_make(olive)))) == []
    factors = own_account.factors_of(cast.olive.id)
    assert (factors.number, factors.codes_left) == (2, 10)
    assert [record.changes for record in records(Event.FACTOR_ADDED)] == [
        {"factor": [None, "the authenticator app"]}, {"factor": [None, "the passkey “Key”"]}]  # fmt: skip
    assert len(db.session.scalars(select(Message).filter_by(kind=Kind.SECOND_FACTOR_CHANGED)).all()) == 2


def test_nothing_secret_is_stored_in_clear_or_told(cast: Cast, key: str) -> None:
    stored = db.session.scalars(select(PersonalSecret)).one()
    assert key.encode() not in stored.ciphertext
    assert personal_secrets.reveal(cast.olive.id, "totp") == key
    told = str([(each.changes, each.note) for each in db.session.scalars(select(AuditRecord))])
    told += str([each.facts for each in db.session.scalars(select(Message))])
    assert key not in told


def test_a_secret_put_into_anothers_row_does_not_open(cast: Cast, key: str) -> None:
    row = db.session.scalars(select(PersonalSecret)).one()
    db.session.expunge(row)
    row.user_id = cast.max.id
    with pytest.raises(CannotDecrypt):
        personal_secrets._opened(row)
    row.user_id, row.ciphertext = cast.olive.id, seal(vault.source.keys()[0].secret, b"x", b"elsewhere")
    with pytest.raises(CannotDecrypt):
        personal_secrets._opened(row)


def test_a_wrong_first_code_sets_nothing_up(cast: Cast, clock) -> None:
    with pytest.raises(Invalid, match="six digits"):
        actions.add_authenticator(cast.actor(cast.olive), one_time_codes.new_app_secret(), "000000")
    assert not queries.has_second_factor(cast.olive.id)


def test_the_password_alone_lets_nobody_in(cast: Cast, key: str, somebody, records) -> None:
    before = len(records(Event.SESSION_STARTED))
    wait_for_factor(somebody)
    assert len(records(Event.SESSION_STARTED)) == before


def test_a_code_is_taken_once_even_the_one_that_set_it_up(cast: Cast, key: str, somebody, clock, records) -> None:
    clock.move_to(NOON)
    with pytest.raises(actions.WrongFactor, match="used already"):
        actions.finish_sign_in(somebody, wait_for_factor(somebody), now_on(key, clock))
    clock.shift(timedelta(seconds=30))
    given = now_on(key, clock)
    assert actions.finish_sign_in(somebody, wait_for_factor(somebody), given).actor.username == "olive"
    assert records(Event.SESSION_STARTED)[-1].note == "with a code of the authenticator app"
    with pytest.raises(actions.WrongFactor, match="used already"):
        actions.finish_sign_in(somebody, wait_for_factor(somebody), given)


@pytest.mark.parametrize(("seconds", "right"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_wrong(cast: Cast, key: str, somebody, clock, seconds: int, right: bool) -> None:
    given = GivenFactor(code=code_at(key, datetime.now(UTC) + timedelta(seconds=seconds)))
    waiting = wait_for_factor(somebody)
    if right:
        assert actions.finish_sign_in(somebody, waiting, given)
    else:
        with pytest.raises(actions.WrongFactor):
            actions.finish_sign_in(somebody, waiting, given)


def test_a_recovery_code_is_taken_once_however_it_is_typed(cast: Cast, clock, somebody, records) -> None:
    secret = one_time_codes.new_app_secret()
    codes = actions.add_authenticator(cast.actor(cast.olive), secret, code_at(secret, NOON))
    typed = GivenFactor(code=codes[3].upper().replace("-", " "))
    actions.finish_sign_in(somebody, wait_for_factor(somebody), typed)
    assert records(Event.SESSION_STARTED)[-1].note == "with a recovery code; 9 codes are left"
    assert queries.codes_left(cast.olive.id) == 9
    with pytest.raises(actions.WrongFactor, match="used already"):
        actions.finish_sign_in(somebody, wait_for_factor(somebody), typed)
    fresh = actions.make_recovery_codes(cast.actor(cast.olive))
    assert not set(fresh) & set(codes)
    with pytest.raises(actions.WrongFactor, match="not right"):
        actions.finish_sign_in(somebody, wait_for_factor(somebody), GivenFactor(code=codes[0]))


def test_a_sign_in_is_finished_once_and_waits_ten_minutes(cast: Cast, key: str, somebody, clock) -> None:
    waiting = wait_for_factor(somebody)
    actions.finish_sign_in(somebody, waiting, now_on(key, clock))
    late = wait_for_factor(somebody)
    clock.shift(WAITS_FOR)
    for each in (waiting, late, "made up"):
        with pytest.raises(Gone):
            actions.finish_sign_in(somebody, each, now_on(key, clock))
    assert db.session.scalars(select(WaitingSignIn)).one().expires_at == datetime.now(UTC)


def test_wrong_codes_lock_as_wrong_passwords_do_and_right_passwords_between_do_not_help(
    cast: Cast, key: str, somebody, clock, records
) -> None:
    for _ in range(10):
        with pytest.raises(actions.WrongFactor):
            actions.finish_sign_in(somebody, wait_for_factor(somebody), GivenFactor(code="000000"))
    with pytest.raises(TooMany) as locked:
        actions.sign_in(somebody, OLIVE)
    assert locked.value.type == "sign-in-locked"
    assert len(records(Event.SESSION_REFUSED)) == 11
    clock.shift(timedelta(minutes=30))
    actions.finish_sign_in(somebody, wait_for_factor(somebody), now_on(key, clock))


def test_asking_often_for_the_second_step_locks_nobody_out(cast: Cast, key: str, somebody, clock) -> None:
    for _ in range(12):
        waiting = wait_for_factor(somebody)
    assert actions.finish_sign_in(somebody, waiting, now_on(key, clock))


def test_a_passkey_is_the_second_factor_and_lets_in_by_itself(cast: Cast, somebody, records) -> None:
    device = Device()
    with_passkey(cast, device)
    asked = actions.ask_to_sign(somebody, PasskeyUse.SIGN_IN, cast.olive.id)
    given = GivenFactor(passkey=device.sign(asked))
    assert actions.finish_sign_in(somebody, wait_for_factor(somebody), given).actor.username == "olive"
    alone = device.sign(actions.ask_to_sign(somebody, PasskeyUse.SIGN_IN, None))
    assert actions.sign_in_with_passkey(somebody, alone).actor.username == "olive"
    assert records(Event.SESSION_STARTED)[-1].note == "with the passkey “Laptop”"
    with pytest.raises(actions.WrongFactor):  # its challenge is spent
        actions.sign_in_with_passkey(somebody, alone)


def test_an_answer_that_does_not_fit_is_refused(cast: Cast, somebody, clock) -> None:
    device = Device()
    with_passkey(cast, device)

    def asked(use: PasskeyUse = PasskeyUse.SIGN_IN) -> dict:
        return actions.ask_to_sign(somebody, use, None)

    copy = Device(key=device.key, signed=-1)
    elsewhere = Device(key=device.key, signed=50, origin="http://elsewhere.example")
    careless = Device(key=device.key, signed=60, verifies=False)
    stranger, unknown = Device(signed=70), Device(signed=70, id=b"unknown")
    device.sign(asked())
    late = Device(key=device.key, signed=80).sign(asked())
    answers = [
        copy.sign(asked()), elsewhere.sign(asked()), careless.sign(asked()), stranger.sign(asked()),
        unknown.sign(asked()), device.sign(asked(PasskeyUse.PROVE)), "{}", "[" * 5000, "", "null", "\x00",
    ]  # fmt: skip
    db.session.scalars(select(Passkey)).one()
    actions.sign_in_with_passkey(somebody, Device(key=device.key, signed=10).sign(asked()))
    for answer in answers:
        with pytest.raises(actions.WrongFactor):
            actions.sign_in_with_passkey(somebody, answer)
    clock.shift(timedelta(minutes=5))
    with pytest.raises(actions.WrongFactor):
        actions.sign_in_with_passkey(somebody, late)


def test_a_passkey_is_set_up_once_and_by_whoever_was_asked(cast: Cast) -> None:
    device, olive, otto = Device(), cast.actor(cast.olive), cast.actor(cast.otto)
    with pytest.raises(Invalid, match="could not be checked"):
        actions.add_passkey(otto, NewPasskey(name="x", passkey=device.make(actions.ask_to_make(olive))))
    with_passkey(cast, device)
    with pytest.raises(Conflict, match="already"):
        actions.add_passkey(otto, NewPasskey(name="x", passkey=device.make(actions.ask_to_make(otto))))


def test_who_is_signed_in_can_say_it_again_by_each_factor(cast: Cast, key: str, somebody, clock, records) -> None:
    device = Device()
    with_passkey(cast, device)
    entered = actions.finish_sign_in(somebody, wait_for_factor(somebody), now_on(key, clock))
    clock.shift(timedelta(minutes=20))
    signed = device.sign(actions.ask_to_sign(entered.actor, PasskeyUse.PROVE, cast.olive.id))
    session_id = entered.session_id
    for given in (Proving(code=code_at(key, datetime.now(UTC))), Proving(passkey=signed), Proving(password=PASSPHRASE)):
        session_id = actions.prove_again(entered.actor, session_id, given)
    assert queries.actor_for_session(session_id, LIFETIME, None).proved_at == datetime.now(UTC)
    assert records(Event.SESSION_STARTED)[-2].note == "asked again: with the passkey “Laptop”"
    with pytest.raises(actions.WrongFactor):
        actions.prove_again(entered.actor, session_id, Proving(code="000000"))


def test_with_the_last_factor_the_codes_go(cast: Cast, key: str, records) -> None:
    with_passkey(cast, Device())
    olive = cast.actor(cast.olive)
    passkey = queries.passkeys_of(cast.olive.id)[0]
    with pytest.raises(NotFound):
        actions.remove_factor(cast.actor(cast.otto), passkey.id)
    actions.remove_factor(olive, None)
    assert personal_secrets.reveal(cast.olive.id, "totp") is None
    assert queries.codes_left(cast.olive.id) == 10
    actions.remove_factor(olive, passkey.id)
    assert db.session.scalars(select(RecoveryCode)).all() == []
    assert len(records(Event.FACTOR_REMOVED)) == 2
    with pytest.raises(Conflict):
        actions.make_recovery_codes(olive)


def test_the_api_asks_for_the_factor_and_takes_each_code_once(cast: Cast, key: str, at_the_api, clock) -> None:
    with pytest.raises(actions.SecondFactorRequired):
        actions.issue_tokens(at_the_api, OLIVE)
    given = OLIVE.model_copy(update={"otp": code_at(key, datetime.now(UTC))})
    assert actions.issue_tokens(at_the_api, given).user.username == "olive"
    for otp in (given.otp, "000000", "no code at all"):
        with pytest.raises(actions.WrongFactor):
            actions.issue_tokens(at_the_api, OLIVE.model_copy(update={"otp": otp}))
