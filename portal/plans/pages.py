"""The catalogue of plans, for administrators: what each is, what an edit does, and only then the edit."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from portal.foundation.clock import now
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Permission
from portal.foundation.writing import isolated
from portal.plans import actions, outlook, queries
from portal.plans.drafts import NewPlan, NewPrice, PlanEdit
from portal.plans.forms import (
    PlainForm,
    PlanForm,
    PriceForm,
    new_plan_form,
    plan_form,
    show_newer,
    version_of,
)
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.plans.words import lines, minute_price, price_rows
from portal.tenants.drafts import Nothing
from portal.tenants.words import FEATURE_WORDS
from portal.web.access import requires
from portal.web.forms import DraftForm
from portal.web.pages import leave_for, page

blueprint = Blueprint("plans", __name__, url_prefix="/plans")


@blueprint.get("")
@requires(Permission.PLANS_EDIT)
def index() -> Response:
    """Show the catalogue, with how many tenants are on each plan."""
    catalogue = queries.catalogue(with_prices=True)
    return page("plans/index.html", lines=lines(catalogue, outlook.tenants_by_plan(g.actor), now().date()))


@blueprint.get("/new")
@requires(Permission.PLANS_EDIT)
def new() -> Response:
    """Show the form of a new plan; `?like=` is the key of one to begin with."""
    like = queries.plan_by_key(request.args["like"]) if request.args.get("like") else None
    return page("plans/new.html", form=new_plan_form(like))


@blueprint.post("/new")
@requires(Permission.PLANS_EDIT)
def create() -> Response:
    """Put a plan into the catalogue."""
    form = new_plan_form(None)
    made = form.carry_out(NewPlan, lambda draft: actions.create_plan(g.actor, draft))
    if made is None:
        return page("plans/new.html", form.status, form=form)
    return leave_for("plans.index", message=f"The {isolated(made.label)} plan is in the catalogue.")


@blueprint.get("/<key>")
@requires(Permission.PLANS_EDIT)
def show(key: str) -> Response:
    """Show a plan: its form, its prices, and whether it is offered."""
    plan = queries.plan_by_key(key)
    return _show(plan, plan_form(plan))


@blueprint.post("/<key>")
@requires(Permission.PLANS_EDIT)
def save(key: str) -> Response:
    """Say what an edit does to how many tenants; confirmed, save it. Asked to, go back to what was typed."""
    plan = queries.plan_by_key(key)
    form = plan_form(plan)
    if "again" in request.form:
        return _show(plan, form)
    confirmed = request.form.get("confirmed") == "yes"

    def act(draft: PlanEdit) -> Any:
        if confirmed:
            return actions.edit_plan(g.actor, plan, draft, version_of(form))
        actions.check_edit(plan, draft, version_of(form))
        return outlook.outlook(g.actor, plan, draft)

    done = form.carry_out(PlanEdit, act)
    if done is None:
        if form.status == 409:
            show_newer(form, plan)
        return _show(plan, form)
    if confirmed:
        return leave_for("plans.show", key=key, message=f"The {isolated(done.label)} plan is saved.")
    return page("plans/review.html", plan=plan, form=form, kept=_kept(form), outlook=done)


@blueprint.get("/<key>/price")
@requires(Permission.PLANS_EDIT)
def price(key: str) -> Response:
    """Show the form of a new price a minute, and whom it concerns."""
    return _price(queries.plan_by_key(key), PriceForm())


@blueprint.post("/<key>/price")
@requires(Permission.PLANS_EDIT)
def set_price(key: str) -> Response:
    """Set a price a minute from a day on."""
    plan, form = queries.plan_by_key(key), PriceForm()

    def act(draft: NewPrice) -> str:
        actions.set_price(g.actor, plan, draft)
        return f"From {draft.since:%-d %B %Y} on a minute costs {minute_price(draft.hundredths)}."

    told = form.carry_out(NewPrice, act)
    return _price(plan, form) if told is None else leave_for("plans.show", key=key, message=told)


@blueprint.post("/<key>/price/<day>/withdraw")
@requires(Permission.PLANS_EDIT)
def withdraw_price(key: str, day: str) -> Response:
    """Take back a price that has not begun."""
    try:
        since = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    actions.withdraw_price(g.actor, queries.plan_by_key(key), since)
    return leave_for("plans.show", key=key, message=f"The price from {since:%-d %B %Y} on is withdrawn.")


@blueprint.get("/<key>/retire")
@requires(Permission.PLANS_EDIT)
def confirm_retire(key: str) -> Response:
    """Say what retiring a plan does."""
    return _retire(queries.plan_by_key(key), PlainForm())


@blueprint.post("/<key>/retire")
@requires(Permission.PLANS_EDIT)
def retire(key: str) -> Response:
    """Offer a plan no more."""
    plan, form = queries.plan_by_key(key), PlainForm()
    if form.carry_out(Nothing, lambda _: actions.retire_plan(g.actor, plan) or True) is None:
        return _retire(plan, form)
    return leave_for("plans.show", key=key, message=f"The {isolated(plan.label)} plan is retired. Who has it keeps it.")


@blueprint.post("/<key>/offer")
@requires(Permission.PLANS_EDIT)
def offer(key: str) -> Response:
    """Offer a retired plan again."""
    plan = queries.plan_by_key(key)
    actions.offer_plan(g.actor, plan)
    return leave_for("plans.show", key=key, message=f"The {isolated(plan.label)} plan is offered again.")


def _show(plan: Plan, form: PlanForm) -> Response:
    removed = [
        (FEATURE_WORDS[each], outlook.search_of(plan, each))
        for each in Feature
        if form.features.errors and plan.includes(each) and each not in (form.features.data or ())
    ]
    return page(
        "plans/show.html",
        form.status,
        plan=plan,
        form=form,
        newer=form.newer,
        tenants=outlook.tenants_on(g.actor, plan),
        prices=price_rows(plan, now().date()),
        removed=removed,
    )


def _price(plan: Plan, form: PriceForm) -> Response:
    prices, tenants = price_rows(plan, now().date()), outlook.tenants_on(g.actor, plan)
    return page("plans/price.html", form.status, plan=plan, form=form, prices=prices, tenants=tenants)


def _retire(plan: Plan, form: DraftForm) -> Response:
    return page("plans/retire.html", form.status, plan=plan, form=form, tenants=outlook.tenants_on(g.actor, plan))


def _kept(form: PlanForm) -> list[tuple[str, str]]:
    """Give what was typed, as it was sent, for the page that asks and for the way back."""
    names = {field.name for field in form} - {"csrf_token"}
    return [(name, value) for name, value in request.form.items(multi=True) if name in names]
