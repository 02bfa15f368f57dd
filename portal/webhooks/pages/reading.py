"""What webhooks were sent: a tenant's deliveries, one of them, those of all tenants."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.tenants import queries as tenants
from portal.tenants.models import Tenant
from portal.web.access import requires
from portal.web.forms import shown_again
from portal.web.listing import Listing
from portal.web.pages import page
from portal.webhooks import queries, words
from portal.webhooks.forms import AllDeliveriesForm, DeliveriesForm
from portal.webhooks.outcomes import OUTCOME_WORDS, TONES, outcome_of
from portal.webhooks.pages.blueprints import blueprint


@blueprint.get("/tenants/<slug>/deliveries")
@requires(Permission.TENANTS_VIEW, tenant=tenants.tenant_by_slug)
def of_tenant(tenant: Tenant) -> Response:
    """Show how a tenant's webhook stands and what it was sent."""
    form = DeliveriesForm(request.args)
    right = form.validate()
    found = queries.deliveries(g.actor, tenant, form.filters(), form.page_size, form.start)
    return page(
        "webhooks/of_tenant.html",
        200 if right else 422,
        tenant=tenant,
        tab="deliveries",
        hook=queries.hook_of(g.actor, tenant),
        **_listed(form, found),
    )


@blueprint.get("/deliveries")
@requires(Permission.TENANTS_VIEW_ALL)
def index() -> Response:
    """Show what the webhooks of all tenants were sent, those that fail in a tab of their own."""
    form = AllDeliveriesForm(request.args)
    right = form.validate()
    found = queries.deliveries_of_all(g.actor, form.filters(), form.page_size, form.start)
    numbers, chosen = queries.numbers_by_state(g.actor), form.filters().webhook
    tabs = [("All", url_for("webhooks.index"), chosen is None)] + [
        (words.STATE_WORDS[state], url_for("webhooks.index", webhook=state.value), chosen == state, number)
        for state, number in numbers.items()
    ]
    return page("webhooks/index.html", 200 if right else 422, state_tabs=tabs, **_listed(form, found))


def _listed(form: DeliveriesForm, found: queries.DeliveriesFound) -> dict[str, Any]:
    return {
        "form": form,
        "filters": form.filters(),
        "listing": Listing(found.rows, found.total, form.page_size, form.start),
        "more": found.more,
        "outcomes": OUTCOME_WORDS,
        "next_try": words.next_try,
        "tones": TONES,
    }


@blueprint.get("/tenants/<slug>/deliveries/<delivery_id>")
@requires(Permission.TENANTS_VIEW, tenant=tenants.tenant_by_slug)
def delivery(tenant: Tenant, delivery_id: str) -> Response:
    """Show a delivery: what is sent, each attempt, when it is tried next."""
    sent = queries.delivery(g.actor, tenant, delivery_id)
    return page(
        "webhooks/delivery.html",
        tenant=tenant,
        tab="deliveries",
        sent=sent,
        outcome=outcome_of(sent.state, sent.tries),
        hook=queries.hook_of(g.actor, tenant),
        attempts=queries.attempts(g.actor, tenant, sent),
        body=shown_again(words.pretty(sent)),
        harmless=shown_again,
        duration=words.duration,
        next_try=words.next_try,
        outcomes=OUTCOME_WORDS,
        tones=TONES,
    )
