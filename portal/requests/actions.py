"""Asking for more, and answering. Each holds the tenant's row, so that a request is answered once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Invalid, NotFound
from portal.foundation.ids import new_id
from portal.foundation.permissions import Actor, Permission
from portal.mail.actions import tell_owner
from portal.mail.limits import Kind as Mail
from portal.plans import queries as plans
from portal.requests import rules
from portal.requests.drafts import Declined, LimitAsked, PlanAsked
from portal.requests.limits import PLAN, State
from portal.requests.models import Request
from portal.requests.words import STATE_WORDS, wanted
from portal.tenants.actions import change_tenant
from portal.tenants.drafts import TenantChange
from portal.tenants.limits import Status
from portal.tenants.models import Tenant


@action(Permission.REQUESTS_MAKE)
def ask_for_limit(actor: Actor, tenant: Tenant, draft: LimitAsked) -> Request:
    """Ask for a value of a limit that the tenant's people cannot set. Raises Invalid; Conflict where one is open."""
    rules.check_limit(tenant, draft.limit, draft.value)
    return _ask(actor, tenant, Request(subject=draft.limit, wanted_value=draft.value, reason=draft.reason))


@action(Permission.REQUESTS_MAKE)
def ask_for_plan(actor: Actor, tenant: Tenant, draft: PlanAsked) -> Request:
    """Ask for a plan that the owner cannot choose. Raises Forbidden for who may not change the plan, Invalid; Conflict
    where one is open."""
    actor.require(Permission.TENANTS_CHANGE_PLAN, tenant)
    rules.check_plan(tenant, plans.held(draft.billing_plan))
    return _ask(actor, tenant, Request(subject=PLAN, wanted_plan=draft.billing_plan, reason=draft.reason))


def _ask(actor: Actor, tenant: Tenant, request: Request) -> Request:
    if tenant.status == Status.INACTIVE:
        raise Conflict(f"{tenant.name} is inactive. Restore it first, then ask.")
    same = select(Request.id).where(Request.tenant_id == tenant.id, Request.subject == request.subject)
    if db.session.scalar(same.where(Request.state == State.OPEN)):
        raise Conflict(
            "This has been asked for already, and waits for an answer. Withdraw that to ask for something else."
        )
    request.id, request.tenant_id, request.state = new_id(), tenant.id, State.OPEN
    request.asked_by, request.asked_at = actor.username, now()
    db.session.add(request)
    _record(actor, Event.REQUEST_MADE, tenant, request, asked=True, note=request.reason)
    return request


@action(Permission.REQUESTS_MAKE)
def withdraw_request(actor: Actor, tenant: Tenant, request_id: UUID) -> None:
    """Take a request back. Raises NotFound, Conflict where it was answered, Forbidden at one for a plan for who may not
    change that."""
    request = _open(tenant, request_id)
    if request.subject == PLAN:
        actor.require(Permission.TENANTS_CHANGE_PLAN, tenant)
    _settle(actor, request, State.WITHDRAWN)
    _record(actor, Event.REQUEST_WITHDRAWN, tenant, request, asked=False)


@action(Permission.REQUESTS_ANSWER)
def grant_request(actor: Actor, tenant: Tenant, request_id: UUID) -> Request:
    """Give what is asked for, by the actions that give it otherwise: a plan as a change of plan, a value beyond the
    ceiling as an override for the reason that was asked with. The owner is told.

    Raises NotFound; Conflict where it was answered, where nothing is left to grant, or where something stands against
    it, such as a switch that is on and that the plan does not include.
    """
    request = _open(tenant, request_id)
    plan = plans.plan(request.wanted_plan) if request.wanted_plan else None
    if why := rules.moot(request, tenant, plan):
        raise Conflict(f"{why} Decline it, and say so.")
    if request.subject == PLAN:
        change = TenantChange.read({"billing_plan": request.wanted_plan})
    else:
        change = TenantChange.read({request.subject: request.wanted_value, "override_reason": request.reason})
    try:
        change_tenant(actor, tenant, change)
    except Invalid as refusal:
        raise Conflict(f"This cannot be granted now. {refusal.message}") from refusal
    _settle(actor, request, State.GRANTED)
    _record(actor, Event.REQUEST_GRANTED, tenant, request, asked=True)
    tell_owner(tenant, Mail.REQUEST_GRANTED, wanted=_wanted(request))
    return request


@action(Permission.REQUESTS_ANSWER)
def decline_request(actor: Actor, tenant: Tenant, request_id: UUID, draft: Declined) -> Request:
    """Decline a request with a reason, which the owner is told. Raises NotFound, Conflict where it was answered."""
    request = _open(tenant, request_id)
    _settle(actor, request, State.DECLINED)
    request.answer = draft.answer
    _record(actor, Event.REQUEST_DECLINED, tenant, request, asked=False, note=draft.answer)
    tell_owner(tenant, Mail.REQUEST_DECLINED, wanted=_wanted(request), reason=draft.answer)
    return request


def _open(tenant: Tenant, request_id: UUID) -> Request:
    """Give a tenant's request, which has to be open still."""
    request = db.session.scalar(
        select(Request)
        .where(Request.id == request_id, Request.tenant_id == tenant.id)
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise NotFound("There is no such request any more.")
    if request.state != State.OPEN:
        words = STATE_WORDS[State(request.state)].lower()
        raise Conflict(f"This request was {words} already, by {request.answered_by}. Nothing was changed.")
    return request


def _settle(actor: Actor, request: Request, state: State) -> None:
    request.state, request.answered_by, request.answered_at = state, actor.username, now()


def _wanted(request: Request) -> str:
    return wanted(request, {plan.key: plan.label for plan in plans.catalogue()})


def _record(
    actor: Actor, what: Event, tenant: Tenant, request: Request, *, asked: bool, note: str | None = None
) -> None:
    """Record what is asked for: as what comes to be, or, where it is taken away or refused, as what was."""
    facts = {name: getattr(request, name) for name in ("subject", "wanted_plan", "wanted_value")}
    changes = {name: [None, each] if asked else [each, None] for name, each in facts.items() if each is not None}
    audit.record(actor, what, request, tenant=tenant, changes=changes, note=note)
