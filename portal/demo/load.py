"""Loads the demonstration into a new database, in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select, update

from portal.accounts.models import User
from portal.demo.calls import Traffic, traffic
from portal.demo.deliveries import sent
from portal.demo.models import DEMONSTRATION, Installation
from portal.demo.names import UNUSUAL
from portal.demo.people import Member, People
from portal.demo.requests import asked
from portal.demo.tenants import Profile, profiles
from portal.demo.things import new_secrets, resources
from portal.demo.trail import COMMAND_LINE, Trail, arrival
from portal.foundation import audit, clock
from portal.foundation.actions import action
from portal.foundation.audit import AuditRecord, Event
from portal.foundation.database import Base, db
from portal.foundation.errors import Conflict
from portal.foundation.permissions import Actor, MembershipRole, Permission, Role
from portal.foundation.vault import vault
from portal.members.models import Membership
from portal.plans import queries as plans
from portal.requests.models import Request
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants.drafts import SECRETS
from portal.tenants.limits import Status
from portal.tenants.models import Scope, Tenant, TenantSearch, folded, search_body
from portal.usage.models import Call, DailyFigures, MonthlyFigures, Recording, Standing
from portal.webhooks.models import Attempt, Delivery, Webhook, WebhookHealth, WebhookStream

SEED = 2019
AT_ONCE = 50
"""Tenants that are made and written together: enough for the database, little for the memory."""

ORDER: tuple[type[Base], ...] = (
    User, Scope, Tenant, Membership, Standing, TenantSearch, Resource, Call, Recording, DailyFigures,
    MonthlyFigures, AuditRecord,
    Delivery, Attempt, Webhook, WebhookHealth, WebhookStream, Request,
)  # fmt: skip
"""The tables in the order in which their rows refer to each other."""


@dataclass(frozen=True)
class Summary:
    """How much was loaded: rows by table."""

    rows: dict[str, int]


@dataclass
class Batch:
    """Rows by their model, of some tenants that are written together, and what goes into the vault."""

    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: {model: [] for model in ORDER})
    secrets: list[tuple[Profile, dict[str, str]]] = field(default_factory=list)

    def write(self) -> Counter[str]:
        """Insert everything; give the number of rows by table."""
        owned = [{"id": user["id"], "owner_id": user["owner_id"]} for user in self.rows[User] if user["owner_id"]]
        self.rows[User] = [user | {"owner_id": None} for user in self.rows[User]]  # tenants are not there yet
        written: Counter[str] = Counter()
        for model, rows in self.rows.items():
            if rows:
                db.session.execute(insert(cast(Table, model.__table__)), rows)
                written[model.__tablename__] += len(rows)
        if owned:
            db.session.execute(update(User), owned)
        for name in SECRETS:
            for profile, found in self.secrets:
                if name in found:
                    vault.put(profile.id, name, found[name], profile.secrets_by).set_at = profile.row["updated_at"]
            db.session.flush()  # a tenant's data key is made with its first secret, and found again by the next
        db.session.expunge_all()
        return written


@dataclass
class Chosen:
    """Those who are given sign-in links: an admin, a support, and an owner whose one tenant has much going on."""

    admin: UUID
    support: UUID
    owner: UUID | None = None
    calls: int = -1

    def consider(self, profile: Profile, members: list[Member], used: Traffic) -> None:
        """Take this tenant's owner if none before has more calls this month."""
        row, calls = profile.row, used.standing["calls"]
        plain = profile.index not in dict(UNUSUAL)
        shown = plain and row["status"] == Status.ACTIVE.value and row["analytics_enabled"] and not profile.stopped_at
        if shown and profile.self_made and profile.plan.key in {"pro", "business"} and calls > self.calls:
            self.owner, self.calls = members[0].user["id"], calls


