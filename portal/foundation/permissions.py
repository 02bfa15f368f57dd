"""The whole policy on one screen: who may do what.

A role grants a permission on everything; a membership grants it on the tenant it belongs to. What is not in the
tables is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from portal.foundation.errors import Forbidden


class Role(StrEnum):
    """What a user is on the platform."""

    ADMIN = "admin"
    SUPPORT = "support"
    BUSINESS = "business"
    DEVELOPER = "developer"


class MembershipRole(StrEnum):
    """What a user is in one tenant."""

    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"


class Door(StrEnum):
    """The way by which a request came in."""

    WEB = "web"
    API = "api"
    COMMAND_LINE = "command_line"
    IMPORT = "import"
    SYSTEM = "system"


class Permission(StrEnum):
    """Everything that can be permitted. A name that ends in `:view` permits no write."""

    TENANTS_VIEW = "tenants:view"
    TENANTS_VIEW_ALL = "tenants_all:view"
    TENANTS_CREATE = "tenants:create"
    TENANTS_EDIT = "tenants:edit"
    TENANTS_CHANGE_PLAN = "tenants:change_plan"
    TENANTS_ADMINISTER = "tenants:administer"
    TENANTS_SUSPEND = "tenants:suspend"
    TENANTS_DEACTIVATE = "tenants:deactivate"
    TENANTS_DELETE = "tenants:delete"
    MEMBERS_MANAGE = "members:manage"
    USAGE_VIEW = "usage:view"
    CALLS_REPORT = "calls:report"
    RESOURCES_REPORT = "resources:report"
    AUDIT_VIEW = "audit:view"
    AUDIT_VIEW_ALL = "audit_all:view"
    PLANS_EDIT = "plans:edit"
    REQUESTS_MAKE = "requests:make"
    REQUESTS_ANSWER = "requests:answer"
    USERS_MANAGE = "users:manage"
    KEYS_ROTATE = "keys:rotate"
    JOBS_VIEW = "jobs:view"
    JOBS_RUN = "jobs:run"
    MAIL_VIEW = "mail:view"
    ACCOUNT_VIEW = "account:view"
    ACCOUNT_EDIT = "account:edit"


_STAFF = frozenset({Role.ADMIN, Role.SUPPORT})
_ADMIN = frozenset({Role.ADMIN})
_EVERYONE = frozenset(Role)
_MEMBERS = frozenset(MembershipRole)
_RUNNERS = frozenset({MembershipRole.OWNER, MembershipRole.MANAGER})
_OWNER = frozenset({MembershipRole.OWNER})
_NOBODY: frozenset[MembershipRole] = frozenset()

POLICY: Mapping[Permission, tuple[frozenset[Role], frozenset[MembershipRole]]] = {
    Permission.TENANTS_VIEW: (_STAFF, _MEMBERS),
    Permission.TENANTS_VIEW_ALL: (_STAFF, _NOBODY),
    Permission.TENANTS_CREATE: (_ADMIN, _NOBODY),
    Permission.TENANTS_EDIT: (_ADMIN, _RUNNERS),
    Permission.TENANTS_CHANGE_PLAN: (_ADMIN, _OWNER),
    Permission.TENANTS_ADMINISTER: (_ADMIN, _NOBODY),
    Permission.TENANTS_SUSPEND: (_ADMIN, _NOBODY),
    Permission.TENANTS_DEACTIVATE: (_ADMIN, _OWNER),
    Permission.TENANTS_DELETE: (_ADMIN, _OWNER),
    Permission.MEMBERS_MANAGE: (_ADMIN, _OWNER),
    Permission.USAGE_VIEW: (_STAFF, _MEMBERS),
    Permission.CALLS_REPORT: (_ADMIN, _RUNNERS),
    Permission.RESOURCES_REPORT: (_ADMIN, _RUNNERS),
    Permission.AUDIT_VIEW: (_STAFF, _MEMBERS),
    Permission.AUDIT_VIEW_ALL: (_STAFF, _NOBODY),
    Permission.PLANS_EDIT: (_ADMIN, _NOBODY),
    Permission.REQUESTS_MAKE: (_ADMIN, _RUNNERS),
    Permission.REQUESTS_ANSWER: (_ADMIN, _NOBODY),
    Permission.USERS_MANAGE: (_ADMIN, _NOBODY),
    Permission.KEYS_ROTATE: (_ADMIN, _NOBODY),
    Permission.JOBS_VIEW: (_ADMIN, _NOBODY),
    Permission.JOBS_RUN: (_ADMIN, _NOBODY),
    Permission.MAIL_VIEW: (_ADMIN, _NOBODY),
    Permission.ACCOUNT_VIEW: (_EVERYONE, _NOBODY),
    Permission.ACCOUNT_EDIT: (_EVERYONE, _NOBODY),
}
"""Permission → the roles that have it everywhere, the memberships that have it on their own tenant."""


class Scoped(Protocol):
    """Anything that belongs to a tenant's scope."""

    scope_id: UUID


@dataclass(frozen=True)
class Actor:
    """Who acts, through which door. Passed to every query and action; never looked up by them.

    `memberships` maps the scope of each tenant the user is a member of to the role it has there.
    `owner_id` is the tenant made when the user signed up. `lacks_factor` says that a tenant it is a member of asks for
    a second factor, and that it has none: the doors let it set one up, and nothing else.
    """

    user_id: UUID | None
    username: str
    role: Role | None
    door: Door
    address: str | None = None
    owner_id: UUID | None = None
    memberships: Mapping[UUID, MembershipRole] = field(default_factory=dict)
    lacks_factor: bool = False

    @property
    def sees_everything(self) -> bool:
        """Whether every tenant is visible, as it is for admins, support staff and the system itself."""
        return self.role in _STAFF

    def can(self, permission: Permission, subject: Scoped | None = None) -> bool:
        """Say whether the policy grants `permission`: by role, or by the membership in the subject's scope."""
        roles, memberships = POLICY[permission]
        if self.role in roles:
            return True
        return subject is not None and self.memberships.get(subject.scope_id) in memberships

    def could(self, permission: Permission) -> bool:
        """Say whether the policy grants `permission` at least on something this actor is a member of."""
        roles, memberships = POLICY[permission]
        return self.role in roles or any(role in memberships for role in self.memberships.values())

    def require(self, permission: Permission, subject: Scoped | None = None) -> None:
        """Raise Forbidden where the policy does not grant `permission`."""
        if not self.can(permission, subject):
            raise Forbidden("Your role does not permit this. Ask an owner or a platform administrator.")

    def standing(self, subject: Scoped | None = None) -> str:
        """Say in one word what the actor is to the subject: the membership if there is one, else the role."""
        if subject is not None and (membership := self.memberships.get(subject.scope_id)):
            return membership.value
        return self.role.value if self.role else self.door.value


def system(door: Door = Door.SYSTEM, name: str = "system") -> Actor:
    """Give the actor behind commands and jobs: everything an administrator may, under its own name."""
    return Actor(user_id=None, username=name, role=Role.ADMIN, door=door)


ANONYMOUS = Actor(user_id=None, username="somebody", role=None, door=Door.WEB)
"""Nobody signed in: may do only what is declared public."""
