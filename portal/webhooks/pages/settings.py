"""What is set about a webhook beside its address: another secret, and which events it is told of."""

from __future__ import annotations

from flask import g
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.tenants import queries as tenants
from portal.tenants.models import Tenant
from portal.web.access import requires
from portal.web.pages import leave_for, page
from portal.webhooks import actions, queries
from portal.webhooks.drafts import EventChoice, SecretReplacement
from portal.webhooks.events import EVENTS
from portal.webhooks.forms import EventsForm, SecretForm
from portal.webhooks.limits import EventType
from portal.webhooks.pages.blueprints import blueprint


@blueprint.get("/tenants/<slug>/webhook/secret")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def confirm_replace(tenant: Tenant) -> Response:
    """Ask how long the secret that is replaced signs too."""
    return _secret(tenant, SecretForm())


@blueprint.post("/tenants/<slug>/webhook/secret")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def replace_secret(tenant: Tenant) -> Response:
    """Replace the secret, and show the new one this once."""
    form = SecretForm()
    made = form.carry_out(
        SecretReplacement,
        lambda draft: actions.rotate_secret(g.actor, tenant, draft.overlap_days, confirmed=draft.confirmed),
    )
    if made is None:
        return _secret(tenant, form)
    hook = queries.hook_of(g.actor, tenant)
    response = page("webhooks/secret_made.html", tenant=tenant, tab="settings", secret=made, hook=hook)
    response.cache_control.no_store = True
    return response


@blueprint.post("/tenants/<slug>/webhook/secret/revoke")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def revoke_secret(tenant: Tenant) -> Response:
    """Let the secret before stop signing at once."""
    actions.revoke_previous_secret(g.actor, tenant)
    return _back(tenant, "The old secret signs nothing any more.")


@blueprint.get("/tenants/<slug>/webhook/events")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def events_chosen(tenant: Tenant) -> Response:
    """Show which events a webhook is told of."""
    chosen = queries.hook_of(g.actor, tenant).events
    return _events(tenant, EventsForm(data={"which": "all" if chosen is None else "some", "events": chosen or ()}))


@blueprint.post("/tenants/<slug>/webhook/events")
@requires(Permission.TENANTS_EDIT, tenant=tenants.tenant_by_slug)
def choose_events(tenant: Tenant) -> Response:
    """Choose which events a webhook is told of."""
    form = EventsForm()

    def choose(draft: EventChoice) -> bool:
        actions.choose_events(g.actor, tenant, None if draft.all_events else draft.events)
        return True

    if form.carry_out(EventChoice, choose) is None:
        return _events(tenant, form)
    number = len(form.events.data or ())
    some = f"{number} kind{'' if number == 1 else 's'} of event" if number else "nothing but tests"
    told = "every event" if form.which.data == "all" else some
    return _back(tenant, f"The webhook is told of {told} now.")


def _secret(tenant: Tenant, form: SecretForm) -> Response:
    hook = queries.hook_of(g.actor, tenant)
    return page("webhooks/secret.html", form.status, tenant=tenant, tab="settings", form=form, hook=hook)


def _events(tenant: Tenant, form: EventsForm) -> Response:
    meaning = {each.value: EVENTS[EventType(each)].words for each in EVENTS}
    return page("webhooks/events_chosen.html", form.status, tenant=tenant, tab="settings", form=form, meaning=meaning)


def _back(tenant: Tenant, message: str) -> Response:
    return leave_for("tenants.settings", slug=tenant.slug, section="webhooks", message=message)
