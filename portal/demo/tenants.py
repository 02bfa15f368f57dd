"""The demonstration's tenants: who they are, what they have switched on, and how much they telephone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from slugify import slugify

from portal.demo import names
from portal.demo.chance import Deck, source, uuid7
from portal.demo.sectors import REGIONS, Region, Sector
from portal.foundation.clock import rfc3339
from portal.foundation.limits import bounds
from portal.plans.limits import Feature
from portal.plans.models import Plan
from portal.tenants.limits import LIMITS, RESERVED_SLUGS, Kind, Service, Status
from portal.tenants.models import CHOICES

PLANS_AND_KINDS = (
    ("free", Kind.STANDARD, 7), ("free", Kind.TRIAL, 1),
    ("starter", Kind.STANDARD, 14), ("starter", Kind.TRIAL, 4),
    ("pro", Kind.STANDARD, 9), ("pro", Kind.TRIAL, 3),
    ("business", Kind.STANDARD, 5), ("business", Kind.ENTERPRISE, 1), ("business", Kind.TRIAL, 1),
    ("enterprise", Kind.ENTERPRISE, 4), ("enterprise", Kind.STANDARD, 1),
)  # fmt: skip
STATUSES = ((Status.ACTIVE, 35), (Status.SUSPENDED, 3), (Status.INACTIVE, 2))
FILLS = (("plain", 9), ("roomy", 4), ("near", 3), ("full", 1), ("over", 1), ("override", 2))
"""How the monthly limit stands to what is used: the plan's own; one of the tenant's own, well above, nearly reached,
reached, or lowered below what was used already; or beyond the plan's ceiling by an administrator."""

CALLS_A_DAY = {"free": 1.1, "starter": 3.0, "pro": 6.0, "business": 11.0, "enterprise": 21.0}
"""What a typical tenant of a plan takes on a working day."""

_OVERRIDDEN = ("max_concurrent_calls", "monthly_call_limit", "max_agents", "max_users", "max_minutes_per_month")

STILL_SETTING_UP = timedelta(days=100)
"""How old a tenant may be whose set-up is not finished."""

THIN_FROM = 200
"""Tenants from this one on take a twelfth of the calls, so that thousands of them load in a minute."""


@dataclass
class Profile:
    """One tenant of the demonstration. `row` is its row of the table; the rest is what its calls, people and history
    are made from. `daily` is its calls on a working day now, `growth` the share of that which it had 90 days ago."""

    index: int
    rng: random.Random
    row: dict[str, Any]
    sector: Sector
    region: Region
    plan: Plan
    daily: float
    growth: float
    fill: str
    lively: bool
    self_made: bool
    secrets_by: str = "ada"
    stopped_at: datetime | None = None
    stop_reason: str | None = None

    @property
    def id(self) -> UUID:
        """The tenant's id."""
        found: UUID = self.row["id"]
        return found

    def effective(self, limit: str) -> int:
        """Give a limit's value: its own, else the plan's."""
        own: int | None = self.row[limit]
        return self.plan.included[limit] if own is None else own


def profiles(seed: int, plans: dict[str, Plan], now: datetime) -> Iterator[Profile]:
    """Give tenants without end. Those of one seed are the same, however many are taken."""
    rng = source("tenants", seed)
    sorts = Deck(rng, [(plan, kind) for plan, kind, count in PLANS_AND_KINDS for _ in range(count)])
    statuses = Deck(rng, [status for status, count in STATUSES for _ in range(count)])
    fills = Deck(rng, [fill for fill, count in FILLS for _ in range(count)])
    regions, running = Deck(rng, list(REGIONS)), Deck(rng, [True, True, True, False, False])
    slugs: set[str] = set(RESERVED_SLUGS)
    parents: list[dict[str, Any]] = []
    for index, (name, sector) in enumerate(names.companies(source("names", seed))):
        key, kind = sorts.deal()
        own = source(seed, index)
        trial_left = running.deal() if kind == Kind.TRIAL else None
        row = _identity(own, name, slugs, now, trial_left)
        row |= {"kind": kind.value, "billing_plan": key}
        profile = _profile(own, index, row, sector, regions.deal(), plans[key], fills.deal())
        _features(profile)
        _contacts(profile)
        _status(profile, Status.ACTIVE if kind == Kind.TRIAL else statuses.deal(), now)
        _settle_own_limits(profile, now)
        _place(profile, parents)
        _set_up(profile, now)
        yield profile


