"""Who comes to belong to a tenant, and who no longer does."""

from __future__ import annotations

from portal.accounts.models import User
from portal.foundation import audit
from portal.foundation.actions import action
from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.errors import Conflict, NotFound
from portal.foundation.permissions import Actor, MembershipRole, Permission
from portal.mail.actions import tell_member
from portal.mail.limits import Kind as Mail
from portal.members import queries
from portal.members.models import Membership
from portal.tenants.models import Tenant
from portal.webhooks.actions import announce_member
from portal.webhooks.limits import EventType


@action(Permission.MEMBERS_MANAGE)
def add_member(actor: Actor, tenant: Tenant, user: User, role: MembershipRole) -> Membership:
    """Make a user a member of a tenant. Raises Conflict where it is one already."""
    if queries.membership(tenant.scope_id, user.id) is not None:
        raise Conflict(f"{user.username} is a member of {tenant.name} already.")
    membership = Membership(scope_id=tenant.scope_id, user_id=user.id, role=role)
    db.session.add(membership)
    changes = {"member": [None, user.username], "role": [None, role.value]}
    audit.record(actor, Event.MEMBER_ADDED, membership, tenant=tenant, changes=changes)
    announce_member(tenant, EventType.MEMBER_ADDED, user, role=role, previous_role=None)
    tell_member(tenant, user, Mail.MEMBER_ADDED, role=role)
    return membership


@action(Permission.MEMBERS_MANAGE)
def remove_member(actor: Actor, tenant: Tenant, user: User) -> None:
    """End a user's membership. Raises NotFound where there is none, Conflict where it is the last owner's."""
    membership = queries.membership(tenant.scope_id, user.id)
    if membership is None:
        raise NotFound(f"{user.username} is no member of {tenant.name}.")
    if membership.role == MembershipRole.OWNER and queries.owners(tenant.scope_id) == 1:
        raise Conflict(f"{user.username} is the last owner of {tenant.name}. Make somebody else an owner first.")
    changes = {"member": [user.username, None], "role": [MembershipRole(membership.role).value, None]}
    audit.record(actor, Event.MEMBER_REMOVED, membership, tenant=tenant, changes=changes)
    announce_member(tenant, EventType.MEMBER_REMOVED, user, role=membership.role)
    db.session.delete(membership)