@action(Permission.TENANTS_ADMINISTER)
def load(
    actor: Actor, tenants: int = 200, now: datetime | None = None, seed: int = SEED, volume: float = 1.0
) -> Summary:
    """Load `tenants` tenants with their people, 90 days of calls until `now`, and their history.

    The same seed and moment give the same data, but for secrets; `volume` is how much everybody telephones, 1 as
    usual. Raises Conflict where there are tenants already.
    """
    if db.session.scalar(select(Tenant.id).limit(1)):
        raise Conflict("This database has tenants already. The demonstration goes into a new one.")
    now = now or clock.now()
    people = People(seed, now, set(db.session.scalars(select(User.username_key))))
    chosen = Chosen(people.admins[0]["id"], people.support[0]["id"])
    catalogue = {plan.key: plan for plan in plans.catalogue(with_prices=True)}
    written = _platform(people).write()
    stream = islice(profiles(seed, catalogue, now), tenants)
    while some := list(islice(stream, AT_ONCE)):
        batch = Batch()
        for profile in some:
            profile.daily *= volume
            _add(batch, profile, people, chosen, now)
        written += batch.write()
    _mark(actor, chosen, tenants)
    return Summary(dict(written))


def _platform(people: People) -> Batch:
    """Give the platform's own people."""
    batch = Batch()
    batch.rows[User] = people.arrivals()
    first = people.admins[0]
    for user in batch.rows[User]:
        signed_up = user["role"] == Role.DEVELOPER.value
        by = user if signed_up else COMMAND_LINE if user is first else first
        batch.rows[AuditRecord].append(arrival(user, by, signed_up=signed_up))
    return batch


def _add(batch: Batch, profile: Profile, people: People, chosen: Chosen, now: datetime) -> None:
    row, rows = profile.row, batch.rows
    members = people.of(profile)
    owned = resources(profile, now)
    used = traffic(profile, [each["key"] for each in owned if each["kind"] == Kind.AGENT.value], now)
    if used.monthly_limit is not None:
        row["monthly_call_limit"] = used.monthly_limit
    if members and members[0].role == MembershipRole.OWNER:
        row["owner_id"] = members[0].user["id"]
        profile.secrets_by = members[0].user["username"]
    history = Trail(profile, members, people.admins, now).tell()
    chosen.consider(profile, members, used)

    rows[User] += people.arrivals()
    rows[Scope].append({"id": row["scope_id"], "created_at": row["created_at"]})
    rows[Tenant].append(row | {"sort_name": folded(row["name"])})
    rows[Membership] += [
        {"scope_id": row["scope_id"], "user_id": each.user["id"], "role": each.role.value, "created_at": each.since}
        for each in members
    ]
    rows[Standing].append(used.standing)
    found_by = {name: row[name] for name in ("name", "slug", "billing_email", "technical_contact_email", "external_id")}
    rows[TenantSearch].append({"tenant_id": profile.id, "body": search_body(Tenant(**found_by))})
    rows[Resource] += owned
    rows[Call] += used.calls
    rows[Recording] += used.recordings
    rows[DailyFigures] += used.figures.values()
    rows[MonthlyFigures] += used.months
    requests, records = asked(profile, members, people.admins[0], now)
    rows[Request] += requests
    rows[AuditRecord] += [*history, *records]
    told = sent(profile, now)
    rows[Delivery] += told.deliveries
    rows[Attempt] += told.attempts
    rows[WebhookHealth] += told.health
    rows[WebhookStream] += told.stream
    rows[Webhook] += told.webhooks
    batch.secrets.append((profile, new_secrets(profile)))


def _mark(actor: Actor, chosen: Chosen, tenants: int) -> None:
    """Write down that this is a demonstration, and whose the sign-in links are."""
    mark = Installation(key=DEMONSTRATION, value=str(tenants))
    db.session.add(mark)
    for name in ("admin", "support", "owner"):
        if user_id := getattr(chosen, name):
            db.session.add(Installation(key=f"{DEMONSTRATION}.{name}", value=str(user_id)))
    audit.record(actor, Event.DEMONSTRATION_LOADED, mark, changes={"tenants": [None, tenants]})
