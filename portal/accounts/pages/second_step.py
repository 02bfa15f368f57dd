"""The second step of signing in, and signing in by a passkey alone."""

from __future__ import annotations

from flask import Response, g

from portal.accounts import actions, browser, own_account, queries
from portal.accounts.drafts import GivenFactor
from portal.accounts.forms import CodeForm, PasskeyForm, SignInForm, refuse_at
from portal.accounts.limits import PasskeyUse
from portal.accounts.pages.blueprints import blueprint
from portal.foundation.errors import Gone, TooMany
from portal.web.access import public
from portal.web.doors import answer
from portal.web.forms import DraftForm
from portal.web.limiter import sign_in_limit
from portal.web.pages import leave_for, page


@blueprint.get("/login/second")
@public
def second_step() -> Response:
    """Ask for the second factor."""
    try:
        return page("accounts/second_step.html", form=CodeForm(), **_ways())
    except Gone:
        return _too_late()


@blueprint.post("/login/second")
@public
@sign_in_limit
def finish() -> Response:
    """Check a code, and begin the session."""
    return _finish(CodeForm())


@blueprint.post("/login/second/passkey")
@public
@sign_in_limit
def finish_by_passkey() -> Response:
    """Check what a passkey signed, and begin the session."""
    return _finish(PasskeyForm())


@blueprint.post("/login/second/ask")
@public
@sign_in_limit
def ask_for_second() -> Response:
    """Give what the browser is asked for: one of the passkeys of whoever waits."""
    user = queries.waiting_sign_in(browser.waiting_id()).user
    return answer(actions.ask_to_sign(g.actor, PasskeyUse.SIGN_IN, user.id))


@blueprint.post("/login/passkey")
@public
@sign_in_limit
def sign_in_by_passkey() -> Response:
    """Sign in by a passkey alone."""
    form = PasskeyForm()

    def enter(draft: GivenFactor) -> actions.SignedIn:
        given = draft.passkey or ""
        return actions.sign_in_with_passkey(g.actor, given, browser.device_mark(), browser.user_agent())

    try:
        entered = form.carry_out(GivenFactor, enter)
    except actions.WrongFactor as refusal:
        return refuse_at(SignInForm(), "", refusal, "accounts/sign_in.html")
    if entered is None:
        return refuse_at(SignInForm(), "", actions.WrongFactor(_said(form)), "accounts/sign_in.html")
    browser.leave(g.actor)
    return browser.enter(entered)


@blueprint.post("/login/passkey/ask")
@public
@sign_in_limit
def ask_for_passkey() -> Response:
    """Give what the browser is asked for: any passkey of this portal that is on the device."""
    return answer(actions.ask_to_sign(g.actor, PasskeyUse.SIGN_IN, None))


def _finish(form: DraftForm) -> Response:
    def enter(draft: GivenFactor) -> actions.SignedIn:
        return actions.finish_sign_in(g.actor, browser.waiting_id(), draft, browser.device_mark(), browser.user_agent())

    try:
        ways = _ways()
        entered = form.carry_out(GivenFactor, enter)
    except Gone:
        return _too_late()
    except (actions.WrongFactor, TooMany) as refusal:
        shown = CodeForm(formdata=None)
        return refuse_at(
            shown, "code" if isinstance(form, CodeForm) else "", refusal, "accounts/second_step.html", **ways
        )
    if entered is None:
        if isinstance(form, CodeForm):
            return page("accounts/second_step.html", form.status, form=form, **ways)
        return refuse_at(
            CodeForm(formdata=None), "", actions.WrongFactor(_said(form)), "accounts/second_step.html", **ways
        )
    browser.leave(g.actor)
    return browser.enter(entered)


def _ways() -> dict[str, bool]:
    """Say by what whoever waits can go on. Raises Gone where nobody waits."""
    user = queries.waiting_sign_in(browser.waiting_id()).user
    return own_account.ways_of(user.id)


def _said(form: DraftForm) -> str:
    return next((str(error) for field in form for error in field.errors), "Try again.")


def _too_late() -> Response:
    return leave_for("accounts.sign_in", message="This sign-in waited too long. Sign in once more.", tone="warn")
