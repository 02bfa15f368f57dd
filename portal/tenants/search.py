"""What the table of tenants is asked for, and the conditions that come of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, column, or_, select, table

from portal.foundation.database import db
from portal.tenants.limits import Kind, Status
from portal.tenants.models import Tenant, TenantSearch, folded
from portal.tenants.queries import in_status
from portal.tenants.term_conditions import OF_USE, condition
from portal.tenants.terms import Term

FEATURES = {"sip": Tenant.sip_enabled, "recording": Tenant.recording_enabled, "analytics": Tenant.analytics_enabled}
COMPLIANCE = {"hipaa": Tenant.hipaa_enabled, "pci": Tenant.pci_enabled}
CHOICES: dict[str, tuple[str, ...]] = {
    "status": tuple(Status),
    "kind": tuple(Kind),
    "feature": tuple(FEATURES),
    "compliance": tuple(COMPLIANCE),
}
"""The filters whose values are fixed; plans come from the catalogue."""

SORTS = ("name", "status", "kind", "plan", "calls", "active", "cost", "created")
BROAD = frozenset({"status", "kind", "plan", "exceeding", "usage", "calls", "minutes", "cost", "quiet"})
DEFAULT_LIMIT, MOST = 100, 1000
_ID = re.compile(r"(?:[a-z]+_)?([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})", re.IGNORECASE)
_TRIGRAM = 3
_FTS = table("tenant_search_fts", column("rowid"), column("tenant_search_fts"))
"""SQLite's index of trigrams over `tenant_search`; the column named like the table stands for all it holds."""


@dataclass(frozen=True)
class Search:
    """What is asked of the table. Each filter lets through what has any of its values; filters, words and terms
    are joined by and."""

    words: str = ""
    terms: tuple[Term, ...] = ()
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    feature: tuple[str, ...] = ()
    compliance: tuple[str, ...] = ()
    sort: str = "name"
    descending: bool = False
    limit: int = DEFAULT_LIMIT
    offset: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether anything is searched for or filtered."""
        return bool(
            self.words or self.terms or self.status or self.kind or self.plan or self.feature or self.compliance
        )

    @property
    def broad(self) -> bool:
        """Whether it asks only for what many tenants may have, and what an index of all tenants knows."""
        return not (self.words or self.feature or self.compliance) and all(each.field in BROAD for each in self.terms)

    @property
    def of_use(self) -> bool:
        """Whether it asks how the month's calls compare with their limit, and nothing else."""
        alone = replace(self, terms=()).narrowed
        return bool(self.terms) and not alone and all(each.field in OF_USE for each in self.terms)

    @property
    def few_unfinished(self) -> bool:
        """Whether it asks, among more, whose set-up is unfinished: few, and an index has just those."""
        return any(each.field == "setup" and each.value == "unfinished" for each in self.terms)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Give what a tenant must meet to be among the found; nothing where nothing is asked."""
        chosen = (
            (Tenant.kind, self.kind),
            (Tenant.billing_plan, self.plan),
        )
        conditions: list[ColumnElement[bool]] = [column.in_(values) for column, values in chosen if values]
        if self.status:
            conditions.append(in_status(self.status))
        for flags, names in ((FEATURES, self.feature), (COMPLIANCE, self.compliance)):
            if names:
                conditions.append(or_(*(flags[name].is_(True) for name in names)))
        if self.words:
            conditions.append(_worded(self.words))
        conditions += [condition(term) for term in self.terms]
        return conditions


def _worded(words: str) -> ColumnElement[bool]:
    if found := _ID.fullmatch(words.strip()):
        wanted = UUID(found.group(1))
        return or_(Tenant.id == wanted, Tenant.scope_id == wanted, Tenant.owner_id == wanted)
    return Tenant.id.in_(select(TenantSearch.tenant_id).where(*_contains_all(folded(words).split())))


def _contains_all(parts: list[str]) -> list[ColumnElement[bool]]:
    """Look parts up by their trigrams, in SQLite's FTS5 or PostgreSQL's pg_trgm; shorter ones are looked for as they
    are."""
    long = [part for part in parts if len(part) >= _TRIGRAM]
    on_sqlite = db.session.get_bind().dialect.name == "sqlite"
    conditions: list[ColumnElement[bool]] = []
    if long and on_sqlite:
        # Within quotes nothing of FTS5's own language is left, but the quote itself, which is doubled.
        quoted = " ".join('"' + part.replace('"', '""') + '"' for part in long)
        conditions.append(TenantSearch.number.in_(select(_FTS.c.rowid).where(_FTS.c[_FTS.name].op("MATCH")(quoted))))
    for part in parts if not on_sqlite else [part for part in parts if len(part) < _TRIGRAM]:
        conditions.append(TenantSearch.body.contains(part, autoescape=True))
    return conditions
