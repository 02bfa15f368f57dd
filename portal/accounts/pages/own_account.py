"""One's own account: who one is, the password, the sessions."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from portal.accounts import actions, browser, own_account, queries
from portal.accounts.drafts import PasswordChange
from portal.accounts.forms import ChangePasswordForm
from portal.accounts.pages.blueprints import account
from portal.foundation.errors import Invalid, TooMany
from portal.foundation.permissions import Permission
from portal.web.access import requires
from portal.web.limiter import sign_in_limit
from portal.web.pages import leave_for, page


@account.get("")
@requires(Permission.ACCOUNT_VIEW)
def show() -> Response:
    """Show the account of whoever looks."""
    return _show(ChangePasswordForm(formdata=None))


@account.post("/password")
@requires(Permission.ACCOUNT_EDIT)
@sign_in_limit
def change_password() -> Response:
    """Change the own password; whatever else is signed in ends."""
    form = ChangePasswordForm()
    wait = None
    try:
        new_id = form.carry_out(
            PasswordChange,
            lambda draft: actions.change_password(g.actor, browser.session_id(), draft, browser.device_mark()),
        )
        if new_id is not None:
            browser.renewed(new_id)
            return _back("Your password is changed. All other sessions and the tokens of the API have ended.")
    except actions.WrongCredentials:
        form.take(Invalid.at("password", "This is not your present password."))
    except TooMany as refusal:
        form.take(Invalid.at("password", refusal.message))
        form.status, wait = 429, refusal.retry_after
    response = _show(form)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


@account.post("/sessions/end")
@requires(Permission.ACCOUNT_EDIT)
def end_session() -> Response:
    """End one of the own sessions."""
    actions.end_own_session(g.actor, request.form.get("session", ""))
    return _back("That session has ended.")


@account.post("/sessions/end-others")
@requires(Permission.ACCOUNT_EDIT)
def end_others() -> Response:
    """End all of the own sessions but this one."""
    number = actions.end_other_sessions(g.actor, browser.session_id())
    ended = "1 other session has" if number == 1 else f"{number} other sessions have"
    return _back(f"{ended} ended." if number else "There was no other session.")


def _show(form: ChangePasswordForm) -> Response:
    user = queries.user_by_id(g.actor.user_id)
    shown: dict[str, Any] = {
        "user": user,
        "factors": own_account.factors_of(user.id),
        "sessions": own_account.sessions_of(user.id, browser.session_id(), browser.lifetime()),
        "asked_by": own_account.asking_for_factor(g.actor),
    }
    return page("accounts/account.html", form.status, form=form, **shown)


def _back(message: str) -> Response:
    return leave_for("account.show", message=message)
