"""The demonstration's audit trail: how each tenant came to be what it is, in the shape that `audit.record` gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import inspect

from portal.demo import names
from portal.demo.chance import source, uuid7
from portal.demo.people import Member
from portal.demo.tenants import Profile, override_at
from portal.foundation.audit import SECRET, Event, plain
from portal.foundation.permissions import Door, MembershipRole, Role
from portal.tenants.limits import LIMITS, Kind, Service, Status
from portal.tenants.models import Tenant

Row = dict[str, Any]

_WRITTEN_LATER = {"owner_id", "suspension_reason", "suspended_services", "suspended_until"}
AT_CREATION = tuple(
    attribute.key
    for attribute in inspect(Tenant).column_attrs
    if attribute.columns[0].info.get("audited") is not False and attribute.key not in _WRITTEN_LATER
)
"""What the record of a creation may name."""

DEFAULTS: Row = dict.fromkeys(LIMITS) | {
    "kind": "standard", "billing_plan": "starter", "parent_id": None, "external_id": None, "billing_email": None,
    "technical_contact_email": None, "sip_enabled": False, "sip_domain": None, "sip_username": None,
    "recording_enabled": True, "analytics_enabled": True, "recording_format": "mp4", "retention_days": 90,
    "hipaa_enabled": False, "pci_enabled": False, "pci_recording_acknowledged_at": None,
    "data_encryption_enabled": True, "webhook_url": None, "webhook_timeout_seconds": 20, "meta_data": {},
    "limit_overrides": {},
}  # fmt: skip
"""A tenant as its owner's sign-up leaves it."""

GROUPS: tuple[tuple[str, bool, tuple[str, ...]], ...] = (
    ("billing_plan", False, ()),
    ("kind", True, ("external_id", "parent_id", "meta_data")),
    ("billing_email", False, ("technical_contact_email",)),
    ("recording_enabled", False, ("recording_format",)),
    ("retention_days", False, ()),
    ("analytics_enabled", False, ()),
    ("hipaa_enabled", False, ("pci_enabled", "pci_recording_acknowledged_at")),
    ("data_encryption_enabled", False, ()),
    ("sip_enabled", False, ("sip_domain", "sip_username")),
    ("webhook_url", False, ()),
    ("webhook_timeout_seconds", False, ()),
)
"""What is changed together, in the order in which a tenant is set up; whether an administrator does it."""

_ALWAYS_LATER = {"hipaa_enabled", "sip_enabled"}
_WITH_SECRET = {"webhook_url": "webhook_secret", "sip_enabled": "sip_password"}
_TIERS = ("free", "starter", "pro", "business", "enterprise")
_WANDERING: dict[str, tuple[Any, ...]] = {
    "retention_days": (14, 45, 120, 180), "webhook_timeout_seconds": (3, 8, 15, 45),
    "technical_contact_email": ("helpdesk@it-partners.example", "noc@it-partners.example"),
}  # fmt: skip
"""Fields that some people change to and fro, and what they try in between."""


COMMAND_LINE: Row = {"id": None, "username": "system", "role": Role.ADMIN.value}
"""Who makes the first administrator."""


@dataclass
class Edit:
    """One change on the way: the fields with before and after, and who made it."""

    changes: dict[str, Any]
    by_staff: bool = False
    what: Event = Event.TENANT_UPDATED
    at: datetime | None = None
    note: str | None = None


