"""Changing a tenant's settings."""

from __future__ import annotations

from typing import Any

from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.errors import Forbidden
from portal.foundation.permissions import Actor, Permission
from portal.foundation.vault import vault
from portal.plans.models import Plan
from portal.tenants import kept_secrets, queries, rules, setup, slugs
from portal.tenants.actions.settling import Saved, make_owner, plain_fields, plan_of_key, settle, user_of_id
from portal.tenants.drafts import ADMIN_FIELDS, TenantChange
from portal.tenants.expected import Expected
from portal.tenants.limit_changes import carry_over
from portal.tenants.limits import LIMITS
from portal.tenants.models import CHOICES, Tenant
from portal.tenants.real_changes import real_changes
from portal.tenants.words import listed
from portal.webhooks.actions import announce_update


@action(Permission.TENANTS_EDIT)
def change_tenant(actor: Actor, tenant: Tenant, draft: TenantChange, expected: Expected | None = None) -> Saved:
    """Change the fields that the draft gives; changing nothing writes nothing, but a choice of the set-up that is
    made by leaving it as it is.

    Raises Stale where the tenant is not as `expected`, Forbidden at a field that the actor may not set, Invalid where
    the whole would break a rule.
    """
    if expected is not None:
        expected.check(tenant)
    held = frozenset(vault.held(tenant.id))
    given = real_changes(tenant, draft.given(), held)
    chosen = setup.made_by_actor(actor, tenant, draft.given())
    if not given and not chosen:
        return Saved(tenant)
    _require_fields(actor, tenant, given)
    _change_slug(tenant, given)
    plan = _change_plan(actor, tenant, given)
    for name, value in plain_fields(given).items():
        setattr(tenant, name, value)
    setup.choose(tenant, chosen)
    settle(actor, tenant, plan, given)
    if given.get("owner_id") is not None:
        make_owner(actor, tenant, user_of_id(given["owner_id"]))
    _record(actor, tenant, given, held)
    return Saved(tenant, kept_secrets.keep(actor, tenant, given, held))


def _require_fields(actor: Actor, tenant: Tenant, given: dict[str, Any]) -> None:
    if "billing_plan" in given:
        actor.require(Permission.TENANTS_CHANGE_PLAN, tenant)
    reserved = ADMIN_FIELDS & given.keys()
    if reserved and not actor.can(Permission.TENANTS_ADMINISTER, tenant):
        raise Forbidden(f"Only platform administrators set these: {listed(reserved)}.")


def _change_slug(tenant: Tenant, given: dict[str, Any]) -> None:
    if "slug" in given:
        slugs.claim(given["slug"], tenant.id)
        slugs.remember(tenant, tenant.slug)
        tenant.slug = given["slug"]


def _change_plan(actor: Actor, tenant: Tenant, given: dict[str, Any]) -> Plan:
    if "billing_plan" not in given:
        return plan_of_key(tenant.billing_plan) if rules.FEATURE_FLAGS.keys() & given.keys() else tenant.plan
    old, new = tenant.plan, plan_of_key(given["billing_plan"])
    rules.check_choice(new, given_by_staff=actor.can(Permission.TENANTS_ADMINISTER, tenant))
    wanted = {name: given[name] for name in LIMITS if name in given}
    carry_over(actor, tenant, old, new, queries.in_use(tenant), wanted)
    tenant.billing_plan, tenant.plan = new.key, new
    if tenant.features_chosen_at is None:  # what is on because it was the default goes with the plan, as on creating
        for flag in CHOICES["features_chosen_at"]:
            setattr(tenant, flag, getattr(tenant, flag) and new.includes(rules.FEATURE_FLAGS[flag]))
    return new


def _record(actor: Actor, tenant: Tenant, given: dict[str, Any], held: frozenset[str]) -> None:
    fields, secrets = audit.changed_fields(tenant), kept_secrets.changes(tenant, given, held)
    if not fields and not secrets:
        return
    if not fields:
        tenant.updated_at = now()  # a secret alone is a change of the settings too, and a new version
    event = Event.TENANT_PLAN_CHANGED if "billing_plan" in fields else Event.TENANT_UPDATED
    audit.record(actor, event, tenant, changes=fields | secrets, note=given.get("override_reason"))
    announce_update(tenant, fields | secrets)
