"""What was done, by event: the middle of each sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from portal.audit_log.changes import pair, phrases, words_of
from portal.audit_log.parts import Parts, joined, quoted, say
from portal.audit_log.values import in_sentence
from portal.foundation.audit import Event
from portal.resources.limits import Kind
from portal.tenants.limits import Service


class Recorded(Protocol):
    """What a sentence is made from: an `AuditRecord`, or an `Entry` of the trail."""

    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> str: ...
    @property
    def door(self) -> str: ...
    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def actor_standing(self) -> str: ...
    @property
    def subject_type(self) -> str: ...
    @property
    def subject_id(self) -> str | None: ...
    @property
    def subject_label(self) -> str: ...
    @property
    def changes(self) -> dict[str, Any]: ...
    @property
    def note(self) -> str | None: ...


def _updated(record: Recorded) -> Parts:
    return phrases(record.changes, record.subject_type) or say("changed the tenant")


def _plan_changed(record: Recorded) -> Parts:
    before, after = pair(record.changes.get("billing_plan"))
    if before is None or after is None:
        return _updated(record)
    moved = say("moved the tenant from the {} plan to the {} plan", str(before), str(after))
    others = {field: change for field, change in record.changes.items() if field != "billing_plan"}
    return joined([moved, phrases(others, record.subject_type)]) if others else moved


def _suspended(record: Recorded) -> Parts:
    services, until = (pair(record.changes.get(name))[1] for name in ("suspended_services", "suspended_until"))
    some = isinstance(services, list) and 0 < len(services) < len(Service)
    what = say("suspended {} of the tenant", in_sentence("", services)) if some else say("suspended the tenant")
    return say("{} until {}", what, in_sentence("suspended_until", until)) if until else what


def _deleted(record: Recorded) -> Parts:
    counts = {kind: pair(change)[0] for kind, change in record.changes.items()}
    with_it = [say(_counted(number, kind)) for kind, number in counts.items() if isinstance(number, int)]
    deleted = say("deleted the tenant {} for good", quoted(record.subject_label))
    return say("{}, with {}", deleted, joined(with_it)) if with_it else deleted


def _counted(number: int, kind: str) -> str:
    many = words_of(kind).removesuffix("s") + "s"
    one = many.removesuffix("ies") + "y" if many.endswith("ies") else many.removesuffix("s")
    return f"{number:,} {one if number == 1 else many}"


def _role(value: object) -> str:
    return f"{'an' if str(value)[:1] in 'aeiou' else 'a'} {value}"


def _member_added(record: Recorded) -> Parts:
    (was, member), (before, role) = (pair(record.changes.get(name)) for name in ("member", "role"))
    if member is None or role is None:
        return say("added a member")
    if was is not None and before is not None:
        return say("made {} {} instead of {}", str(member), _role(role), _role(before))
    return say("added {} as {}", str(member), _role(role))


def _member_removed(record: Recorded) -> Parts:
    member, role = (pair(record.changes.get(name))[0] for name in ("member", "role"))
    if member is None:
        return say("removed a member")
    return say("removed {}, who was {}", str(member), _role(role)) if role else say("removed {}", str(member))


_KINDS = {kind.value for kind in Kind}


def _resource(verb: str) -> Callable[[Recorded], Parts]:
    def tell(record: Recorded) -> Parts:
        before, after = pair(record.changes.get("kind"))
        kind = str(after or before)
        words = "SIP trunk" if kind == "sip_trunk" else kind if kind in _KINDS else "resource"
        return say(f"{verb} the {words} {{}}", quoted(record.subject_label))

    return tell


def _refused(record: Recorded) -> Parts:
    if record.subject_id is None:
        return say("tried to sign in with an unknown name and was not let in")
    return say("tried to sign in as {} and was not let in", record.subject_label)


def _reset_asked_for(record: Recorded) -> Parts:
    if record.subject_id is None:
        return say("asked for a new password for an unknown name")
    return say("asked for a new password for {}", record.subject_label)


def _factor(record: Recorded, which: int) -> str:
    return str(pair(record.changes.get("factor"))[which] or "an unknown one")


def _session_ended(record: Recorded) -> Parts:
    number = pair(record.changes.get("sessions"))[0]
    if not isinstance(number, int):
        return say("signed out")
    return say("ended another session") if number == 1 else say(f"ended {number:,} other sessions")


def _password_changed(record: Recorded) -> Parts:
    if record.actor_id is not None and record.subject_id == str(record.actor_id):
        return say("changed their own password")
    return say("changed the password of {}", record.subject_label)


def _number_of(record: Recorded, name: str) -> str:
    number = pair(record.changes.get(name))[1]
    return f"{number:,} " if isinstance(number, int) else ""


def _events_chosen(record: Recorded) -> Parts:
    events = pair(record.changes.get("events"))[1]
    if not isinstance(events, list):
        return say("chose all events for the webhook")
    return say("chose {} for the webhook", ", ".join(map(str, events)) if events else "no events")


def _resent(record: Recorded) -> Parts:
    number = pair(record.changes.get("deliveries"))[1]
    what = say("sent an event again") if number == 1 else say(f"sent {_number_of(record, 'deliveries')}events again")
    since = pair(record.changes.get("since"))[1]
    return say("{}, failed since {}", what, in_sentence("suspended_until", since)) if since else what


def _secret_rotated(record: Recorded) -> Parts:
    until = pair(record.changes.get("previous_secret_until"))[1]
    replaced = say("replaced the webhook secret")
    return say("{}; the old one signs until {}", replaced, in_sentence("suspended_until", until)) if until else replaced


def _keys_rotated(record: Recorded) -> Parts:
    moved = {"data_keys": "data keys", "personal_secrets": "secrets of people"}
    there = {name: words for name, words in moved.items() if name in record.changes} or {"data_keys": "data keys"}
    what = [say(f"{_number_of(record, name)}{words}") for name, words in there.items()]
    return say("moved {} to a new master key", joined(what))


def _plan_updated(record: Recorded) -> Parts:
    edited = say("edited the plan {}", quoted(record.subject_label))
    changed = phrases(record.changes, record.subject_type)
    return say("{}: {}", edited, changed) if changed else edited


def _price(words: str, side: int) -> Callable[[Recorded], Parts]:
    def tell(record: Recorded) -> Parts:
        price, since = (pair(record.changes.get(name))[side] for name in ("hundredths", "since"))
        plan = quoted(record.subject_label)
        if not isinstance(price, int) or not isinstance(since, str):
            return say("changed a price a minute of the plan {}", plan)
        return say(words, plan, say(f"${price / 10_000:,.4f}"), since)

    return tell


def _asked(words: str) -> Callable[[Recorded], Parts]:
    def tell(record: Recorded) -> Parts:
        subject, plan, value = (pair(record.changes.get(name)) for name in ("subject", "wanted_plan", "wanted_value"))
        named = subject[1] or subject[0]
        if named == "plan":
            return say(words, say("the {} plan", str(plan[1] or plan[0])))
        number = value[1] if value[1] is not None else value[0]
        if not isinstance(named, str) or not isinstance(number, int):
            return say(words, say("more"))
        return say(words, say(f"{number:,} {{}}", words_of(named)))

    return tell


def _with_label(words: str) -> Callable[[Recorded], Parts]:
    return lambda record: say(words, record.subject_label)


def _loaded(number: str) -> str:
    return f" of {number}tenants" if number else ""


STORIES: Mapping[str, Callable[[Recorded], Parts]] = {
    Event.TENANT_CREATED: lambda record: say("created the tenant {}", quoted(record.subject_label)),
    Event.TENANT_UPDATED: _updated,
    Event.TENANT_PLAN_CHANGED: _plan_changed,
    Event.TENANT_SUSPENDED: _suspended,
    Event.TENANT_RESUMED: lambda _: say("lifted the suspension of the tenant"),
    Event.TENANT_DEACTIVATED: lambda _: say("deactivated the tenant"),
    Event.TENANT_RESTORED: lambda _: say("restored the tenant"),
    Event.TENANT_DELETED: _deleted,
    Event.MEMBER_ADDED: _member_added,
    Event.MEMBER_REMOVED: _member_removed,
    Event.RESOURCE_ADDED: _resource("added"),
    Event.RESOURCE_CHANGED: _resource("changed"),
    Event.RESOURCE_REMOVED: _resource("removed"),
    Event.WEBHOOK_PAUSED: lambda _: say("paused the webhook"),
    Event.WEBHOOK_RESUMED: lambda _: say("resumed the webhook"),
    Event.WEBHOOK_SWITCHED_OFF: lambda _: say("switched the webhook off"),
    Event.WEBHOOK_SWITCHED_ON: lambda _: say("switched the webhook on again"),
    Event.WEBHOOK_EVENTS_CHOSEN: _events_chosen,
    Event.WEBHOOK_RESENT: _resent,
    Event.WEBHOOK_TESTED: lambda _: say("sent a test to the webhook"),
    Event.WEBHOOK_SECRET_ROTATED: _secret_rotated,
    Event.WEBHOOK_SECRET_REVOKED: lambda _: say("ended the use of the old webhook secret"),
    Event.USER_CREATED: _with_label("created the user {}"),
    Event.USER_SIGNED_UP: _with_label("signed up as {}"),
    Event.USER_DISABLED: _with_label("shut out the user {}"),
    Event.USER_ENABLED: _with_label("let the user {} in again"),
    Event.USER_EMAIL_CONFIRMED: lambda _: say("confirmed their e-mail address"),
    Event.USER_PASSWORD_CHANGED: _password_changed,
    Event.USER_RESET_ASKED_FOR: _reset_asked_for,
    Event.FACTOR_ADDED: lambda record: say("added a second factor: {}", _factor(record, 1)),
    Event.FACTOR_REMOVED: lambda record: say("removed a second factor: {}", _factor(record, 0)),
    Event.FACTOR_CODES_MADE: lambda _: say("made new recovery codes"),
    Event.SESSION_STARTED: lambda _: say("signed in"),
    Event.SESSION_ENDED: _session_ended,
    Event.SESSION_REFUSED: _refused,
    Event.TOKEN_ISSUED: lambda _: say("got tokens for the API"),
    Event.TOKEN_FAMILY_ENDED: _with_label("ended the API tokens of one sign-in of {}"),
    Event.JOB_ASKED_FOR: lambda record: say("had the job {} run", quoted(record.subject_label)),
    Event.KEYS_ROTATED: _keys_rotated,
    Event.PLAN_CREATED: lambda record: say("added the plan {} to the catalogue", quoted(record.subject_label)),
    Event.PLAN_UPDATED: _plan_updated,
    Event.PLAN_RETIRED: lambda record: say("retired the plan {}", quoted(record.subject_label)),
    Event.PLAN_OFFERED: lambda record: say("offered the plan {} again", quoted(record.subject_label)),
    Event.PLAN_PRICE_SET: _price("set the price a minute of the plan {} to {} from {} on", 1),
    Event.PLAN_PRICE_WITHDRAWN: _price(
        "withdrew the price a minute of the plan {}, {}, that was to hold from {} on", 0
    ),
    Event.REQUEST_MADE: _asked("asked for {}"),
    Event.REQUEST_GRANTED: _asked("granted the request for {}"),
    Event.REQUEST_DECLINED: _asked("declined the request for {}"),
    Event.REQUEST_WITHDRAWN: _asked("withdrew the request for {}"),
    Event.DEMONSTRATION_LOADED: lambda record: say(
        f"loaded the demonstration data{_loaded(_number_of(record, 'tenants'))}"
    ),
}
"""What was done, by event. A test goes over all events."""
