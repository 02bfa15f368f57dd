"""The pages about use: a tenant's month and its statement, its calls, one call; for staff, the month of all tenants,
and finding a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, current_app, g, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.clock import month_of, now
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Permission
from portal.plans import queries as plans
from portal.tenants import queries as tenants
from portal.tenants import table as tenants_table
from portal.tenants.models import Tenant
from portal.tenants.search import Search
from portal.tenants.search_form import search_from
from portal.usage import call_list, platform_month, platform_table, queries, reports, retention, whys, words
from portal.usage.call_table import csv_chunks
from portal.usage.forms import CallsForm
from portal.usage.months import FIGURES, MonthOfUse, month_of_use, read_month
from portal.web.access import requires
from portal.web.forms import shown_again
from portal.web.listing import Listing
from portal.web.pages import leave_as_asked, leave_for, page

blueprint = Blueprint("usage", __name__)


@blueprint.get("/tenants/<slug>/usage")
@requires(Permission.USAGE_VIEW, tenant=tenants.tenant_by_slug)
def of_tenant(tenant: Tenant) -> Response:
    """Show a month of a tenant's use, `?month=2026-05`, with one figure drawn a day, `?figure=minutes`."""
    reports.require_analytics(g.actor, tenant)
    asked, figure = read_month(request.args.get("month")), _figure_asked()
    if asked is None:
        raise NotFound
    month = month_of_use(g.actor, tenant, asked)
    return page(
        "usage/month.html",
        tenant=tenant,
        tab="usage",
        figures=[
            (
                words.FIGURE_WORDS[name],
                url_for("usage.of_tenant", slug=tenant.slug, month=request.args.get("month"), figure=name),
                name == figure,
            )
            for name in FIGURES
        ],
        **_shown(tenant, month, figure),
    )


def _figure_asked() -> str:
    figure = request.args.get("figure", FIGURES[0])
    if figure not in FIGURES:
        raise NotFound
    return figure


def _shown(tenant: Tenant, month: MonthOfUse, figure: str) -> dict[str, Any]:
    """Give what stands on a month's page and changes while it is open."""
    return {
        "use": month,
        "sums": month.sums,
        "before": month.sums_before,
        "limits": tenant.entitlements(),
        "active": queries.active_calls([tenant.id])[tenant.id],
        "figure": figure,
        "heading": f"{words.FIGURE_WORDS[figure]} a day",
        "unit": words.FIGURE_UNITS[figure],
        "used_up": month.used_up(tenant.limit("monthly_call_limit")),
        "refusals": [(words.REFUSAL_WORDS[reason], number) for reason, number in month.refused],
    }


@blueprint.get("/tenants/<slug>/usage/live")
@requires(Permission.USAGE_VIEW, tenant=tenants.tenant_by_slug)
def live(tenant: Tenant) -> Response:
    """Show the running month as it stands now, `?figure=minutes`, for an open page that asks by itself."""
    reports.require_analytics(g.actor, tenant)
    month = month_of_use(g.actor, tenant, month_of(now()))
    return page("usage/_live.html", tenant=tenant, **_shown(tenant, month, _figure_asked()))


@blueprint.get("/tenants/<slug>/usage/statement")
@requires(Permission.USAGE_VIEW, tenant=tenants.tenant_by_slug)
def statement(tenant: Tenant) -> Response:
    """Show a month's statement, to be printed: calls, minutes and cost of each day."""
    reports.require_analytics(g.actor, tenant)
    asked = read_month(request.args.get("month"))
    if asked is None:
        raise NotFound
    month = month_of_use(g.actor, tenant, asked)
    return page("usage/statement.html", tenant=tenant, tab="usage", use=month, sums=month.sums, made_at=now())


@blueprint.get("/tenants/<slug>/calls")
@requires(Permission.USAGE_VIEW, tenant=tenants.tenant_by_slug)
def calls(tenant: Tenant) -> Response:
    """Show a tenant's calls, or those that were refused."""
    form = CallsForm(request.args)
    right = form.validate()
    filters = form.filters()
    found = call_list.calls(g.actor, tenant, filters, form.page_size, form.start)
    return page(
        "usage/calls.html",
        200 if right else 422,
        tenant=tenant,
        tab="calls",
        form=form,
        filters=filters,
        listing=Listing(found.rows, found.total, form.page_size, form.start),
        more=found.more,
        removal=retention.last_removal(g.actor, tenant),
        **_words(tenant),
    )


def _words(tenant: Tenant) -> dict[str, Any]:
    """Give what pages need to say calls in words, and whether the one who looks sees whole numbers."""
    return {
        "hidden": call_list.hides_numbers(g.actor, tenant),
        "masked": call_list.masked,
        "length": words.length,
        "why": words.why,
        "outcomes": words.OUTCOME_WORDS,
        "tones": words.TONES,
    }


