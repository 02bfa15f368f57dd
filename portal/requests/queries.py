"""Reading requests, always through the actor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission
from portal.plans.queries import catalogue
from portal.requests.limits import PLAN, State
from portal.requests.models import Request
from portal.requests.rules import moot
from portal.requests.words import wanted
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant

SHOWN_FOR = timedelta(days=30)
"""How long an answer stands beside what was asked for."""
MOST_SHOWN = 100


@dataclass(frozen=True)
class Line:
    """A request as a table shows it: what is asked for in words, what there is now, and why it can be granted no more
    (None where it can, or where it is answered)."""

    request: Request
    tenant: Tenant
    wanted: str
    present: str
    moot: str | None


def open_count(actor: Actor) -> int:
    """Count the requests that wait for an answer, on their index. Raises Forbidden for who does not answer them."""
    return numbers_by_state(actor).get(State.OPEN, 0)


def numbers_by_state(actor: Actor) -> dict[State, int]:
    """Count the requests in each state, on their index. Raises Forbidden for who does not answer them."""
    actor.require(Permission.REQUESTS_ANSWER)
    rows = db.session.execute(select(Request.state, func.count()).group_by(Request.state))
    return {State(row[0]): row[1] for row in rows}


def queue(actor: Actor, state: State | None, limit: int, offset: int) -> list[Line]:
    """Give a page of the requests of all tenants: those that wait come first, the oldest first; the answered ones by
    their answer, the latest first. Raises Forbidden for who does not answer them."""
    actor.require(Permission.REQUESTS_ANSWER)
    query = _with_tenants()
    if state is not None:
        query = query.where(Request.state == state)
    if state == State.OPEN:
        query = query.order_by(Request.asked_at, Request.id)
    else:
        waits = Request.state == State.OPEN
        query = query.order_by(waits.desc(), Request.answered_at.desc(), Request.asked_at, Request.id)
    return _lines(query.limit(limit).offset(offset))


def line(actor: Actor, request_id: UUID) -> Line:
    """Give one request. Raises Forbidden for who does not answer them, NotFound."""
    actor.require(Permission.REQUESTS_ANSWER)
    found = _lines(_with_tenants().where(Request.id == request_id))
    if not found:
        raise NotFound("There is no such request. Its tenant may have been deleted, and what it asked for with it.")
    return found[0]


def of_tenant(actor: Actor, tenant: Tenant) -> list[Line]:
    """Give what was asked for a tenant, the latest first, at most a hundred. Raises NotFound for who may not see it."""
    if not actor.can(Permission.TENANTS_VIEW, tenant):
        raise NotFound
    query = _with_tenants().where(Request.tenant_id == tenant.id).order_by(Request.asked_at.desc(), Request.id.desc())
    return _lines(query.limit(MOST_SHOWN))


def told(actor: Actor, tenant: Tenant, section: str) -> list[Line]:
    """Give what stands on a section of the settings, `plan` or `limits`: what waits, and answers of the last days."""
    subjects = {"plan": (PLAN,), "limits": tuple(LIMITS)}.get(section, ())
    since = now() - SHOWN_FOR
    return [
        each
        for each in (of_tenant(actor, tenant) if subjects else [])
        if each.request.subject in subjects and _shown(each.request, since)
    ]


def waiting(actor: Actor, tenant: Tenant) -> list[Line]:
    """Give a tenant's open requests."""
    return [each for each in of_tenant(actor, tenant) if each.request.state == State.OPEN]


def _shown(request: Request, since: datetime) -> bool:
    if request.state == State.OPEN:
        return True
    return request.state != State.WITHDRAWN and request.answered_at is not None and request.answered_at > since


def _with_tenants() -> Select[Request, Tenant]:
    return select(Request, Tenant).join(Tenant, Tenant.id == Request.tenant_id)


def _lines(query: Select[Request, Tenant]) -> list[Line]:
    rows = db.session.execute(query).all()
    if not rows:
        return []
    plans = {plan.key: plan for plan in catalogue()}
    labels = {key: plan.label for key, plan in plans.items()}
    return [
        Line(
            request=request,
            tenant=tenant,
            wanted=wanted(request, labels),
            present=tenant.plan.label if request.subject == PLAN else f"{tenant.limit(request.subject):,}",
            moot=moot(request, tenant, plans.get(request.wanted_plan or "")) if request.state == State.OPEN else None,
        )
        for request, tenant in rows
    ]
