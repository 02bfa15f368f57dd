"""The pages of the audit trail: of one tenant, and of all of it."""

from __future__ import annotations

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from portal.audit_log import queries
from portal.audit_log.days import by_day
from portal.audit_log.event_words import EVENT_WORDS, OF_TENANTS, words_of_event
from portal.audit_log.forms import TrailForm
from portal.foundation.clock import now
from portal.foundation.permissions import Permission
from portal.foundation.writing import isolated
from portal.tenants import queries as tenants
from portal.tenants.models import Tenant
from portal.web.access import requires
from portal.web.listing import Listing
from portal.web.pages import page
from portal.web.words import day as day_words

blueprint = Blueprint("audit_log", __name__)


@blueprint.get("/activity")
@requires(Permission.AUDIT_VIEW_ALL)
def index() -> Response:
    """Show the trail of all tenants and of the platform."""
    form = TrailForm(request.args)
    right = form.validate()
    found = queries.platform_trail(g.actor, form.filters(), form.page_size, form.start)
    return _show(form, right, found, None, url_for("audit_log.index"))


@blueprint.get("/tenants/<slug>/activity")
@requires(Permission.AUDIT_VIEW, tenant=tenants.tenant_by_slug)
def of_tenant(tenant: Tenant) -> Response:
    """Show the trail of one tenant."""
    form = TrailForm(request.args)
    right = form.validate()
    found = queries.trail(g.actor, tenant, form.filters(), form.page_size, form.start)
    return _show(form, right, found, tenant, url_for("audit_log.of_tenant", slug=tenant.slug))


def _show(form: TrailForm, right: bool, found: queries.Found, tenant: Tenant | None, here: str) -> Response:
    listing = Listing(found.rows, found.total, form.page_size, form.start)
    return page(
        "audit_log/index.html",
        200 if right else 422,
        tenant=tenant,
        tab="activity",
        here=here,
        form=form,
        listing=listing,
        more=found.more,
        days=by_day(found.rows, now().date()),
        slugs=queries.slugs_now(g.actor, found.rows) if tenant is None else {},
        choices=[(event, EVENT_WORDS[event], None) for event in (OF_TENANTS if tenant else EVENT_WORDS)],
        tags=_tags(form.filters(), listing),
    )


def _tags(filters: queries.Filters, listing: Listing) -> list[tuple[str, str]]:
    """Give what is filtered, in words, each with the address that takes it off."""
    tags = [(f"By {isolated(filters.person)}", listing.without("person"))] if filters.person else []
    tags += [(words_of_event(event), listing.without("event", event)) for event in filters.events]
    if filters.first_day:
        tags.append((f"From {day_words(filters.first_day)}", listing.without("from")))
    if filters.last_day:
        tags.append((f"To {day_words(filters.last_day)}", listing.without("to")))
    return tags
