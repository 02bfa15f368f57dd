"""What the forms of all sections of the settings have in common: what was not sent is not asked to change, secrets
are written and never shown, and each carries what it was filled with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import Field, SelectField

from portal.foundation.compact import compact_json
from portal.foundation.vault import TenantSecret, vault
from portal.tenants.expected import CARRIED, text_of
from portal.tenants.models import Tenant
from portal.web.forms import DraftForm
from portal.web.words import day, exact


class SectionForm(DraftForm):
    """A section of the settings. A secret among its fields has a tick beside it, `<secret>_away`, to take it away."""

    secrets: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Give what was filled in, by field: of secrets, the one that was typed, or None where it is taken away."""
        sent = self.is_submitted()
        found = {name: value for name, value in super().values().items() if not sent or self[name].raw_data}
        for name in self.secrets:
            typed, away = found.pop(name, None), found.pop(f"{name}_away", False)
            if typed or away:
                found[name] = typed or None
        return found


def note_seen(form: DraftForm, tenant: Tenant) -> None:
    """Let a form carry what the tenant holds now, so that saving it later overwrites nothing that came in between."""
    names = CARRIED & {*getattr(form, "secrets", ()), *form.values()}
    form.seen.data = text_of(tenant, sorted(names))


def show_newer(form: DraftForm, tenant: Tenant) -> None:
    """Show beside each field that somebody else changed what it is now, and take that as seen."""
    held = vault.held(tenant.id)
    form.newer = {
        name: set_words(held.get(name))
        if name in getattr(form, "secrets", ())
        else in_words(form[name], getattr(tenant, name, form[name].object_data))
        for name in form.newer
        if name in form
    }
    note_seen(form, tenant)


def set_words(secret: TenantSecret | None) -> str:
    """Say when and by whom a secret was set, which is all that is ever said of it."""
    return "not set" if secret is None else f"set on {day(secret.set_at)} by {secret.set_by}"


def in_words(field: Field, value: Any) -> str:
    """Say a field's value as its page would: a choice by its words, a switch as on or off, nothing as "nothing"."""
    if isinstance(field, SelectField):
        return next((words for choice, words, *_ in field.iter_choices() if choice == value), str(value))
    match value:
        case None | {}:
            return "nothing"
        case bool():
            return "on" if value else "off"
        case datetime():
            return exact(value)
        case dict():
            return compact_json(value)
        case int():
            return f"{value:,}"
        case _:
            return str(value)
