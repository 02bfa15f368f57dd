"""One admission at a time for each tenant.

What is admitted depends on what runs and was used, so two admissions of one tenant take turns; those of two tenants
never wait for each other. The turn is the lock on the tenant's row in `standings`, which an admission changes anyway.
(On SQLite the one writer is turn enough.)

It is not the lock on the tenant's own row: whoever edits a tenant holds that one, and may hold it long, as a change of
plan does that looks through everything in use. Calls need not wait for that. They read the tenant behind their turn, as
it was committed last: a call that is admitted while a limit is being lowered comes before the change, and whoever asks
once the change is answered is judged by it. Nothing in between is possible, because an edit reads no calls that
it would have to agree with; the one that does, the deletion, takes the calls' turn too (`hold_calls`).
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session

from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.tenants.models import Tenant
from portal.usage.customer import Customer, customers
from portal.usage.models import Standing

_STANDINGS = Standing.__table__.c
# A statement of its own: one that waits for a row sees all others as they were when it began to wait.
_TURN = (
    select(_STANDINGS.tenant_id).where(_STANDINGS.tenant_id == bindparam("tenant_id")).with_for_update(key_share=True)
)
_BEHIND_IT = customers(_STANDINGS.tenant_id == bindparam("tenant_id"))


def in_turn(session: Session, tenant: Tenant) -> Customer:
    """Wait for the tenant's turn; give what its calls are judged by as it stands then. Raises NotFound where the tenant
    has been deleted."""
    (tenant_id,) = inspect(tenant).identity or (None,)  # the row itself has been forgotten with what was read before
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN, {"tenant_id": tenant_id})
    found = session.execute(_BEHIND_IT, {"tenant_id": tenant_id}).one_or_none()
    if found is None:
        raise NotFound("This has been deleted in the meantime.")
    return Customer(found)


def hold_calls(tenant_id: UUID | None) -> Standing:
    """Wait until no call of a tenant is being admitted or ended, and let none be until this transaction ends."""
    # On SQLite `FOR UPDATE` says nothing, and nothing is what is needed. `key_share` as everywhere: see actions.
    row = select(Standing).where(Standing.tenant_id == tenant_id).execution_options(populate_existing=True)
    standing = db.session.scalar(row.with_for_update(key_share=True))
    if standing is None:
        raise NotFound("This has been deleted in the meantime.")
    return standing
