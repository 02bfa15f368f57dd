"""Users: how they come to be, and how they are shut out."""

from __future__ import annotations

from sqlalchemy import delete

from portal.accounts import queries
from portal.accounts.actions.confirming import ask_for_confirmation
from portal.accounts.drafts import NewUser, SignUp
from portal.accounts.limits import login_key
from portal.accounts.models import ApiToken, Session, User
from portal.accounts.passwords import passwords
from portal.foundation import audit
from portal.foundation.actions import ANYONE, action
from portal.foundation.audit import Event
from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import Conflict, Fault, Invalid
from portal.foundation.ids import new_id
from portal.foundation.permissions import Actor, Permission, Role
from portal.tenants.actions import create_own_tenant
from portal.tenants.drafts import NewTenant

TAKEN = {
    "username": "This username is taken. Choose another one.",
    "email": "There is an account with this address. Sign in, or give another address.",
}


def sign_up(actor: Actor, draft: SignUp) -> User:
    """Make an account for whoever asks. One of role business gets its tenant with it, or neither is made.

    `actor` is nobody in particular; the record names the new user. Raises Invalid where the name or address is taken.
    """
    # Hashing takes long on purpose, and must not keep the database's writers waiting.
    return _sign_up(actor, draft, passwords.hash(draft.password))


@action(ANYONE)
def _sign_up(actor: Actor, draft: SignUp, password_hash: str) -> User:
    user = _new_user(draft, password_hash)
    themselves = queries.actor_of(user, actor.door, actor.address)
    audit.record(themselves, Event.USER_SIGNED_UP, user)
    db.session.flush()
    ask_for_confirmation(user)
    _give_tenant(themselves, user, draft.tenant_name)
    return user


def create_user(actor: Actor, draft: NewUser) -> User:
    """Make a user of any role; one of role business gets its tenant with it.

    Raises Forbidden, and Invalid where the name or address is taken.
    """
    actor.require(Permission.USERS_MANAGE)
    return _create_user(actor, draft, passwords.hash(draft.password))


@action(Permission.USERS_MANAGE)
def _create_user(actor: Actor, draft: NewUser, password_hash: str) -> User:
    user = _new_user(draft, password_hash)
    audit.record(actor, Event.USER_CREATED, user)
    db.session.flush()
    ask_for_confirmation(user)
    _give_tenant(actor, user, draft.username)
    return user


@action(Permission.USERS_MANAGE)
def disable_user(actor: Actor, user: User) -> None:
    """Shut a user out: sessions and tokens end at once. Raises Conflict for oneself; twice is once."""
    if user.id == actor.user_id:
        raise Conflict("You cannot disable yourself. Ask another administrator.")
    if user.disabled_at is not None:
        return
    user.disabled_at = now()
    audit.record(actor, Event.USER_DISABLED, user)
    db.session.execute(delete(Session).where(Session.user_id == user.id))
    db.session.execute(delete(ApiToken).where(ApiToken.user_id == user.id))


@action(Permission.USERS_MANAGE)
def enable_user(actor: Actor, user: User) -> None:
    """Let a disabled user sign in again. What had ended stays ended."""
    if user.disabled_at is None:
        return
    user.disabled_at = None
    audit.record(actor, Event.USER_ENABLED, user)


def _new_user(draft: SignUp | NewUser, password_hash: str) -> User:
    faults = [Fault(field, TAKEN[field], "taken") for field in queries.taken(draft.username, draft.email)]
    if faults:
        raise Invalid(*faults)
    user = User(
        id=new_id(),
        username=draft.username,
        username_key=login_key(draft.username),
        email=draft.email,
        email_key=login_key(draft.email),
        password_hash=password_hash,
        role=draft.role,
        created_at=now(),
    )
    db.session.add(user)
    return user


def _give_tenant(actor: Actor, user: User, name: str) -> None:
    if user.role == Role.BUSINESS:
        create_own_tenant(actor, user, NewTenant(name=name))
