"""Signing up, in and out, in the browser."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, request

from portal.accounts import actions, browser, queries
from portal.accounts.browser import init_app as init_app
from portal.accounts.browser import load_actor as load_actor
from portal.accounts.drafts import Credentials, PageSignUp
from portal.accounts.forms import SignInForm, SignUpForm
from portal.foundation.errors import Gone, Invalid, NotFound, TooMany
from portal.foundation.permissions import Permission
from portal.web.access import public, requires
from portal.web.limiter import sign_in_limit, sign_up_limit
from portal.web.pages import leave_for, page

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/signup")
@public
def sign_up() -> Response:
    """Show the form for making an account."""
    return _to_start() or page("accounts/sign_up.html", form=SignUpForm())


@blueprint.post("/signup")
@public
@sign_up_limit
def make_account() -> Response:
    """Make the account and sign in."""
    form = SignUpForm()
    user = form.carry_out(PageSignUp, lambda draft: actions.sign_up(g.actor, draft))
    if user is None:
        return page("accounts/sign_up.html", form.status, form=form)
    browser.leave(g.actor)
    entered = actions.start_session(
        g.actor, user, device_mark=browser.device_mark(), user_agent=browser.user_agent(), note="on signing up"
    )
    return browser.enter(entered, message=f"Welcome, {user.username}.")


@blueprint.get("/login")
@public
def sign_in() -> Response:
    """Show the form for signing in."""
    return _to_start() or page("accounts/sign_in.html", form=SignInForm())


@blueprint.post("/login")
@public
@sign_in_limit
def let_in() -> Response:
    """Check the name and password, and begin a session."""
    form = SignInForm()
    try:
        entered = form.carry_out(Credentials, _sign_in)
    except actions.WrongCredentials as refusal:
        return _refuse_sign_in(form, refusal.message, 422)
    except TooMany as refusal:
        response = _refuse_sign_in(form, refusal.message, 429)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    if entered is None:
        return page("accounts/sign_in.html", form.status, form=form)
    return browser.enter(entered)


@blueprint.post("/logout")
@public
def sign_out() -> Response:
    """End the session, on the server too."""
    browser.leave(g.actor)
    return leave_for("accounts.sign_in", message="You have signed out.")


@blueprint.get("/login/link/<token>")
@public
def follow_link(token: str) -> Response:
    """Sign in by a one-time link of the demonstration. Asking for the headers alone uses nothing."""
    if not browser.settings().demonstration:
        raise NotFound
    try:
        if request.method == "HEAD":
            queries.usable_link(token)
            return make_response("")
        entered = actions.use_sign_in_link(g.actor, token, browser.device_mark(), browser.user_agent())
    except Gone:
        return page("accounts/link_gone.html", 410)
    browser.leave(g.actor)
    return browser.enter(entered)


@blueprint.get("/confirm")
@requires(Permission.ACCOUNT_VIEW)
def unconfirmed() -> Response:
    """Say how the own address stands, and offer to send the link again."""
    return page("accounts/unconfirmed.html", address=browser.unconfirmed_address())


@blueprint.post("/confirm")
@requires(Permission.ACCOUNT_EDIT)
def send_confirmation() -> Response:
    """Send the link that confirms the own address once more."""
    address = actions.send_confirmation(g.actor)
    return leave_for("accounts.unconfirmed", message=f"The link is on its way to {address}.")


@blueprint.get("/confirm/<token>")
@public
def see_confirmation(token: str) -> Response:
    """Ask whoever followed the link to confirm. Opening it does nothing yet: what checks mail for harm opens it too."""
    try:
        link = queries.usable_confirmation(token)
    except Gone:
        return _confirmation_gone()
    return page("accounts/confirm.html", address=link.user.email)


@blueprint.post("/confirm/<token>")
@public
def confirm(token: str) -> Response:
    """Confirm the address that the link was mailed to."""
    try:
        user = actions.confirm_address(g.actor, token)
    except Gone:
        return _confirmation_gone()
    onward = browser.START if g.actor.role is not None else "accounts.sign_in"
    return leave_for(onward, message=f"{user.email} is confirmed.")


def _confirmation_gone() -> Response:
    return page("accounts/confirmation_gone.html", 410, address=browser.unconfirmed_address())


def _sign_in(draft: Credentials) -> actions.SignedIn:
    entered = actions.sign_in(g.actor, draft, browser.device_mark(), browser.user_agent())
    browser.leave(g.actor)
    return entered


def _refuse_sign_in(form: SignInForm, message: str, status: int) -> Response:
    form.take(Invalid.at("password", message))
    return page("accounts/sign_in.html", status, form=form)


def _to_start() -> Response | None:
    """Lead those who are signed in to the start page."""
    return leave_for(browser.START) if g.actor.role is not None else None
