"""What some of the demonstration's owners have asked for lately: most of it waits, some is declined."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from portal.demo.chance import source, uuid7
from portal.demo.people import Member
from portal.demo.tenants import Profile
from portal.demo.trail import record_row
from portal.foundation.audit import Event
from portal.foundation.limits import bounds
from portal.foundation.permissions import MembershipRole
from portal.requests.limits import PLAN, State
from portal.tenants.limits import LIMITS, Status

Row = dict[str, Any]

SHARE, DAYS = 0.06, 12
REASONS = {
    "max_concurrent_calls": ("Our phone-in on Monday mornings fills all lines.", "Two campaigns overlap next month."),
    "max_users": ("The night shift gets logins of its own.", "We take over a sister company's team."),
    "max_agents": ("Each branch wants an agent with its own greeting.", "We try a dozen variants of the intake agent."),
    "monthly_call_limit": ("Open enrolment doubles our calls until January.", "We add a second hotline."),
}
PLAN_REASONS = (
    "Our first hospital asks for a business associate agreement.",
    "Finance wants one invoice for all we use.",
)
DECLINED = "Not before the new data centre is up. Ask again in the spring, please."
_NEXT = {"free": "pro", "starter": "business", "pro": "enterprise", "business": "enterprise"}


def asked(profile: Profile, members: list[Member], admin: Row, now: datetime) -> tuple[list[Row], list[Row]]:
    """Give what was asked for a tenant, and its records in the trail; for most, nothing."""
    row, rng = profile.row, source("requests", profile.id)
    owned = bool(members) and members[0].role == MembershipRole.OWNER
    if not owned or row["status"] != Status.ACTIVE.value or rng.random() >= SHARE:
        return [], []
    at = now - timedelta(hours=rng.uniform(2, 24 * DAYS))
    if at < row["created_at"] + timedelta(days=2):
        return [], []
    request = _request(profile, members[0].user["username"], rng, at)
    records = [_record(profile, members[0].user, MembershipRole.OWNER.value, Event.REQUEST_MADE, request, at)]
    if rng.random() < 0.25:
        later = at + (now - at) * 0.4
        request |= {"state": State.DECLINED.value, "answered_by": admin["username"], "answered_at": later,
                    "answer": DECLINED}  # fmt: skip
        records.append(_record(profile, admin, admin["role"], Event.REQUEST_DECLINED, request, later))
    return [request], records


def _request(profile: Profile, who: str, rng: random.Random, at: datetime) -> Row:
    made: Row = {"id": uuid7(rng, at), "tenant_id": profile.id, "wanted_plan": None, "wanted_value": None,
                 "state": State.OPEN.value, "asked_by": who, "asked_at": at, "answered_by": None,
                 "answered_at": None, "answer": None}  # fmt: skip
    possible = [name for name in REASONS if _more(profile, name) is not None]
    if profile.plan.key in _NEXT and (not possible or rng.random() < 0.3):
        return made | {"subject": PLAN, "wanted_plan": _NEXT[profile.plan.key], "reason": rng.choice(PLAN_REASONS)}
    name = rng.choice(possible)
    return made | {"subject": name, "wanted_value": _more(profile, name), "reason": rng.choice(REASONS[name])}


def _more(profile: Profile, name: str) -> int | None:
    """Give a value beyond what the tenant has and its owner may set; None where the range of the limit ends there."""
    highest = max(profile.effective(name), profile.plan.ceilings[name])
    value, most = highest + max(5, highest // 2), bounds(LIMITS[name]).high
    return value if most is None or value <= most else None


def _record(profile: Profile, by: Row, standing: str, what: Event, request: Row, at: datetime) -> Row:
    facts = {name: request[name] for name in ("subject", "wanted_plan", "wanted_value") if request[name] is not None}
    made = what == Event.REQUEST_MADE
    changes = {name: [None, value] if made else [value, None] for name, value in facts.items()}
    label = f"{request['subject']}: {request['wanted_plan'] or request['wanted_value']}"
    note = request["reason"] if made else request["answer"]
    tenant = {f"tenant_{name}": profile.row[name] for name in ("id", "name", "slug")}
    return record_row(by, standing, what, at, "requests", str(request["id"]), label, changes, note) | tenant