def _identity(rng: random.Random, name: str, slugs: set[str], now: datetime, trial_left: bool | None) -> dict[str, Any]:
    if trial_left is None:
        age = timedelta(days=3 + 1100 * rng.random() ** 1.8, seconds=rng.randrange(86400))
    else:
        age = timedelta(days=rng.uniform(1, 12) if trial_left else rng.uniform(16, 50))
    created = (now - age).replace(microsecond=rng.randrange(1000) * 1000)
    ends = None if trial_left is None else created + timedelta(days=14)
    return dict.fromkeys(LIMITS) | {
        "id": uuid7(rng, created), "scope_id": uuid7(rng, created), "name": name, "slug": _slug(name, slugs),
        "trial_ends_at": ends, "status": Status.ACTIVE.value, "suspension_reason": None,
        "suspended_services": None, "suspended_at": None, "suspended_until": None, "owner_id": None, "parent_id": None,
        "external_id": f"cus_{rng.getrandbits(60):012x}" if rng.random() < 0.7 else None,
        "limit_overrides": {}, "created_at": created, "updated_at": created, "version": 1,
    }  # fmt: skip


def _slug(name: str, taken: set[str]) -> str:
    """Make a slug as the portal does."""
    base = slugify(name, max_length=63) or "tenant"
    stem, slug, number = base[:55].rstrip("-"), base, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    taken.add(slug)
    return slug


def _profile(
    rng: random.Random, index: int, row: dict[str, Any], sector: Sector, region: Region, plan: Plan, fill: str
) -> Profile:
    size = min(rng.paretovariate(1.5) * 0.6, 12)
    return Profile(
        index=index,
        rng=rng,
        row=row,
        sector=sector,
        region=region,
        plan=plan,
        daily=CALLS_A_DAY.get(plan.key, 5) * size / (1 if index < THIN_FROM else 12),
        growth=rng.choice((0.35, 0.6, 0.8, 0.9, 1.0, 1.0, 1.15)),
        fill=fill,
        lively=index < THIN_FROM and rng.random() < 0.2,
        self_made=row["trial_ends_at"] is None and rng.random() < 0.65,
    )


def _features(profile: Profile) -> None:
    rng, row, plan = profile.rng, profile.row, profile.plan
    slug = row["slug"][:40].strip("-")
    sip = plan.includes(Feature.SIP) and rng.random() < 0.28
    compliance = plan.includes(Feature.COMPLIANCE)
    hipaa = compliance and (profile.sector.key in {"clinic", "dental"} or rng.random() < 0.35)
    pci = compliance and rng.random() < 0.35
    row |= {
        "sip_enabled": sip,
        "sip_domain": f"sip.{slug}.example" if sip else None,
        "sip_username": f"trunk-{rng.randrange(100, 999)}" if sip else None,
        "recording_enabled": plan.includes(Feature.RECORDING) and rng.random() < 0.88,
        "analytics_enabled": plan.includes(Feature.ANALYTICS) and rng.random() < 0.92,
        "recording_format": rng.choice(("mp4", "mp4", "mp4", "mp3", "mp3", "wav", "ogg")),
        "retention_days": rng.choice((90, 90, 90, 90, 365, 365, 30, 60, 730)),
        "hipaa_enabled": hipaa,
        "pci_enabled": pci,
        "pci_recording_acknowledged_at": None,
        "pci_recording_acknowledged_by": None,
        "data_encryption_enabled": hipaa or pci or rng.random() < 0.94,
        "webhook_url": f"https://hooks.{slug}.example/voice" if rng.random() < 0.35 else None,
        "webhook_timeout_seconds": rng.choice((20, 20, 20, 10, 5, 30)),
    }
    if pci and row["recording_enabled"]:
        row["pci_recording_acknowledged_at"] = row["created_at"]


def _contacts(profile: Profile) -> None:
    rng, row = profile.rng, profile.row
    domain = f"{row['slug'][:40].strip('-')}.example"
    row["billing_email"] = f"{rng.choice(('billing', 'accounts', 'invoices'))}@{domain}" if rng.random() < 0.8 else None
    row["technical_contact_email"] = f"{rng.choice(('it', 'ops', 'voice'))}@{domain}" if rng.random() < 0.6 else None
    row["meta_data"] = {"region": profile.region.key, "sector": profile.sector.key}
    if rng.random() < 0.3:
        row["meta_data"] |= {"account_manager": names.person(rng)[0].lower(), "seats": rng.randrange(3, 400)}
    if rng.random() < 0.1:
        row["meta_data"]["tags"] = rng.sample(["beta", "reference", "at-risk", "migrated", "reseller"], 2)


