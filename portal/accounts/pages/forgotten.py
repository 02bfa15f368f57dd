"""A forgotten password: asking for a link, and setting a new one by it."""

from __future__ import annotations

from flask import Response, g

from portal.accounts import actions, browser, queries
from portal.accounts.drafts import Forgotten, PasswordReset
from portal.accounts.forms import ForgottenForm, ResetForm
from portal.accounts.models import ResetLink
from portal.accounts.pages.blueprints import blueprint
from portal.foundation.errors import Gone, NotFound
from portal.web.access import public
from portal.web.limiter import sign_in_limit
from portal.web.pages import leave_for, page


@blueprint.get("/forgot")
@public
def forgot() -> Response:
    """Ask whose password was forgotten."""
    return page("accounts/forgot.html", form=ForgottenForm())


@blueprint.post("/forgot")
@public
@sign_in_limit
def ask_for_reset() -> Response:
    """Mail a link, if there is such a person; what is answered is the same if not."""
    form = ForgottenForm()

    def ask(draft: Forgotten) -> bool:
        actions.ask_for_reset(g.actor, draft)
        return True

    if form.carry_out(Forgotten, ask) is None:
        return page("accounts/forgot.html", form.status, form=form)
    return page("accounts/forgot_sent.html")


@blueprint.get("/reset/<token>")
@public
def see_reset(token: str) -> Response:
    """Ask whoever followed the link for a new password. Opening it does nothing yet: what checks mail opens it too."""
    try:
        link = queries.usable_reset(token)
    except (Gone, NotFound) as refusal:
        return _cannot_be_used(refusal)
    return _of_another(link) or page("accounts/reset.html", form=ResetForm(), username=link.user.username)


@blueprint.post("/reset/<token>")
@public
@sign_in_limit
def reset(token: str) -> Response:
    """Set the new password."""
    form = ResetForm()
    try:
        link = queries.usable_reset(token)
        other, username = _of_another(link), link.user.username
        if other is not None:
            return other
        done = form.carry_out(PasswordReset, lambda draft: actions.reset_password(g.actor, token, draft))
    except (Gone, NotFound) as refusal:
        return _cannot_be_used(refusal)
    if done is None:
        return page("accounts/reset.html", form.status, form=form, username=username)
    browser.leave(g.actor)
    return leave_for("accounts.sign_in", message="Your password is set. Sign in with it.")


def _of_another(link: ResetLink) -> Response | None:
    """Say that somebody else is signed in than the one the link was mailed to."""
    if g.actor.user_id in {None, link.user_id}:
        return None
    return page("accounts/reset_of_another.html", 409)


def _cannot_be_used(refusal: Gone | NotFound) -> Response:
    gone = isinstance(refusal, Gone)
    return page("accounts/reset_gone.html", 410 if gone else 404, gone=gone)