class Trail:
    """The history of one tenant. Telling it also dates the tenant: `updated_at` and `version` follow from it."""

    def __init__(self, profile: Profile, members: list[Member], admins: list[Row], now: datetime) -> None:
        self.profile, self.row, self.rng, self.now = profile, profile.row, profile.rng, now
        self.members, self.admin = members, profile.rng.choice(admins)
        self.owner = members[0].user if members else None
        self.first: Row = {name: self.row.get(name) for name in AT_CREATION} | {"status": Status.ACTIVE.value}

    def tell(self) -> list[Row]:
        """Give the rows of the audit trail, oldest first."""
        edits = self._dated([*self._settings(), *self._limits()])
        edits += self._statuses()
        creator = self.owner if self.profile.self_made and self.owner else self.admin
        changes = {name: [None, plain(value)] for name, value in self.first.items() if value not in (None, {}, [])}
        found = self._arrivals()
        found.append(self._of_tenant(creator, Event.TENANT_CREATED, self.row["created_at"], changes))
        for edit in edits:
            assert edit.at is not None
            someone = self.admin if edit.by_staff or self.owner is None else self.owner
            shown = {name: value if value == SECRET else [plain(each) for each in value]
                     for name, value in edit.changes.items()}  # fmt: skip
            found.append(self._of_tenant(someone, edit.what, edit.at, shown, edit.note))
        self.row["version"] = 1 + len(edits)
        self.row["updated_at"] = max([edit.at for edit in edits if edit.at], default=self.row["created_at"])
        return sorted(found, key=lambda record: record["at"])

    def _settings(self) -> list[Edit]:
        edits = []
        for lead, by_staff, others in GROUPS:
            fields = [name for name in (lead, *others) if self.row[name] != DEFAULTS[name]]
            if self.row["kind"] == Kind.TRIAL.value and "kind" in fields:
                fields.remove("kind")  # a trial is one from its first day
            if lead == "billing_plan":
                edits += self._plan_change()
            elif fields and (self.profile.self_made or lead in _ALWAYS_LATER or self.rng.random() < 0.4):
                edit = Edit({name: (DEFAULTS[name], self.row[name]) for name in fields}, by_staff)
                if lead in fields and lead in _WITH_SECRET:
                    edit.changes[_WITH_SECRET[lead]] = SECRET
                edits.append(edit)
                self.first.update({name: DEFAULTS[name] for name in fields})
        for name, tries in _WANDERING.items():
            if self.rng.random() < 0.15:
                edits += self._to_and_fro(name, tries)
        return edits

    def _plan_change(self) -> list[Edit]:
        tier = _TIERS.index(self.row["billing_plan"])
        old = "starter" if self.profile.self_made else _TIERS[max(1, tier - 1)]
        if old == self.row["billing_plan"] or (not self.profile.self_made and self.rng.random() < 0.6):
            return []
        self.first["billing_plan"] = old
        return [Edit({"billing_plan": (old, self.row["billing_plan"])}, what=Event.TENANT_PLAN_CHANGED)]

    def _to_and_fro(self, name: str, tries: tuple[Any, ...]) -> list[Edit]:
        """Change a field twice, behind what has changed it before: to something else, and back."""
        other, value = self.rng.choice(tries), self.row[name]
        if other == value or value is None:
            return []
        return [Edit({name: (value, other)}), Edit({name: (other, value)})]

    def _limits(self) -> list[Edit]:
        own = {name: self.row[name] for name in LIMITS if self.row[name] is not None}
        overridden = [name for name in own if name in self.row["limit_overrides"]]
        self.first.update(dict.fromkeys(LIMITS), limit_overrides={})
        edits = [Edit({name: (None, value)}) for name, value in own.items() if name not in overridden]
        for name in overridden:
            kept = self.row["limit_overrides"][name]
            changes: Row = {name: (None, own[name]), "limit_overrides": ({}, self.row["limit_overrides"])}
            edits.append(Edit(changes, True, at=override_at(self.row, self.now), note=kept["reason"]))
        return edits

    def _dated(self, edits: list[Edit]) -> list[Edit]:
        """Spread the changes over the tenant's life, in their order, and before it was stopped."""
        created, age = self.row["created_at"], self.now - self.row["created_at"]
        latest = 0.995 if self.row["status"] == "active" else 0.58
        moments = sorted(self.rng.uniform(0.01, latest) ** 1.3 for _ in edits)
        for edit, share in zip(edits, moments, strict=True):
            plan = edit.what == Event.TENANT_PLAN_CHANGED
            edit.at = edit.at or created + age * (min(share, 0.2) if plan else share)
            if "pci_recording_acknowledged_at" in edit.changes:
                self.row["pci_recording_acknowledged_at"] = edit.at
                edit.changes["pci_recording_acknowledged_at"] = (None, edit.at)
                by = (self.owner or self.admin)["username"]
                self.row["pci_recording_acknowledged_by"] = by
                edit.changes["pci_recording_acknowledged_by"] = (None, by)
        return edits

    def _statuses(self) -> list[Edit]:
        row, stop = self.row, self.profile.stopped_at
        if row["status"] == "suspended":
            return [_suspension("active", row["suspension_reason"], row["suspended_services"], row["suspended_at"],
                                row["suspended_until"])]  # fmt: skip
        if row["status"] == "inactive":
            return [Edit({"status": ("active", "inactive")}, self.owner is None, Event.TENANT_DEACTIVATED, stop)]
        return self._past_trouble() if self.rng.random() < 0.09 else []

    def _past_trouble(self) -> list[Edit]:
        age = self.now - self.row["created_at"]
        began, ended = self.row["created_at"] + age * 0.4, self.row["created_at"] + age * 0.45
        if self.rng.random() < 0.3:
            return [Edit({"status": ("active", "inactive")}, False, Event.TENANT_DEACTIVATED, began),
                    Edit({"status": ("inactive", "active")}, False, Event.TENANT_RESTORED, ended)]  # fmt: skip
        put_on = _suspension(
            "active", self.rng.choice(names.SUSPENSION_REASONS), [each.value for each in Service], began
        )
        lifted = {name: (after, before) for name, (before, after) in put_on.changes.items()}
        return [put_on, Edit(lifted, True, Event.TENANT_RESUMED, ended)]

    def _arrivals(self) -> list[Row]:
        """Tell how the tenant's people came in."""
        found = []
        for member in self.members:
            user, own = member.user, self.profile.self_made and member.role == MembershipRole.OWNER
            if not member.known:
                found.append(arrival(user, user if own else self.admin, signed_up=own))
            by = self.admin if member.role == MembershipRole.OWNER and not own else self.owner or self.admin
            changes = {"member": [None, user["username"]], "role": [None, member.role.value]}
            at = member.since + timedelta(seconds=1)
            found.append(self._record(by, Event.MEMBER_ADDED, at, "memberships", str(user["id"]), member.role.value,
                                      changes))  # fmt: skip
        return found

    def _of_tenant(self, by: Row, what: Event, at: datetime, changes: Row, note: str | None = None) -> Row:
        return self._record(by, what, at, "tenants", str(self.row["id"]), self.row["name"], changes, note)

    def _record(self, by: Row, what: Event, at: datetime, kind: str, subject: str, label: str, changes: Row,
                note: str | None = None) -> Row:  # fmt: skip
        tenant = {f"tenant_{name}": self.row[name] for name in ("id", "name", "slug")}
        standing = MembershipRole.OWNER.value if by is self.owner else by["role"]
        return record_row(by, standing, what, at, kind, subject, label, changes, note) | tenant


