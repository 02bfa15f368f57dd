"""What is done about a webhook by a button: paused, resumed, switched on again, tested; sent again."""

from __future__ import annotations

from datetime import datetime

from flask import g, request, url_for
from werkzeug.wrappers import Response

from portal.foundation.clock import now
from portal.foundation.permissions import Permission
from portal.tenants import queries as tenants
from portal.tenants.models import Tenant
from portal.web.access import requires
from portal.web.limiter import webhook_test_limit
from portal.web.pages import leave_for, page
from portal.webhooks import actions, queries, words
from portal.webhooks.drafts import Resending
from portal.webhooks.forms import ResendForm
from portal.webhooks.pages.blueprints import blueprint


@blueprint.post("/tenants/<slug>/webhook/pause")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def pause(tenant: Tenant) -> Response:
    """Pause a webhook."""
    actions.pause_webhook(g.actor, tenant)
    undo = url_for("webhooks.resume", slug=tenant.slug)
    return _back(tenant, "The webhook is paused. What happens meanwhile is kept, and sent when it is resumed.", undo)


@blueprint.post("/tenants/<slug>/webhook/resume")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def resume(tenant: Tenant) -> Response:
    """Resume a webhook that is paused."""
    actions.resume_webhook(g.actor, tenant)
    return _back(tenant, "The webhook is resumed.", url_for("webhooks.pause", slug=tenant.slug))


@blueprint.post("/tenants/<slug>/webhook/switch-on")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def switch_on(tenant: Tenant) -> Response:
    """Switch a webhook on again that only failed."""
    actions.switch_on_webhook(g.actor, tenant)
    return _back(tenant, "The webhook is on again. What was kept is sent now.")


@blueprint.post("/tenants/<slug>/webhook/test")
@webhook_test_limit
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def test(tenant: Tenant) -> Response:
    """Send a test, wait for its answer, and show it."""
    sent, answer = actions.send_test(g.actor, tenant)
    message, tone = words.came_of_test(answer)
    return leave_for("webhooks.delivery", slug=tenant.slug, delivery_id=sent.id, message=message, tone=tone)


@blueprint.post("/tenants/<slug>/deliveries/<delivery_id>/again")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def send_again(tenant: Tenant, delivery_id: str) -> Response:
    """Send a delivery again, under the id it has."""
    sent = queries.delivery(g.actor, tenant, delivery_id)
    sent_id = sent.id
    actions.send_again(g.actor, tenant, [sent_id])
    message = f"It is sent again{_when(tenant)}, under the same id."
    return leave_for("webhooks.delivery", slug=tenant.slug, delivery_id=sent_id, message=message)


@blueprint.get("/tenants/<slug>/webhook/resend")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def confirm_resend(tenant: Tenant) -> Response:
    """Ask since when what failed is to be sent again; with `?since=` say first how many that are."""
    asked = "since" in request.args
    form = ResendForm(request.args if asked else None, meta={"csrf": False}, data={"since": _today()})
    right = form.validate() if asked else False
    status = 422 if asked and not right else 200
    return _resend(tenant, form, queries.failed_since(g.actor, tenant, form.since.data) if right else None, status)


@blueprint.post("/tenants/<slug>/webhook/resend")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def resend(tenant: Tenant) -> Response:
    """Send again what failed since a moment."""
    form = ResendForm()
    number = form.carry_out(Resending, lambda draft: actions.send_failed_again(g.actor, tenant, draft.since))
    if number is None:
        return _resend(tenant, form, None, form.status)
    if not number:
        return _back(tenant, "Nothing has failed since then. Nothing was sent.", tone="info")
    return _back(tenant, f"{words.deliveries(number)} {'is' if number == 1 else 'are'} sent again{_when(tenant)}.")


def _resend(tenant: Tenant, form: ResendForm, number: int | None, status: int) -> Response:
    return page("webhooks/resend.html", status, tenant=tenant, tab="deliveries", form=form, number=number,
                hook=queries.hook_of(g.actor, tenant), deliveries=words.deliveries)  # fmt: skip


def _today() -> datetime:
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def _when(tenant: Tenant) -> str:
    hook = queries.hook_of(g.actor, tenant)
    return " as soon as the webhook sends again" if hook.held else ""


def _back(tenant: Tenant, message: str, undo: str | None = None, tone: str = "good") -> Response:
    return leave_for("webhooks.of_tenant", slug=tenant.slug, message=message, undo=undo, tone=tone)
