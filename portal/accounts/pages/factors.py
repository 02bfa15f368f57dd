"""Setting up second factors, and taking them away."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.accounts import actions, browser, devices, one_time_codes, own_account
from portal.accounts.drafts import FirstCode, NewPasskey
from portal.accounts.forms import FirstCodeForm, NewPasskeyForm
from portal.accounts.pages.blueprints import account
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.permissions import Permission
from portal.web.access import requires
from portal.web.doors import answer
from portal.web.limiter import sign_in_limit
from portal.web.pages import leave_for, page

SHOWN_FOR = 3600
"""Seconds for which a page that shows a new secret can be sent back."""


@account.get("/second-factor")
@requires(Permission.ACCOUNT_EDIT)
def second_factor() -> Response:
    """Show how a second factor is set up; who signed in a while ago is asked first who they are."""
    return _asked_first() or _set_up()


@account.post("/second-factor/app")
@requires(Permission.ACCOUNT_EDIT)
def add_authenticator() -> Response:
    """Set up the authenticator app whose secret the page showed, by its first code."""
    form = FirstCodeForm()
    secret = _opened(form.shown.data)
    if asked := _asked_first():
        return asked
    if secret is None:
        form = FirstCodeForm(formdata=None)
        form.take(Invalid.at("", "The page was open for too long. Scan the new picture."))
        return _set_up(app=form)
    codes = form.carry_out(
        FirstCode, lambda draft: actions.add_authenticator(g.actor, secret, draft.code, browser.session_id())
    )
    return _set_up(app=form, secret=secret) if codes is None else _added(codes, "The authenticator app is set up.")


@account.post("/second-factor/passkey")
@requires(Permission.ACCOUNT_EDIT)
def add_passkey() -> Response:
    """Keep the passkey that the browser made."""
    form = NewPasskeyForm()
    if asked := _asked_first():
        return asked
    codes = form.carry_out(NewPasskey, lambda draft: actions.add_passkey(g.actor, draft, browser.session_id()))
    return _set_up(passkey=form) if codes is None else _added(codes, "The passkey is set up.")


@account.post("/second-factor/passkey/ask")
@requires(Permission.ACCOUNT_EDIT)
@sign_in_limit
def ask_for_passkey() -> Response:
    """Give what the browser is asked for to make a passkey."""
    return answer(actions.ask_to_make(g.actor))


@account.get("/second-factor/<factor>/remove")
@requires(Permission.ACCOUNT_EDIT)
def confirm_remove(factor: str) -> Response:
    """Say what taking a second factor away means."""
    factors = own_account.factors_of(g.actor.user_id)
    passkey = factors.passkey(_id_of(factor))
    if passkey is None and not (factor == "app" and factors.app):
        raise NotFound
    return _asked_first() or page(
        "accounts/remove_factor.html",
        passkey=passkey,
        last=factors.number == 1,
        asked_by=own_account.asking_for_factor(g.actor),
    )


@account.post("/second-factor/<factor>/remove")
@requires(Permission.ACCOUNT_EDIT)
def remove(factor: str) -> Response:
    """Take a second factor away."""
    if factor != "app" and _id_of(factor) is None:
        raise NotFound
    if asked := _asked_first():
        return asked
    actions.remove_factor(g.actor, _id_of(factor))
    called = "The authenticator app" if factor == "app" else "The passkey"
    return leave_for("account.show", message=f"{called} is removed.")


@account.post("/second-factor/codes")
@requires(Permission.ACCOUNT_EDIT)
def make_codes() -> Response:
    """Make ten new recovery codes, and show them this once."""
    return _asked_first() or _codes(actions.make_recovery_codes(g.actor), "Replaced. These are the new codes")


def _asked_first() -> Response | None:
    """Ask who signed in a while ago, once more, who they are; back from there, they do it again."""
    if browser.proved_lately():
        return None
    came = request.full_path.rstrip("?") if request.method == "GET" else "/account"
    return leave_for("account.prove", next="/account/second-factor" if g.actor.lacks_factor else came)


def _set_up(
    app: FirstCodeForm | None = None, passkey: NewPasskeyForm | None = None, secret: str | None = None
) -> Response:
    secret = secret or one_time_codes.new_app_secret()
    app = app or FirstCodeForm(formdata=None)
    app.shown.data = _signer().dumps([str(g.actor.user_id), secret])
    tried = next((form for form in (passkey, app) if form is not None and form.status != 200), app)
    passkey = passkey or NewPasskeyForm(formdata=None, data={"name": devices.words_of(browser.user_agent())})
    passkey.passkey.data = ""
    response = page(
        "accounts/second_factor.html",
        tried.status,
        app=app,
        passkey=passkey,
        tried=tried,
        key=one_time_codes.in_groups(secret),
        picture=one_time_codes.as_picture(one_time_codes.address_for_app(secret, g.actor.username)),
        factors=own_account.factors_of(g.actor.user_id),
        asked_by=own_account.asking_for_factor(g.actor),
    )
    response.cache_control.no_store = True
    return response


def _added(codes: list[str], message: str) -> Response:
    return _codes(codes, message) if codes else leave_for("account.show", message=message)


def _codes(codes: list[str], title: str) -> Response:
    response = page("accounts/recovery_codes.html", codes=codes, title=title)
    response.cache_control.no_store = True
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="authenticator app")


def _opened(shown: str | None) -> str | None:
    """Read the secret off a page that was sent back; None where it is not ours, another's, or too old."""
    try:
        user_id, secret = _signer().loads(shown or "", max_age=SHOWN_FOR)
    except (BadSignature, ValueError):
        return None
    return str(secret) if user_id == str(g.actor.user_id) else None


def _id_of(factor: str) -> UUID | None:
    try:
        return UUID(factor)
    except ValueError:
        return None
