"""Taking a second factor, once: a code of an app, a recovery code, or what a passkey signed.

All of it is done within the action that follows from it and that has locked the user's row: two requests with the same
code wait for each other, and the second is refused.
"""

from __future__ import annotations

from sqlalchemy import delete

from portal.accounts import one_time_codes
from portal.accounts.actions.telling import tell
from portal.accounts.drafts import GivenFactor
from portal.accounts.limits import PasskeyUse
from portal.accounts.models import Authenticator, Passkey, PasskeyChallenge, RecoveryCode, User
from portal.accounts.passkeys import NotRight, passkeys, read_answer
from portal.accounts.queries import codes_left, passkey_of
from portal.accounts.random_secrets import hashed, hashed_bytes
from portal.foundation import personal_secrets
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotSignedIn
from portal.mail.limits import Kind

APP_SECRET = "totp"  # noqa: S105 - the field's name
SPENT_APP_CODE = "This code was used already. Each is taken once: wait for the next one, up to 30 seconds."
SPENT_RECOVERY_CODE = "This recovery code was used already. Each is taken once: use another one."


class SecondFactorRequired(NotSignedIn):
    """The password is right, and a second factor is set and was not given (401)."""

    type = "second-factor-required"

    def __init__(self) -> None:
        super().__init__("A second factor is set. Send a code of the authenticator app, or a recovery code, as `otp`.")


class WrongFactor(NotSignedIn):
    """A code or a passkey's answer is not right, or was used before (401)."""

    type = "wrong-second-factor"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "This code is not right. Look at the app once more, or use a recovery code.")


def accept(user: User, given: GivenFactor, use: PasskeyUse = PasskeyUse.SIGN_IN, *, alone: bool = False) -> str:
    """Take a second factor of a user whose row is locked; give in words what it was. Raises WrongFactor.

    `alone` says that no password came before: only a passkey will do, and its device has to have made sure of the
    person.
    """
    if given.passkey is not None:
        return _accept_passkey(user, given.passkey, use, verified=alone)
    code = one_time_codes.plain(given.code or "")
    if alone:
        raise WrongFactor
    return _accept_app_code(user, code) if one_time_codes.is_of_app(code) else _accept_recovery_code(user, code)


def _accept_app_code(user: User, code: str) -> str:
    app = db.session.get(Authenticator, user.id, populate_existing=True)
    secret = personal_secrets.reveal(user.id, APP_SECRET) if app is not None else None
    step = one_time_codes.step_of(secret, code, now()) if secret is not None else None
    if app is None or step is None:
        raise WrongFactor
    if step <= app.last_step:
        raise WrongFactor(SPENT_APP_CODE)
    app.last_step, app.used_at = step, now()
    return "with a code of the authenticator app"


def _accept_recovery_code(user: User, code: str) -> str:
    row = db.session.get(RecoveryCode, (user.id, hashed(code)), populate_existing=True)
    if row is None:
        raise WrongFactor
    if row.used_at is not None:
        raise WrongFactor(SPENT_RECOVERY_CODE)
    row.used_at = now()
    left = codes_left(user.id) - 1  # the one that is used now is not in the database yet
    words = "1 code is left" if left == 1 else f"{left} codes are left"
    tell(user, Kind.SECOND_FACTOR_CHANGED, what="code_used", factor=words)
    return f"with a recovery code; {words}"


def _accept_passkey(user: User, answer: str, use: PasskeyUse, *, verified: bool) -> str:
    try:
        credential_id, challenge = read_answer(answer)
        spend_challenge(challenge, use, user)
        row = passkey_of(user.id, credential_id)
        if row is None:
            raise NotRight
        signed = passkeys.signed(answer, challenge, row.public_key, row.sign_count, verified=verified)
    except NotRight as error:
        raise WrongFactor("This passkey could not be checked. Try again, or use another way.") from error
    row.sign_count, row.used_at = signed, now()
    return f"with the passkey “{row.name}”"


def spend_challenge(challenge: bytes, use: PasskeyUse, user: User) -> None:
    """Within the running transaction, take what a passkey was asked to sign off the list, so that its answer counts
    once. Raises NotRight where it was not asked, not for this, of somebody else, or too long ago."""
    row = db.session.get(PasskeyChallenge, hashed_bytes(challenge), populate_existing=True)
    if row is None or row.purpose != use or row.user_id not in {None, user.id} or row.expires_at <= now():
        raise NotRight
    db.session.delete(row)


def forget_factors(user: User) -> None:
    """Within the running transaction, take all second factors and recovery codes of somebody away."""
    for model in (Authenticator, Passkey, RecoveryCode):
        db.session.execute(delete(model).where(model.user_id == user.id))
    personal_secrets.forget(user.id, APP_SECRET)
