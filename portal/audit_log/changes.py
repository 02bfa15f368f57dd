"""What a record says of each field: a phrase for the sentence, and before and after for the details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.audit_log.parts import Parts, joined, say
from portal.audit_log.values import in_sentence, is_number, shown
from portal.tenants.limits import LIMITS
from portal.tenants.words import FIELD_WORDS

WORDS = FIELD_WORDS | {
    "username": "user name",
    "email": "e-mail address",
    "email_confirmed_at": "confirmation of the e-mail address",
    "password_hash": "password",
    "disabled_at": "time of being shut out",
    "sip_trunk": "SIP trunks",
    "refusals": "refused calls",
    "deliveries": "webhook deliveries",
    "label": "label",
    "monthly_price_cents": "monthly price in cents",
    "hundredths": "price a minute in hundredths of a cent",
    "included": "included limits",
    "ceilings": "ceilings",
    "on_request": "“on request only”",
    "position": "place in the list",
    "offered": "offer",
    "since": "first day",
    "wanted_plan": "plan asked for",
    "wanted_value": "value asked for",
    "subject": "what it is about",
    "requests": "requests",
}
"""What each field is called; a field that is not here is called by its own name."""

_OPAQUE = {"id", "owner_id", "scope_id", "parent_id"}
"""Fields whose values are ids: a sentence says that they changed, the details show them."""
_KEPT = {
    "organization_chosen_at": "kept the contacts as they were",
    "plan_chosen_at": "kept the plan as it was",
    "features_chosen_at": "kept the features as they were",
    "compliance_chosen_at": "kept compliance as it was",
    "webhook_chosen_at": "kept the webhook as it was",
}
"""A choice of the set-up, made by leaving everything as it was."""
_SAID_BY_OTHERS = {*_KEPT, "limit_overrides", "pci_recording_acknowledged_by"}
"""Fields that go without saying where something else changed."""
_WITHOUT_ARTICLE = {*LIMITS, "sip_enabled", "recording_enabled", "analytics_enabled", "hipaa_enabled", "pci_enabled",
                    "data_encryption_enabled", "on_request", "retention_days", "suspended_services"}  # fmt: skip
_THINGS = {"tenants": "tenant", "users": "user", "plans": "plan", "memberships": "membership"}
_MOST_KEYS = 40


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the details: what it is called, before and after as text (None: nothing); a secret shows neither."""

    words: str
    before: str | None = None
    after: str | None = None
    secret: bool = False


def words_of(field: str) -> str:
    """Give what a field is called."""
    return WORDS.get(field) or field.replace("_", " ").replace("{}", "")


def phrases(changes: Mapping[str, Any], subject_type: str) -> Parts:
    """Say all that changed in one phrase, the first three fields by name; nothing where nothing is known to have."""
    thing = _THINGS.get(subject_type, "entry")
    return joined([phrase(field, changes[field], thing) for field in told_fields(changes)])


def told_fields(changes: Mapping[str, Any]) -> list[str]:
    """Give the fields that a sentence tells of, in their usual order; overrides go without saying where their limit
    is named, and a choice of the set-up where it changed something."""
    order = {field: number for number, field in enumerate(WORDS)}
    fields = sorted(changes, key=lambda field: order.get(field, len(order)))
    limits = any(field in LIMITS for field in fields)
    left_out = _SAID_BY_OTHERS if limits else _SAID_BY_OTHERS - {"limit_overrides"}
    return [field for field in fields if field not in left_out] or fields


def phrase(field: str, change: Any, thing: str = "tenant") -> Parts:
    """Say in a few words how one field changed: "raised concurrent calls from 10 to 50". Whatever a record holds."""
    words = words_of(field) if field in _WITHOUT_ARTICLE else f"the {words_of(field)}"
    before, after = pair(change)
    if is_pair(change) and before != after:
        if field in _KEPT:
            return say(_KEPT[field])
        if field in LIMITS:
            return _limit_phrase(words, before, after)
        if field == "name" and before and after:
            return say(f"renamed the {thing} from {{}} to {{}}", in_sentence(field, before), in_sentence(field, after))
        if field == "pci_recording_acknowledged_at":
            return say("acknowledged that recording is paused while card data is spoken" if after else
                       "withdrew the acknowledgement that recording is paused")  # fmt: skip
        if isinstance(before, bool) or isinstance(after, bool):
            return say(f"switched {words} {'on' if after else 'off'}")
        return _value_phrase(field, words, before, after)
    return say(f"changed {words}")


def _limit_phrase(words: str, before: Any, after: Any) -> Parts:
    if after is None:
        return say(f"put {words} back to the plan's value")
    if before is None:
        return say(f"set {words} to {{}} in place of the plan's value", in_sentence("", after))
    return _from_to(words, before, after)


def _value_phrase(field: str, words: str, before: Any, after: Any) -> Parts:
    opaque = field in _OPAQUE or isinstance(before, dict) or isinstance(after, dict)
    if shown(after) is None:
        return say(f"cleared {words}")
    if shown(before) is None:
        return say(f"set {words}") if opaque else say(f"set {words} to {{}}", in_sentence(field, after))
    if opaque:
        return say(f"changed {words}")
    if is_number(before) and is_number(after):
        return _from_to(words, before, after)
    return say(f"changed {words} from {{}} to {{}}", in_sentence(field, before), in_sentence(field, after))


def _from_to(words: str, before: Any, after: Any) -> Parts:
    verb = "changed"
    if is_number(before) and is_number(after) and before != after:
        verb = "raised" if after > before else "lowered"
    return say(f"{verb} {words} from {{}} to {{}}", in_sentence("", before), in_sentence("", after))


def pair(change: Any) -> tuple[Any, Any]:
    """Give before and after; of a secret, and of what is no pair, neither."""
    return (change[0], change[1]) if is_pair(change) else (None, None)


def is_pair(change: Any) -> bool:
    """Whether a change says before and after; that of a secret does not."""
    return isinstance(change, list | tuple) and len(change) == 2


def lines(changes: Mapping[str, Any]) -> tuple[Change, ...]:
    """Give the details of a record, a line a field; of metadata and overrides a line for each key that differs."""
    found: list[Change] = []
    order = {field: number for number, field in enumerate(WORDS)}
    for field in sorted(changes, key=lambda field: order.get(field, len(order))):
        before, after = pair(changes[field])
        if not is_pair(changes[field]):
            found.append(Change(words_of(field), secret=True))
        elif isinstance(before or after, dict) and isinstance(after or before, dict):
            found += _keys(field, before or {}, after or {})
        else:
            none = "the plan's" if field in LIMITS else None
            found.append(Change(words_of(field), shown(before) or none, shown(after) or none))
    return tuple(found)


def _keys(field: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    differing = [key for key in {**before, **after} if before.get(key, ...) != after.get(key, ...)]
    found = [
        Change(_key_words(field, key), shown(before.get(key)), shown(after.get(key))) for key in differing[:_MOST_KEYS]
    ]
    if len(differing) > _MOST_KEYS:
        found.append(Change(words_of(field), None, f"{len(differing) - _MOST_KEYS:,} more keys"))
    return found


def _key_words(field: str, key: str) -> str:
    of_limits = {"limit_overrides": "override of", "included": "included", "ceilings": "ceiling of"}
    return f"{of_limits[field]} {words_of(key)}" if field in of_limits else f"{words_of(field)}: {key}"
