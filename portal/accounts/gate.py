"""Who has to set up a second factor does so before anything else, at every door."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request

from portal.foundation.errors import Forbidden
from portal.web.doors import in_api
from portal.web.pages import leave_for

OPEN = {
    "account.second_factor",
    "account.add_authenticator",
    "account.add_passkey",
    "account.ask_for_passkey",
    "account.prove",
    "account.prove_now",
    "account.prove_by_passkey",
    "account.ask_for_proof",
    "accounts.unconfirmed",
    "accounts.send_confirmation",
}
"""What somebody may reach who has to set up a second factor first, beside what is open to everybody."""


class SecondFactorSetupRequired(Forbidden):
    """A tenant that the user is a member of asks for a second factor, and the user has none (403)."""

    type = "second-factor-setup-required"

    def __init__(self) -> None:
        super().__init__(
            "A tenant that you are a member of has HIPAA or PCI on, which ask each member for a second factor. Set "
            "one up on the page /account/second-factor, then ask again."
        )


def keep_out() -> Any:
    """Lead somebody who has to set up a second factor to where that is done; in the API, refuse."""
    if not g.actor.lacks_factor or request.endpoint is None or request.endpoint in OPEN:
        return None
    if getattr(current_app.view_functions[request.endpoint], "declared_access", None) == "public":
        return None
    if in_api():
        raise SecondFactorSetupRequired
    came = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return leave_for("account.second_factor", **({"next": came} if came else {}))
