"""Slugs: made from names, unique, remembered."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from slugify import slugify
from sqlalchemy import select

from portal.foundation.database import db
from portal.foundation.errors import Invalid
from portal.tenants import turns
from portal.tenants.limits import RESERVED_SLUGS
from portal.tenants.models import OldSlug, Tenant

LONGEST = 63
_ROOM_FOR_NUMBER = 8
"""How many characters at the end of a long slug give way to a hyphen and a number."""


def made_from(name: str) -> str:
    """Make a free slug from a name: "acme", or "acme-2", "acme-3"… where it is taken, kept or another's old one."""
    turns.take(turns.Turn.SLUGS)
    base = slugify(name, max_length=LONGEST) or "organization"
    if base not in RESERVED_SLUGS and not _taken([base]):
        return base
    stem = base[: LONGEST - _ROOM_FOR_NUMBER].rstrip("-")
    first, many = 2, 16
    while True:
        candidates = [f"{stem}-{number}" for number in range(first, first + many)]
        taken = _taken(candidates)
        if free := next((slug for slug in candidates if slug not in taken), None):
            return free
        first, many = first + many, many * 2


def claim(slug: str, tenant_id: UUID | None) -> None:
    """Make sure that a tenant may have a slug; Invalid where another has it, or had it and is still found by it.

    One that was the tenant's own before is its own again.
    """
    turns.take(turns.Turn.SLUGS)
    holder = db.session.scalar(select(Tenant.id).where(Tenant.slug == slug))
    if holder is not None and holder != tenant_id:
        raise Invalid.at("slug", f"“{slug}” is already taken by another tenant. Choose another slug.", "taken")
    old = db.session.get(OldSlug, slug)
    if old is None:
        return
    if old.tenant_id != tenant_id:
        raise Invalid.at("slug", f"“{slug}” still leads to the tenant that had it before. Choose another.", "taken")
    db.session.delete(old)


def remember(tenant: Tenant, slug: str) -> None:
    """Keep a slug that a tenant gives up, so that it goes on leading to it."""
    db.session.add(OldSlug(slug=slug, tenant_id=tenant.id))


def _taken(slugs: Iterable[str]) -> set[str]:
    slugs = list(slugs)
    return {
        *db.session.scalars(select(Tenant.slug).where(Tenant.slug.in_(slugs))),
        *db.session.scalars(select(OldSlug.slug).where(OldSlug.slug.in_(slugs))),
    }
