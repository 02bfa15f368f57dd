"""What every section of a tenant's settings has around it."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from werkzeug.wrappers import Response

from portal.foundation.permissions import Permission
from portal.requests import queries as requests
from portal.tenants import queries
from portal.tenants.forms import SECTION_WORDS
from portal.tenants.models import Tenant
from portal.tenants.unfinished import unfinished
from portal.web.pages import page


def section_page(template: str, tenant: Tenant, section: str, status: int = 200, **context: Any) -> Response:
    """Render a page of a section, with the list of all of them, what is incomplete marked."""
    held = queries.secrets_of([tenant]).get(tenant.id, {})
    marks = unfinished(tenant, held.keys())
    return page(
        f"tenants/{template}.html",
        status,
        tenant=tenant,
        tab="settings",
        section=section,
        section_label=SECTION_WORDS[section],
        section_links=[
            (
                label,
                url_for("tenants.settings", slug=tenant.slug, section=name),
                name == section,
                marks.get(name, (None,))[0],
            )
            for name, label in SECTION_WORDS.items()
        ],
        missing=marks.get(section, (None, None))[1],
        held=held,
        asked=requests.told(g.actor, tenant, section),
        may_edit=g.actor.can(Permission.TENANTS_EDIT, tenant),
        **context,
    )
