"""How the table of tenants is laid out: its columns, its filters and their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.foundation.writing import isolated
from portal.plans.models import Plan
from portal.tenants.search import CHOICES, Search
from portal.web.listing import Listing

COLUMNS = [
    ("Name", "name", False),
    ("Status", "status", False),
    ("Plan", "plan", False),
    ("Kind", "kind", False),
    ("Calls this month", "calls", True),
    ("Calls now", "active", True),
    ("Cost this month", "cost", True),
    ("Features", None, False),
    ("Created", "created", False),
]
"""The table's columns: words, what they are sorted by (None: no order), whether they hold figures."""

FILTERS = [
    ("status", "Status"),
    ("kind", "Kind"),
    ("plan", "Plan"),
    ("feature", "Features"),
    ("compliance", "Compliance"),
]
"""The filters: query argument and words."""

EXAMPLES = [
    ("status:suspended", "suspended now"),
    ("plan:enterprise hipaa:yes", "both of it"),
    ("usage:>80%", "near the month’s calls"),
    ("exceeding:yes", "past them at this rate"),
    ("cost:>=100", "in dollars this month"),
    ("created:>2026-01-01", "or <, <=, >="),
    ("trial_ends:<2027-01-01", "trials that end"),
    ("email:acme.example", "either address"),
    ("owner:no", "without an owner"),
    ("webhook_state:failing", "or off, paused, on"),
    ("request:open", "who asks for more"),
    ("meta.region:eu", "a key of the metadata"),
]
"""Terms that the search box understands, as its help shows them."""

TONES = {"active": "good", "inactive": "neutral", "suspended": "bad"}
"""Each status → the tint of its tag."""

_WORDS = {"sip": "SIP", "hipaa": "HIPAA", "pci": "PCI"}


def menus(catalogue: Sequence[Plan]) -> dict[str, list[tuple[str, str, int | None]]]:
    """Give the choices of each filter: value, words, and how many it would give (None: not counted here)."""
    fixed: dict[str, list[tuple[str, str, int | None]]] = {
        name: [(value, _WORDS.get(value, value.capitalize()), None) for value in values]
        for name, values in CHOICES.items()
    }
    return {**fixed, "plan": [(plan.key, plan.label, None) for plan in catalogue]}


def tags(listing: Listing, search: Search, choices: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what is set, as words and the address without it."""
    typed = [search.words] if search.words else []
    texts = [*typed, *(term.text for term in search.terms)]
    found = [
        (
            f"Words: {isolated(text)}" if text in typed else isolated(text),
            listing.url(q=" ".join(each for each in texts if each != text)),
        )
        for text in texts
    ]
    for name, label in FILTERS:
        words = {value: text for value, text, _ in choices[name]}
        found += [(f"{label}: {words[value]}", listing.without(name, value)) for value in getattr(search, name)]
    return found
