"""The page of daily work."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, current_app, g
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.jobs import actions, queries
from portal.jobs.declared import declared
from portal.jobs.declaring import Declared
from portal.mail import queries as mail
from portal.web.access import requires
from portal.web.pages import leave_for, page

blueprint = Blueprint("jobs", __name__)


def _jobs() -> Sequence[Declared]:
    return declared(current_app.config["SETTINGS"])


@blueprint.get("/jobs")
@requires(Permission.JOBS_VIEW)
def index() -> Response:
    """Show every job: when it ran, what came of it, when it is due. And how mail stands."""
    return page("jobs/index.html", lines=queries.lines(g.actor, _jobs()), mail=mail.standing(g.actor))


@blueprint.post("/jobs/<job>/run")
@requires(Permission.JOBS_RUN)
def run(job: str) -> Response:
    """Have a job run now."""
    found = queries.job_of(g.actor, _jobs(), job)
    actions.run_job(g.actor, found)
    return leave_for("jobs.index", message=f"“{found.label}” runs in a moment. Reload the page to see what came of it.")
