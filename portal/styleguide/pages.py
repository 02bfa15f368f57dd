"""The page of components. It shows nobody's data, and is there in the demonstration only."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, url_for

from portal.foundation.errors import NotFound
from portal.styleguide import samples
from portal.styleguide.components import GROUPS
from portal.styleguide.forms import sample_forms
from portal.web.access import public
from portal.web.pages import leave_for, page

blueprint = Blueprint("styleguide", __name__, url_prefix="/styleguide")

SAID = {
    "good": "“Acme Corp” is saved.",
    "info": "Three tenants were left as they were.",
    "warn": "“Acme Corp” is saved; its webhook’s host is not known yet.",
    "bad": "“Acme Corp” could not be saved. Nothing has changed.",
}
"""What the samples say, by their tone."""


@blueprint.get("")
@public
def index() -> Response:
    """Show every component in every state."""
    _only_in_the_demonstration()
    return page("styleguide/index.html", groups=GROUPS, said=SAID, **sample_forms(), **samples.all_of_them())


@blueprint.post("")
@public
def try_out() -> Response:
    """Answer a sample's button with a message, and do nothing else."""
    _only_in_the_demonstration()
    tone = request.form.get("tone", "")
    undo = url_for("styleguide.try_out") if tone == "undo" else None
    text = SAID.get(tone, "That was a sample: nothing was done.")
    return leave_for("styleguide.index", message=text, tone=tone if tone in SAID else "good", undo=undo)


def _only_in_the_demonstration() -> None:
    if not current_app.config["SETTINGS"].demonstration:
        raise NotFound
