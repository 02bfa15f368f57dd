"""Confirming an e-mail address."""

from __future__ import annotations

from flask import Response, g

from portal.accounts import actions, browser, queries
from portal.accounts.pages.blueprints import blueprint
from portal.foundation.errors import Gone
from portal.foundation.permissions import Permission
from portal.web.access import public, requires
from portal.web.pages import leave_for, page


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
