"""What saving a section of the settings would change, in the words of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wtforms import Field

from portal.foundation.vault import vault
from portal.foundation.writing import isolated
from portal.tenants.drafts import OVERRIDE_TERMS, SECRETS, TenantChange
from portal.tenants.expected import shown
from portal.tenants.forms.section import in_words, set_words
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.tenants.real_changes import real_changes
from portal.web.forms import DraftForm

LONGEST = 60
"""How many characters of a value are said."""
MOST_SAID = 3
"""How many differences a message tells before it says "and 2 more"."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after, in words; both are cut where they are long."""

    label: str
    before: str
    after: str


def differences(form: DraftForm, tenant: Tenant, draft: TenantChange) -> list[Difference]:
    """Say what of a draft would change the tenant, in the order of the form's fields. Of a secret nothing is told but
    that it is there. Raises Invalid where an override's terms stand alone."""
    held = vault.held(tenant.id)
    given = real_changes(tenant, draft.given(), frozenset(held))
    found = []
    for field in form:
        name = field.short_name
        if name in SECRETS and name in given:
            found.append(Difference(field.label.text, set_words(held.get(name)), _secret_after(name, given[name])))
        elif name in given:
            before = None if name in OVERRIDE_TERMS else _before(tenant, name)
            found.append(
                Difference(
                    field.label.text, _words(tenant, field, name, before), _words(tenant, field, name, given[name])
                )
            )
    return found


def told(found: list[Difference]) -> str:
    """Tell in a sentence what was saved; values of any script keep to themselves."""
    if not found:
        return "Nothing to save: everything is as it was."
    parts = [f"{each.label} {isolated(each.before)} → {isolated(each.after)}" for each in found[:MOST_SAID]]
    if len(found) > MOST_SAID:
        parts.append(f"and {len(found) - MOST_SAID} more")
    return f"Saved: {', '.join(parts)}."


def _before(tenant: Tenant, name: str) -> Any:
    return tenant.entitlement(name).own if name in LIMITS else getattr(tenant, name, shown(tenant, [name])[name])


def _words(tenant: Tenant, field: Field, name: str, value: Any) -> str:
    if name in LIMITS and value is None:
        return f"the plan’s {tenant.entitlement(name).included:,}"
    words = in_words(field, value)
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def _secret_after(name: str, value: Any) -> str:
    if value is not None:
        return "a new one"
    return "a new one, made here" if name == "webhook_secret" else "not set"
