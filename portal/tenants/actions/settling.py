"""What creating and changing a tenant have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.accounts.models import User
from portal.foundation import audit
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Invalid
from portal.foundation.permissions import Actor, MembershipRole
from portal.foundation.vault import vault
from portal.mail.actions import tell_member
from portal.mail.limits import Kind as Mail
from portal.members.models import Membership
from portal.plans import queries as plans
from portal.plans.models import Plan
from portal.tenants import queries, rules, turns
from portal.tenants.drafts import OVERRIDE_TERMS, SECRETS
from portal.tenants.limit_changes import set_limits
from portal.tenants.limits import LIMITS
from portal.tenants.models import Tenant
from portal.webhooks.actions import announce_member
from portal.webhooks.limits import EventType

_HANDLED_APART = {"id", "slug", "billing_plan", "pci_recording_acknowledged", *OVERRIDE_TERMS, *LIMITS, *SECRETS}


@dataclass(frozen=True)
class Saved:
    """A tenant as it was saved, and the webhook secret where one was made: it can be shown now and never again."""

    tenant: Tenant
    made_webhook_secret: str | None = None


def plain_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Leave the fields whose value goes into the column of the same name as it is."""
    return {name: value for name, value in values.items() if name not in _HANDLED_APART}


def settle(actor: Actor, tenant: Tenant, plan: Plan, given: dict[str, Any]) -> None:
    """Bring a tenant whose plain fields are set in line with its plan and with the rules. Raises Invalid."""
    rules.settle_trial(tenant, given.get("trial_ends_at") is not None)
    if given.get("parent_id") is not None:
        turns.take(turns.Turn.TREE)
        queries.check_parent(tenant.id, given["parent_id"])
    if given.get("external_id") is not None:
        queries.check_external_id(tenant.id, given["external_id"])
    _acknowledge(actor, tenant, given)
    set_limits(
        actor,
        tenant,
        plan,
        wanted={name: given[name] for name in LIMITS if name in given},
        terms={name: given[name] for name in OVERRIDE_TERMS if name in given},
    )
    taken_away = {name for name in SECRETS if name in given and given[name] is None}
    held = (set(vault.held(tenant.id)) - taken_away) | {name for name in SECRETS if given.get(name)}
    rules.check(tenant, plan, held)


def _acknowledge(actor: Actor, tenant: Tenant, given: dict[str, Any]) -> None:
    """Keep the word that recording is paused with who gave it and when, for as long as PCI stays on."""
    if given.get("pci_recording_acknowledged"):
        if not tenant.pci_enabled:
            words = "This belongs to PCI. Switch PCI on along with it, or leave it out."
            raise Invalid.at("pci_recording_acknowledged", words, "compliance")
        tenant.pci_recording_acknowledged_at, tenant.pci_recording_acknowledged_by = now(), actor.username
    elif "pci_recording_acknowledged" in given or not tenant.pci_enabled:
        tenant.pci_recording_acknowledged_at = tenant.pci_recording_acknowledged_by = None


def plan_of_key(key: str) -> Plan:
    """Give the plan of a key, which stays as it is until the transaction ends; Invalid at `billing_plan` where the
    catalogue has none."""
    plan = plans.held(key)
    if plan is None:
        raise Invalid.at("billing_plan", f"There is no plan “{key}” in the catalogue.", "unknown")
    return plan


def user_of_id(user_id: UUID) -> User:
    """Give the user who is to own a tenant; Invalid at `owner_id` where there is none."""
    user = db.session.get(User, user_id)
    if user is None:
        raise Invalid.at("owner_id", "There is no user with this id.", "unknown")
    return user


def make_owner(actor: Actor, tenant: Tenant, owner: User) -> None:
    """Give a user the owner's membership in a tenant, whatever it was there before."""
    membership = db.session.get(Membership, (tenant.scope_id, owner.id))
    before = None
    if membership is None:
        membership = Membership(scope_id=tenant.scope_id, user_id=owner.id, role=MembershipRole.OWNER)
        db.session.add(membership)
    elif membership.role == MembershipRole.OWNER:
        return
    else:
        before, membership.role = MembershipRole(membership.role).value, MembershipRole.OWNER
    changes = {
        "member": [owner.username if before else None, owner.username],
        "role": [before, MembershipRole.OWNER.value],
    }
    audit.record(actor, Event.MEMBER_ADDED, membership, tenant=tenant, changes=changes)
    announce_member(tenant, EventType.MEMBER_ADDED, owner, role=MembershipRole.OWNER, previous_role=before)
    tell_member(tenant, owner, Mail.MEMBER_ADDED, role=MembershipRole.OWNER, previous_role=before)
