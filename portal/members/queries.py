"""Reading who belongs to what."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole
from portal.members.models import Membership


def roles_of(user_id: UUID | None) -> Mapping[UUID, MembershipRole]:
    """Give what a user is a member of: the scope of each tenant, and the role there. Nobody is a member of nothing."""
    if user_id is None:
        return {}
    rows = db.session.execute(select(Membership.scope_id, Membership.role).where(Membership.user_id == user_id))
    return {scope_id: MembershipRole(role) for scope_id, role in rows}


def membership(scope_id: UUID, user_id: UUID) -> Membership | None:
    """Give a user's membership in a scope, if there is one."""
    return db.session.get(Membership, (scope_id, user_id))


def owners(scope_id: UUID) -> int:
    """Count the owners of a tenant by its scope."""
    counted = select(func.count()).select_from(Membership)
    return (
        db.session.scalar(counted.where(Membership.scope_id == scope_id, Membership.role == MembershipRole.OWNER)) or 0
    )