def arrival(user: Row, by: Row, *, signed_up: bool) -> Row:
    """Give the record of a user who signed up, or whom somebody made."""
    what = Event.USER_SIGNED_UP if signed_up else Event.USER_CREATED
    changes = {name: [None, plain(user[name])] for name in ("id", "username", "email", "role")}
    return record_row(
        by, by["role"], what, user["created_at"], "users", str(user["id"]), user["username"], changes, None
    )


def _suspension(before: str, reason: str, services: list[str], at: datetime, until: datetime | None = None) -> Edit:
    changes: dict[str, Any] = {"status": (before, "suspended"), "suspension_reason": (None, reason),
                               "suspended_services": (None, services)}  # fmt: skip
    if until is not None:
        changes["suspended_until"] = (None, until)
    return Edit(changes, True, Event.TENANT_SUSPENDED, at, reason)


def record_row(by: Row, standing: str, what: Event, at: datetime, kind: str, subject: str, label: str, changes: Row,
         note: str | None) -> Row:  # fmt: skip
    """Give a row of the audit trail that belongs to no tenant yet."""
    door = Door.COMMAND_LINE if by is COMMAND_LINE else Door.API if at.minute % 7 == 0 else Door.WEB
    address = None if by is COMMAND_LINE else f"203.0.113.{by['id'].int % 250 + 2}"
    return {
        "id": uuid7(source(subject, what, at), at), "at": at, "event": what.value,
        "door": door.value, "actor_id": by["id"],
        "actor_name": by["username"], "actor_standing": standing, "address": address,
        "tenant_id": None, "tenant_name": None, "tenant_slug": None, "subject_type": kind, "subject_id": subject,
        "subject_label": label[:255], "changes": changes, "note": note,
    }  # fmt: skip
