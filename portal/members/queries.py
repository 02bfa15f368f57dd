"""Reading who belongs to what."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped

from portal.accounts.models import User
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole
from portal.members.models import Membership
from portal.tenants.models import Tenant


def roles_of(user_id: UUID | None) -> Mapping[UUID, MembershipRole]:
    """Give what a user is a member of: the scope of each tenant, and the role there. Nobody is a member of nothing."""
    if user_id is None:
        return {}
    rows = db.session.execute(select(Membership.scope_id, Membership.role).where(Membership.user_id == user_id))
    return {scope_id: MembershipRole(role) for scope_id, role in rows}


def membership(scope_id: UUID, user_id: UUID) -> Membership | None:
    """Give a user's membership in a scope, if there is one."""
    return db.session.get(Membership, (scope_id, user_id))


def able(scope_id: UUID) -> int:
    """Count the members of a tenant who can sign in: those shut out are not counted."""
    counted = select(func.count()).select_from(Membership).join(User, User.id == Membership.user_id)
    return db.session.scalar(counted.where(Membership.scope_id == scope_id, User.disabled_at.is_(None))) or 0


def owners(scope_id: UUID) -> int:
    """Count the owners of a tenant by its scope."""
    counted = select(func.count()).select_from(Membership)
    return (
        db.session.scalar(counted.where(Membership.scope_id == scope_id, Membership.role == MembershipRole.OWNER)) or 0
    )


def under_compliance(user_id: Mapped[UUID]) -> ColumnElement[bool]:
    """Write the condition that a user is a member of a tenant with HIPAA or PCI on, for a query that knows the user."""
    of_tenant = select(Membership.user_id).join(Tenant, Tenant.scope_id == Membership.scope_id)
    return of_tenant.where(Membership.user_id == user_id, Tenant.hipaa_enabled | Tenant.pci_enabled).exists()
