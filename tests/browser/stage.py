"""Makes the people whom the journeys send, each with the same password, and their tenants. Run beside a portal."""

from __future__ import annotations

import sys
from datetime import timedelta

from pyotp import TOTP
from sqlalchemy import select, update

from portal import create_app
from portal.accounts import actions as accounts
from portal.accounts import one_time_codes
from portal.accounts.models import Session, User
from portal.accounts.queries import actor_of
from portal.config import from_environment
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import Door, MembershipRole, Role, system
from portal.members import actions as members
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension, TenantChange
from portal.tenants.models import Tenant
from tests.cast import SET_UP, make_tenant, make_user
from tests.hostile import HOSTILE

ADMIN, SUPPORT, OWNER, VIEWER = "grace", "sol", "olive", "vera"
UNCONFIRMED = "nora"
"""Somebody who has not confirmed her address."""

WITH_APP = "fay"
"""Somebody who has an authenticator app."""

CLINIC_VIEWER, CLINIC_NEWCOMER = "hanna", "henry"
"""Two without a second factor, who may read a tenant with HIPAA on; henry sets one up."""

CLINIC = "harbour-clinic"
"""That tenant."""

ACME = "acme-telephony"
"""Olive's tenant, which vera may read."""

CONTESTED = "contested-couriers"
"""A tenant that two people change at once."""

WORST = {
    "markup": "markup",
    "right-to-left": "right to left",
    "turned-round": "turned round",
    "many-signs": "many signs",
}
"""Tenants whose every text is hostile: slug → which of `tests.hostile`. All are suspended, below the first."""

BEGINNER = "una"
"""Somebody who signed up and has set up nothing yet; her tenant has her name."""

NEWCOMER = "quiet-newcomer"
"""A tenant in which nothing has happened."""

HOOKED = "harbour-hooks"
"""A tenant with a webhook whose host there is not."""


def set_up() -> None:
    """Make them all."""
    make_user(ADMIN, Role.ADMIN)
    make_user(SUPPORT, Role.SUPPORT)
    make_user(UNCONFIRMED, Role.DEVELOPER, confirmed=False)
    make_user(BEGINNER, Role.BUSINESS)
    owner = make_user(OWNER, Role.BUSINESS)
    viewer = make_user(VIEWER, Role.DEVELOPER)
    acme = db.session.get_one(Tenant, owner.owner_id)
    named = TenantChange.read({"name": "Acme Telephony", "slug": ACME, **SET_UP})
    acme = tenants.change_tenant(system(), acme, named).tenant
    members.add_member(system(), acme, viewer, MembershipRole.VIEWER)
    make_tenant("Contested Couriers", slug=CONTESTED)
    make_tenant("Quiet Newcomer", slug=NEWCOMER)
    make_tenant("Harbour Hooks", slug=HOOKED, webhook_url="https://hooks.harbour.invalid/in")
    _make_guarded()
    _make_the_worst()


def _make_guarded() -> None:
    """Make somebody with a second factor, and somebody of whom a tenant asks for one."""
    fay = actor_of(make_user(WITH_APP, Role.DEVELOPER), Door.WEB, None)
    secret = one_time_codes.new_app_secret()
    accounts.add_authenticator(fay, secret, TOTP(secret).now())
    clinic = make_tenant("Harbour Clinic", slug=CLINIC, billing_plan="enterprise", hipaa_enabled=True)
    for name in (CLINIC_VIEWER, CLINIC_NEWCOMER):
        members.add_member(system(), clinic, make_user(name, Role.DEVELOPER), MembershipRole.VIEWER)


def _make_the_worst() -> None:
    """Make tenants with hostile text wherever there is text."""
    parent = None
    for slug, what in WORST.items():
        text = HOSTILE[what][:250]
        fields = {
            "parent_id": parent, "external_id": text, "sip_username": text, "meta_data": {text: [text, {text: text}]},
            "max_agents": 900, "override_reason": text,
            "webhook_url": "https://hooks.acme.example/" + "very-long/" * 30,
        }  # fmt: skip
        tenant = make_tenant(text, slug=slug, **fields)
        tenants.suspend_tenant(system(), tenant, Suspension(reason=text))
        parent = parent or tenant.id


def long_ago(name: str, minutes: int) -> None:
    """Let all sessions of somebody have begun so many minutes ago, and not been used since."""
    user_id = select(User.id).where(User.username == name).scalar_subquery()
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        since = now() - timedelta(minutes=minutes)
        sessions = update(Session.__table__).where(Session.user_id == user_id)
        connection.execute(sessions.values(created_at=since, seen_at=since))


if __name__ == "__main__":
    with create_app(from_environment(demonstration=True)).app_context():
        long_ago(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else set_up()