def _status(profile: Profile, status: Status, now: datetime) -> None:
    """Suspend or deactivate the tenant at some moment of its life, and say when and why its calls stop."""
    rng, row = profile.rng, profile.row
    age = now - row["created_at"]
    ends = row["trial_ends_at"]
    if ends is not None and ends <= now:
        profile.stopped_at, profile.stop_reason = ends, "trial_ended"
    if status == Status.ACTIVE:
        return
    moment = now - min(age * 0.4, timedelta(days=rng.uniform(1, 45)))
    row["status"] = status.value
    if status == Status.SUSPENDED:
        some = rng.random() < 0.4
        services = rng.sample(list(Service), rng.randrange(1, 4)) if some else list(Service)
        row["suspended_at"], row["suspension_reason"] = moment, rng.choice(names.SUSPENSION_REASONS)
        row["suspended_services"] = [service.value for service in Service if service in services]
        if rng.random() < 0.2:
            row["suspended_until"] = now + timedelta(days=rng.randrange(2, 20))
        if Service.CALLS not in services:
            return
    profile.stopped_at, profile.stop_reason = moment, status.value


def _settle_own_limits(profile: Profile, now: datetime) -> None:
    """Give some tenants limits of their own within their plan's ceilings, and some an override beyond them. The
    monthly limit follows from the calls."""
    rng, row, plan = profile.rng, profile.row, profile.plan
    if rng.random() < 0.25:
        row["max_concurrent_calls"] = rng.randrange(1, 3)
    elif rng.random() < 0.1:
        row["max_concurrent_calls"] = plan.ceilings["max_concurrent_calls"]
    for name in ("max_users", "max_projects", "max_environments"):
        if rng.random() < 0.06:
            row[name] = rng.randint(plan.included[name], plan.ceilings[name])
    if profile.fill == "override":
        _override(profile, now)


def _override(profile: Profile, now: datetime) -> None:
    rng, row, ceilings = profile.rng, profile.row, profile.plan.ceilings
    beyond = {name: max(ceilings[name] + 1, int(ceilings[name] * rng.choice((1.25, 1.5, 2)))) for name in _OVERRIDDEN}
    name, value = rng.choice([each for each in beyond.items() if each[1] <= (bounds(LIMITS[each[0]]).high or 0)])
    row[name] = value
    kept = {"by": "ada", "at": rfc3339(override_at(row, now)), "reason": rng.choice(names.OVERRIDE_REASONS)}
    if rng.random() < 0.6:
        kept["until"] = rfc3339((now + timedelta(days=rng.randrange(10, 200))).replace(hour=0, minute=0, second=0))
    row["limit_overrides"] = {name: kept}


def override_at(row: dict[str, Any], now: datetime) -> datetime:
    """Give when a tenant's override was set: before any suspension."""
    moment: datetime = row["created_at"] + (now - row["created_at"]) * 0.55
    return moment.replace(microsecond=0)


def _place(profile: Profile, parents: list[dict[str, Any]]) -> None:
    """Make some tenants sub-organizations of an enterprise that was there before."""
    rng, row = profile.rng, profile.row
    if row["kind"] == Kind.ENTERPRISE.value and row["status"] == Status.ACTIVE.value:
        parents.append(row)
        del parents[:-8]
    elif row["kind"] == Kind.STANDARD.value and rng.random() < 0.14:
        older = [parent["id"] for parent in parents if parent["created_at"] < row["created_at"]]
        if older:
            row["parent_id"], profile.self_made = rng.choice(older), False


def _set_up(profile: Profile, now: datetime) -> None:
    """Let some of those who signed up lately on a small plan still have a part of their set-up before them."""
    row = profile.row
    row |= dict.fromkeys(CHOICES, row["created_at"])
    small = profile.plan.key in {"free", "starter"} and row["status"] == Status.ACTIVE.value
    lately = profile.self_made and now - row["created_at"] < STILL_SETTING_UP
    if small and lately and not row["sip_enabled"] and row["webhook_url"] is None:
        row |= dict.fromkeys(list(CHOICES)[2 + profile.index % 3 :])
