"""The search box's own language: `field:value` terms beside plain words, joined by and.

`status:suspended plan:enterprise hipaa:yes usage:>80% created:>2026-01-01 meta.region:eu`. A value with spaces stands
in quotation marks. What looks like a term but names no field of ours is a word like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portal.requests.limits import State as RequestState
from portal.tenants.limits import Kind, Status
from portal.webhooks.state import WebhookState

FLAGS = (
    "hipaa", "pci", "sip", "recording", "analytics", "encryption", "webhook", "owner", "parent", "quiet", "exceeding",
)  # fmt: skip
CHOICES = {
    "status": tuple(Status),
    "kind": tuple(Kind),
    "webhook_state": tuple(WebhookState),
    "request": tuple(RequestState),
    "setup": ("finished", "unfinished"),
}
NUMBERS = {
    "usage": "a share of the month’s calls, like usage:>80%",
    "calls": "a number of calls this month, like calls:>1000",
    "minutes": "a number of minutes this month, like minutes:>500",
    "cost": "an amount in dollars this month, like cost:>99.50",
    "active": "a number of calls now, like active:>0",
    "refused": "a number of calls refused in the last 7 days, like refused:>10",
}
MOMENTS = ("created", "updated", "trial_ends", "suspended_until", "override_ends")
TEXTS = ("name", "slug", "email", "external_id")
_TERM = re.compile(r'(?P<field>[a-z_]+|meta(?:\.[\w-]+)+):(?P<sign>>=|<=|>|<|=)?(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))',
                   re.IGNORECASE)  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")
_NONE = "none"


@dataclass(frozen=True)
class Term:
    """One term: the field in small letters, `=`, `>`, `>=`, `<` or `<=`, the value as its field has it (None: nothing
    there; a day stands for its span from midnight to midnight UTC), and the text as it was typed."""

    field: str
    sign: str
    value: Any
    text: str


def read(text: str, plan_keys: Sequence[str]) -> tuple[str, tuple[Term, ...], list[str]]:
    """Take a search apart: its plain words, its terms, and a sentence for each term that cannot be meant."""
    terms: list[Term] = []
    wrong: list[str] = []

    def take(found: re.Match[str]) -> str:
        field = found["field"].lower() if not found["field"].lower().startswith("meta.") else found["field"]
        judge = _judge_of(field, plan_keys)
        before = found.string[: found.start()]
        if judge is None or (before and not before[-1].isspace()):
            return found[0]
        value = found["quoted"] if found["quoted"] is not None else found["bare"]
        try:
            terms.append(Term(field, found["sign"] or "=", judge(value, found["sign"] or "="), found[0]))
        except ValueError as error:
            wrong.append(f"“{found[0]}”: {error}.")
        return ""

    words = _TERM.sub(take, text)
    return " ".join(words.split()), tuple(dict.fromkeys(terms)), wrong


def _judge_of(field: str, plan_keys: Sequence[str]) -> Any:
    if field in {*CHOICES, "plan"}:
        allowed = CHOICES.get(field, tuple(plan_keys))
        return lambda value, sign: _choice(field, value, sign, allowed)
    if field in FLAGS:
        return lambda value, sign: _choice(field, value, sign, ("yes", "no")) == "yes"
    if field in NUMBERS:
        return lambda value, _sign: _number(field, value)
    if field in MOMENTS:
        return lambda value, sign: _span(field, value, sign)
    if field in TEXTS or field.lower().startswith("meta."):
        return lambda value, sign: _text(field, value, sign)
    return None


def _choice(field: str, value: str, sign: str, allowed: Sequence[str]) -> str:
    if sign != "=" or value.lower() not in allowed:
        raise ValueError(f"{field} is one of {', '.join(allowed)}")
    return value.lower()


def _number(field: str, value: str) -> float:
    plain = value.removeprefix("$").removesuffix("%").replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{field} is {NUMBERS[field]}")
    return float(plain)


def _span(field: str, value: str, sign: str) -> tuple[datetime, datetime] | None:
    if value.lower() == _NONE and sign == "=":
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            first = datetime.combine(date.fromisoformat(value), time(), UTC)
            return first, first + timedelta(days=1)
        at = datetime.fromisoformat(value)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{field} is a day, like {field}:>2026-01-31") from error
    return at, at


def _text(field: str, value: str, sign: str) -> str | None:
    if sign != "=" or not value:
        raise ValueError(f"{field} is text, like {field}:eu")
    return None if value.lower() == _NONE else value
