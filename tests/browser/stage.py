"""Makes the people whom the journeys send, each with the same password, and their tenants. Run beside a portal."""

from __future__ import annotations

from portal import create_app
from portal.config import from_environment
from portal.foundation.database import db
from portal.foundation.permissions import MembershipRole, Role, system
from portal.members import actions as members
from portal.tenants import actions as tenants
from portal.tenants.drafts import TenantChange
from portal.tenants.models import Tenant
from tests.cast import make_tenant, make_user

ADMIN, SUPPORT, OWNER, VIEWER = "grace", "sol", "olive", "vera"
ACME = "acme-telephony"
"""Olive's tenant, which vera may read."""

CONTESTED = "contested-couriers"
"""A tenant that two people change at once."""

NEWCOMER = "quiet-newcomer"
"""A tenant in which nothing has happened."""


def set_up() -> None:
    """Make them all."""
    make_user(ADMIN, Role.ADMIN)
    make_user(SUPPORT, Role.SUPPORT)
    owner = make_user(OWNER, Role.BUSINESS)
    viewer = make_user(VIEWER, Role.DEVELOPER)
    acme = db.session.get_one(Tenant, owner.owner_id)
    acme = tenants.change_tenant(system(), acme, TenantChange.read({"name": "Acme Telephony", "slug": ACME})).tenant
    members.add_member(system(), acme, viewer, MembershipRole.VIEWER)
    make_tenant("Contested Couriers", slug=CONTESTED)
    make_tenant("Quiet Newcomer", slug=NEWCOMER)


if __name__ == "__main__":
    with create_app(from_environment(demonstration=True)).app_context():
        set_up()
