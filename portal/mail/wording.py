"""Putting a message into words: one template, and of it the plain text and the HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from jinja2 import Environment, Template

from portal.mail.actions.sending import Taken
from portal.mail.letters import Letter, one_line
from portal.mail.limits import Kind

MOMENTS = {"until", "ends_at"}
"""Facts that are moments."""

_HERE: tuple[str, Mapping[str, str]] = ("tenants.show", {})
PLACES: Mapping[Kind, tuple[str, Mapping[str, str]]] = {
    Kind.CONFIRM_ADDRESS: ("accounts.see_confirmation", {}),
    Kind.TENANT_SUSPENDED: _HERE,
    Kind.TENANT_RESUMED: _HERE,
    Kind.TENANT_DEACTIVATED: _HERE,
    Kind.TENANT_RESTORED: _HERE,
    Kind.WEBHOOK_SWITCHED_OFF: ("tenants.settings", {"section": "webhooks"}),
    Kind.MEMBER_ADDED: _HERE,
    Kind.TRIAL_ENDING: _HERE,
    Kind.TRIAL_ENDED: _HERE,
    Kind.OVERRIDE_ENDED: ("tenants.settings", {"section": "limits"}),
    Kind.LIMIT_THRESHOLD: ("usage.of_tenant", {}),
    Kind.CALLS_REFUSED: ("usage.calls", {}),
    Kind.RESET_PASSWORD: ("accounts.see_reset", {}),
    Kind.PASSWORD_CHANGED: ("account.show", {}),
    Kind.SECOND_FACTOR_CHANGED: ("account.show", {}),
    Kind.REQUEST_GRANTED: ("requests.of_tenant", {}),
    Kind.REQUEST_DECLINED: ("requests.of_tenant", {}),
}
"""Where each message leads: an endpoint and parts of its address. A deleted tenant leads nowhere."""


class Wording:
    """Makes letters, with the application's templates and addresses; needs no context of a request."""

    def __init__(self, app: Flask, sender: str, base_url: str) -> None:
        self.templates: Environment = app.jinja_env
        self.addresses = app.url_map.bind("localhost")
        self.sender, self.base_url = sender, base_url

    def letter(self, taken: Taken) -> Letter:
        """Put a message into words."""
        facts = {name: _fact(name, value) for name, value in taken.facts.items()}
        own = self.templates.get_template(f"mail/{taken.kind.value}.txt")
        usual = self.templates.get_template("mail/layout.txt")
        said = {name: _said(own if name in own.blocks else usual, name, facts) for name in usual.blocks}
        subject, why = one_line(said["subject"]), one_line(said["why"])
        paragraphs = [words for part in re.split(r"\n\s*\n", said["words"]) if (words := one_line(part))]
        link, label = self._link(taken), one_line(said["label"])
        text = [*paragraphs, *([f"{label}:\n{link}"] if link else []), f"-- \n{why}\nTenant Portal, {self.base_url}"]
        html = self.templates.get_template("mail/layout.html").render(
            subject=subject, paragraphs=paragraphs, link=link, label=label, why=why, portal=self.base_url
        )
        return Letter(
            id=taken.id,
            sender=self.sender,
            to_address=taken.to_address,
            to_name=taken.to_name,
            subject=subject,
            text="\n\n".join(text) + "\n",
            html=html,
            written_at=taken.written_at,
        )

    def _link(self, taken: Taken) -> str | None:
        if taken.kind not in PLACES:
            return None
        endpoint, parts = PLACES[taken.kind]
        where = {"token": taken.token, "slug": taken.facts.get("slug")}
        named = {name: value for name, value in where.items() if value is not None}
        return self.base_url + self.addresses.build(endpoint, {**parts, **named})


def _fact(name: str, value: Any) -> Any:
    if name in MOMENTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    return one_line(value) if isinstance(value, str) else value


def _said(template: Template, block: str, facts: Mapping[str, Any]) -> str:
    return "".join(template.blocks[block](template.new_context(dict(facts))))
