"""Asking for more, and the queue of those who answer."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.foundation.writing import isolated
from portal.requests import actions, queries
from portal.requests.drafts import Declined, LimitAsked, PlanAsked
from portal.requests.forms import DeclineForm, LimitForm, PlainForm, PlanAskedForm, QueueForm
from portal.requests.limits import State
from portal.requests.words import STATE_WORDS, TONES
from portal.tenants import queries as tenants
from portal.tenants.drafts import Nothing
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.web.access import requires
from portal.web.forms import DraftForm
from portal.web.listing import Listing
from portal.web.pages import leave_for, page

blueprint = Blueprint("requests", __name__)

SENT = "Asked. The answer comes by mail and stands here."


@blueprint.get("/tenants/<slug>/requests")
@requires(Permission.TENANTS_VIEW, tenant=tenants.tenant_by_slug)
def of_tenant(tenant: Tenant) -> Response:
    """Show what was asked for a tenant, and what came of it."""
    found = queries.of_tenant(g.actor, tenant)
    return page("requests/of_tenant.html", tenant=tenant, tab="settings", asked=found)


@blueprint.get("/tenants/<slug>/ask/limit")
@requires(Permission.REQUESTS_MAKE, tenant=tenants.tenant_by_slug)
def ask_for_limit(tenant: Tenant) -> Response:
    """Show the form for asking for a limit; `?limit=` and `?value=` fill it in."""
    value = request.args.get("value", "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 17 else None
    return _ask_for_limit(tenant, LimitForm(data={"limit": request.args.get("limit"), "value": number}))


@blueprint.post("/tenants/<slug>/ask/limit")
@requires(Permission.REQUESTS_MAKE, tenant=tenants.tenant_by_slug)
def send_for_limit(tenant: Tenant) -> Response:
    """Ask for a limit."""
    form = LimitForm()
    if form.carry_out(LimitAsked, lambda draft: actions.ask_for_limit(g.actor, tenant, draft)) is None:
        return _ask_for_limit(tenant, form)
    return leave_for("tenants.settings", slug=tenant.slug, section="limits", message=SENT)


@blueprint.get("/tenants/<slug>/ask/plan")
@requires(Permission.TENANTS_CHANGE_PLAN, tenant=tenants.tenant_by_slug)
def ask_for_plan(tenant: Tenant) -> Response:
    """Show the form for asking for a plan; `?plan=` fills it in."""
    return _ask_for_plan(tenant, PlanAskedForm(tenant, data={"billing_plan": request.args.get("plan")}))


@blueprint.post("/tenants/<slug>/ask/plan")
@requires(Permission.TENANTS_CHANGE_PLAN, tenant=tenants.tenant_by_slug)
def send_for_plan(tenant: Tenant) -> Response:
    """Ask for a plan."""
    form = PlanAskedForm(tenant)
    if form.carry_out(PlanAsked, lambda draft: actions.ask_for_plan(g.actor, tenant, draft)) is None:
        return _ask_for_plan(tenant, form)
    return leave_for("tenants.plan", slug=tenant.slug, message=SENT)


@blueprint.post("/tenants/<slug>/requests/<uuid:request_id>/withdraw")
@requires(Permission.REQUESTS_MAKE, tenant=tenants.tenant_by_slug)
def withdraw(tenant: Tenant, request_id: UUID) -> Response:
    """Take a request back."""
    actions.withdraw_request(g.actor, tenant, request_id)
    return leave_for("requests.of_tenant", slug=tenant.slug, message="The request is withdrawn.")


@blueprint.get("/requests")
@requires(Permission.REQUESTS_ANSWER)
def index() -> Response:
    """Show the requests of all tenants, those that wait first."""
    form = QueueForm(
        request.args
        if "state" in request.args
        else MultiDict([*request.args.items(multi=True), ("state", State.OPEN.value)])
    )
    right = form.validate()
    state = State(form.state.data) if form.state.data and not form.state.errors else None
    numbers = queries.numbers_by_state(g.actor)
    total = sum(numbers.values()) if state is None else numbers.get(state, 0)
    listing = Listing(queries.queue(g.actor, state, form.page_size, form.start), total, form.page_size, form.start)
    tabs: list[tuple[str, str, bool, int | None]] = [
        (words, url_for("requests.index", state=each.value), state == each, numbers.get(each, 0))
        for each, words in STATE_WORDS.items()
    ]
    tabs.append(("All", url_for("requests.index", state=""), state is None, None))
    return page(
        "requests/index.html", 200 if right else 422, form=form, listing=listing, state=state, state_tabs=tabs,
        state_words=STATE_WORDS, tones=TONES,
    )  # fmt: skip


@blueprint.get("/requests/<uuid:request_id>")
@requires(Permission.REQUESTS_ANSWER)
def show(request_id: UUID) -> Response:
    """Show a request, with both answers."""
    return _show(request_id, DeclineForm())


@blueprint.post("/requests/<uuid:request_id>/grant")
@requires(Permission.REQUESTS_ANSWER)
def grant(request_id: UUID) -> Response:
    """Give what is asked for."""
    line, form = queries.line(g.actor, request_id), PlainForm()
    if form.carry_out(Nothing, lambda _: actions.grant_request(g.actor, line.tenant, request_id)) is None:
        return _show(request_id, DeclineForm(formdata=None), form)
    return leave_for("requests.index", message=f"Granted: {isolated(line.tenant.name)} has {line.wanted}.")


@blueprint.post("/requests/<uuid:request_id>/decline")
@requires(Permission.REQUESTS_ANSWER)
def decline(request_id: UUID) -> Response:
    """Decline a request, with a reason."""
    line, form = queries.line(g.actor, request_id), DeclineForm()
    if form.carry_out(Declined, lambda draft: actions.decline_request(g.actor, line.tenant, request_id, draft)) is None:
        return _show(request_id, form)
    return leave_for("requests.index", message=f"Declined. The owner of {isolated(line.tenant.name)} is told.")


def _show(request_id: UUID, form: DraftForm, refused: DraftForm | None = None) -> Response:
    line = queries.line(g.actor, request_id)
    faults = refused or form
    return page(
        "requests/show.html", faults.status, line=line, form=form, faults=faults, state_words=STATE_WORDS, tones=TONES
    )


def _ask_for_limit(tenant: Tenant, form: LimitForm) -> Response:
    name = form.limit.data
    present = tenant.entitlement(name) if name in LIMITS else None
    return page("requests/ask_for_limit.html", form.status, tenant=tenant, tab="settings", form=form, present=present)


def _ask_for_plan(tenant: Tenant, form: PlanAskedForm) -> Response:
    return page("requests/ask_for_plan.html", form.status, tenant=tenant, tab="settings", form=form)
