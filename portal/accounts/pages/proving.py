"""Asking once more who somebody is, before what could be used against them."""

from __future__ import annotations

from flask import Response, g, request

from portal.accounts import actions, browser, own_account, queries
from portal.accounts.drafts import Proving
from portal.accounts.forms import CodeForm, PasskeyForm, ProvePasswordForm
from portal.accounts.limits import PasskeyUse
from portal.accounts.pages.blueprints import account
from portal.foundation.errors import Invalid, TooMany
from portal.foundation.permissions import Permission
from portal.web.access import requires
from portal.web.doors import answer
from portal.web.forms import DraftForm
from portal.web.limiter import sign_in_limit
from portal.web.pages import leave_for, page


@account.get("/prove")
@requires(Permission.ACCOUNT_EDIT)
def prove() -> Response:
    """Ask for the password or a second factor once more."""
    return _onward() if browser.proved_lately() else _ask(200)


@account.post("/prove")
@requires(Permission.ACCOUNT_EDIT)
@sign_in_limit
def prove_now() -> Response:
    """Check the password, or a code."""
    return _prove("code" if "code" in request.form else "password")


@account.post("/prove/passkey")
@requires(Permission.ACCOUNT_EDIT)
@sign_in_limit
def prove_by_passkey() -> Response:
    """Check what a passkey signed."""
    return _prove("passkey")


@account.post("/prove/ask")
@requires(Permission.ACCOUNT_EDIT)
@sign_in_limit
def ask_for_proof() -> Response:
    """Give what the browser is asked for: one of the own passkeys."""
    return answer(actions.ask_to_sign(g.actor, PasskeyUse.PROVE, g.actor.user_id))


def _prove(way: str) -> Response:
    forms: dict[str, type[DraftForm]] = {"password": ProvePasswordForm, "code": CodeForm, "passkey": PasskeyForm}
    form = forms[way]()

    def check(draft: Proving) -> bool:
        browser.prove_again(g.actor, draft)
        return True

    wait = None
    try:
        if form.carry_out(Proving, check):
            return _onward()
    except actions.WrongCredentials:
        form.take(Invalid.at(way, "This is not your password."))
    except actions.WrongFactor as refusal:
        form.take(Invalid.at(way, refusal.message))
    except TooMany as refusal:
        form.take(Invalid.at(way, refusal.message))
        form.status, wait = 429, refusal.retry_after
    response = _ask(form.status, **{way: form})
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _ask(status: int, **tried: DraftForm) -> Response:
    ways = own_account.ways_of(g.actor.user_id)
    own = {
        "password": ProvePasswordForm(formdata=None) if queries.has_password(g.actor.user_id) else None,
        "code": CodeForm(formdata=None) if ways["app"] or ways["codes"] else None,
        "passkey": PasskeyForm(formdata=None) if ways["passkey"] else None,
    }
    return page("accounts/prove.html", status, ways=ways, tried=next(iter(tried.values()), None), **{**own, **tried})


def _onward() -> Response:
    endpoint, values = browser.came_for(request.args.get("next"))
    return leave_for(endpoint, **values)