@blueprint.get("/tenants/<slug>/calls.csv")
@requires(Permission.USAGE_VIEW, tenant=tenants.tenant_by_slug)
def calls_csv(tenant: Tenant) -> Response:
    """Give all the calls that are asked for as CSV, while they are read."""
    form = CallsForm(request.args)
    if not form.validate():
        return leave_as_asked("usage.calls", slug=tenant.slug)
    filters, actor, app = form.filters(), g.actor, current_app._get_current_object()  # type: ignore[attr-defined]

    def after(last: Any) -> Sequence[Any]:
        with app.app_context():  # one for each thousand: the request is over while they are sent
            return call_list.calls_after(actor, tenant, filters, last)

    lines = csv_chunks(after, filters.refused, call_list.hides_numbers(actor, tenant))
    name = f"{tenant.slug}-{'refused-' if filters.refused else ''}calls.csv"
    return _download(lines, name)


def _download(lines: Iterator[str], name: str) -> Response:
    return Response(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/tenants/<slug>/calls/<call_id>")
@requires(Permission.USAGE_VIEW, tenant=tenants.tenant_by_slug)
def call(tenant: Tenant, call_id: str) -> Response:
    """Show one call: what came of it, and why it was refused before."""
    story = whys.story(g.actor, tenant, call_id)
    return page(
        "usage/call.html",
        tenant=tenant,
        tab="calls",
        story=story,
        set_by=whys.set_by(g.actor, tenant, story.refusals[0]) if story.refusals else None,
        **_words(tenant),
    )


@blueprint.get("/calls")
@requires(Permission.TENANTS_VIEW_ALL)
def find() -> Response:
    """Find calls of any tenant by their id or a telephone number, `?id=`, for who is asked why one was refused."""
    call_id = shown_again(request.args.get("id", "").strip()[:200])
    found = whys.tenants_of_call(g.actor, call_id) if call_id else []
    if len(found) == 1:
        return leave_for("usage.call", slug=found[0].slug, call_id=call_id)
    numbered = whys.of_number(g.actor, call_id) if call_id and not found else []
    return page("usage/find.html", call_id=call_id, found=found, numbered=numbered, reasons=words.REFUSAL_WORDS)


@blueprint.get("/usage")
@requires(Permission.TENANTS_VIEW_ALL)
def platform() -> Response:
    """Show what all tenants used in a month, `?month=2026-05`: searched and filtered as their table is."""
    catalogue = plans.catalogue()
    search, month, wrong = _asked_of_platform([plan.key for plan in catalogue])
    found = platform_month.platform_month(g.actor, search, month, catalogue)
    listing = Listing(found.lines, found.sums.tenants, search.limit, search.offset, search.sort, search.descending)
    menus = tenants_table.menus(catalogue)
    return page(
        "usage/platform.html",
        422 if wrong else 200,
        wrong=wrong,
        typed=shown_again(request.args.get("q", "")),
        search=search,
        listing=listing,
        use=found,
        tabs=platform_table.tabs(listing, search),
        menus=menus,
        tags=tenants_table.tags(listing, search, menus),
        filters=platform_table.FILTERS,
        columns=platform_table.COLUMNS,
        base=url_for("tenants.index") + "/",
    )


@blueprint.get("/usage.csv")
@requires(Permission.TENANTS_VIEW_ALL)
def platform_csv() -> Response:
    """Give the months of all the tenants that are asked for as CSV, while they are read."""
    catalogue = plans.catalogue()
    search, month, wrong = _asked_of_platform([plan.key for plan in catalogue])
    if wrong:
        return leave_as_asked("usage.platform")
    actor, app = g.actor, current_app._get_current_object()  # type: ignore[attr-defined]

    def read(ids: Sequence[Any]) -> Sequence[platform_month.Line]:
        with app.app_context():  # one for each thousand: the request is over while they are sent
            return platform_month.lines_of(actor, ids, month, catalogue)

    # The order is fixed before: the running month's figures go on, and who overtakes others is not to be missed.
    ids = platform_month.ids_in_order(actor, search, month)
    lines = platform_table.csv_chunks(ids, month, read)
    return _download(lines, f"usage-{month:%Y-%m}.csv")


def _asked_of_platform(plan_keys: Sequence[str]) -> tuple[Search, date, dict[str, str]]:
    """Read what is asked; what is wrong is named, and the running month shown instead of one that there is not."""
    search, wrong = search_from(request.args, plan_keys, platform_month.SORTS, "-calls")
    month = read_month(request.args.get("month"))
    if month is None:
        wrong["month"] = "A month is like 2026-05, and has begun."
    return search, month or month_of(now()), wrong
