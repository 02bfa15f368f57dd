"""Signing up, in and out, in the browser."""

from __future__ import annotations

from flask import Response, g, make_response, request

from portal.accounts import actions, browser, queries
from portal.accounts.drafts import Credentials, PageSignUp
from portal.accounts.forms import SignInForm, SignUpForm, refuse_at
from portal.accounts.pages.blueprints import blueprint
from portal.foundation.errors import Gone, NotFound, TooMany
from portal.web.access import public
from portal.web.limiter import sign_in_limit, sign_up_limit
from portal.web.pages import leave_for, page


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
    except (actions.WrongCredentials, TooMany) as refusal:
        return refuse_at(form, "password", refusal, "accounts/sign_in.html")
    if entered is None:
        return page("accounts/sign_in.html", form.status, form=form)
    return browser.wait(entered) if isinstance(entered, actions.Waiting) else browser.enter(entered)


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


def _sign_in(draft: Credentials) -> actions.SignedIn | actions.Waiting:
    entered = actions.sign_in(g.actor, draft, browser.device_mark(), browser.user_agent())
    browser.leave(g.actor)
    return entered


def _to_start() -> Response | None:
    """Lead those who are signed in to the start page."""
    return leave_for(browser.START) if g.actor.role is not None else None
