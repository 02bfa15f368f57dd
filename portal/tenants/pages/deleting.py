"""Deleting a tenant for good: a page that says what goes, and asks for its slug."""

from __future__ import annotations

from flask import g
from werkzeug.wrappers import Response

from portal.accounts import actions as accounts
from portal.accounts import browser
from portal.accounts import queries as users
from portal.accounts.drafts import Proving
from portal.foundation.errors import Forbidden, Invalid, Stale, TooMany
from portal.foundation.permissions import Permission
from portal.foundation.writing import isolated
from portal.tenants import actions, queries
from portal.tenants.deletion import IDENTITY, outlook
from portal.tenants.drafts import Deletion
from portal.tenants.expected import Expected, text_of
from portal.tenants.models import Tenant
from portal.tenants.pages.blueprints import blueprint
from portal.tenants.status_forms import DeletionForm, deletion_form
from portal.web.access import requires
from portal.web.pages import leave_for, page


@blueprint.get("/<slug>/delete")
@requires(Permission.TENANTS_DELETE, tenant=queries.tenant_by_slug)
def confirm_delete(tenant: Tenant) -> Response:
    """Show what would go with a tenant, and what stands against deleting it."""
    form = deletion_form(asks_password=_asks() == "password")
    form.confirm.takes_focus = True
    form.seen.data = text_of(tenant, IDENTITY)
    return _outlook(tenant, form)


@blueprint.post("/<slug>/delete")
@requires(Permission.TENANTS_DELETE, tenant=queries.tenant_by_slug)
def delete(tenant: Tenant) -> Response:
    """Delete a tenant that is still as the page showed it, by its slug."""
    name = isolated(tenant.name)
    form = deletion_form(asks_password=_asks() == "password")
    try:
        done = form.carry_out(Deletion, lambda draft: _delete(tenant, draft, form.seen.data))
    except TooMany as refusal:
        form.take(Invalid.at("password", refusal.message))
        form.status = 429
        response = _outlook(tenant, form)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    if done:
        return leave_for("tenants.index", message=f"{name} is deleted, with everything it owned.")
    if form.status == 409:  # what is shown now is looked at anew, and typed anew
        form.seen.data, form.confirm.data = text_of(tenant, IDENTITY), ""
    return _outlook(tenant, form)


def _delete(tenant: Tenant, draft: Deletion, seen: str | None) -> bool:
    if not browser.proved_lately():
        _prove_again(draft.password)
    expected = Expected.from_text(seen)
    try:
        if expected is None or expected.values.keys() != set(IDENTITY):
            raise Stale("")
        actions.delete_tenant(g.actor, tenant, draft.confirm, expected)
    except Stale as stale:
        raise Stale(
            "It was changed since this page was opened, and nothing was deleted. Look at it again, then type its slug."
        ) from stale
    return True


def _prove_again(password: str | None) -> None:
    if _asks() != "password":
        raise Forbidden("You signed in more than five minutes ago. Say once more who you are, then come back.")
    try:
        browser.prove_again(g.actor, Proving(password=password))
    except accounts.WrongCredentials as refusal:
        raise Invalid.at("password", "This is not your password. Nothing was deleted.") from refusal


def _asks() -> str | None:
    """Say by what the one who looks has to prove again who they are: a password, a second factor, a fresh link, or
    nothing."""
    if browser.proved_lately():
        return None
    if users.has_password(g.actor.user_id):
        return "password"
    return "factor" if users.has_second_factor(g.actor.user_id) else "link"


def _outlook(tenant: Tenant, form: DeletionForm) -> Response:
    asks = _asks()
    if "password" in form and asks is None:
        del form.password  # it was right, and holds for the next minutes
    return page(
        "tenants/delete.html",
        form.status,
        tenant=tenant,
        tab="delete",
        form=form,
        outlook=outlook(tenant),
        asks=asks,
        other_way=asks in {"password", "factor"} and users.has_second_factor(g.actor.user_id),
    )
