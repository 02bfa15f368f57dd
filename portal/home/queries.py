"""The platform at a glance and what waits for those who look after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.foundation.clock import month_of, now
from portal.foundation.database import db
from portal.foundation.permissions import Actor, Permission
from portal.home.questions import questions
from portal.plans import queries as plans
from portal.tenants.filter_counts import EXACT_TO, numbers
from portal.tenants.limits import Status
from portal.tenants.listing import Line, first
from portal.tenants.models import Tenant
from portal.tenants.search import Search
from portal.tenants.term_stories import refused_lately
from portal.tenants.terms import read
from portal.usage.models import Call, Standing, stands_in
from portal.usage.queries import running

MOST_SHOWN = 8


@dataclass(frozen=True)
class Platform:
    """The platform's tenants by status, and its running month: calls, minutes, cents, calls now."""

    tenants: int
    active: int
    suspended: int
    inactive: int
    calls: int
    minutes: int
    cents: int
    calls_now: int


@dataclass(frozen=True)
class Waiting:
    """Something that somebody should look at: how many tenants, in words, and the search that finds them."""

    number: int
    words: str
    search: str
    tone: str

    @property
    def shown(self) -> str:
        """The number as the page says it; counting ends at `EXACT_TO`."""
        return f"{EXACT_TO:,}+" if self.number > EXACT_TO else f"{self.number:,}"


def platform(actor: Actor) -> Platform:
    """Add up the platform: three queries, each on an index. Raises Forbidden for who does not see all tenants."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    by_status = {
        row[0]: row[1] for row in db.session.execute(select(Tenant.status, func.count()).group_by(Tenant.status))
    }
    # Not asked for by `where`: most rows are of this month, and no index is to be gone through row by row.
    here = stands_in(Standing, month_of(now()))
    sums = (func.sum(each).filter(here) for each in (Standing.calls, Standing.seconds, Standing.cents))
    calls, seconds, cents = (int(each or 0) for each in tuple(db.session.execute(select(*sums)).one()))
    return Platform(
        tenants=sum(by_status.values()),
        active=by_status.get(Status.ACTIVE, 0),
        suspended=by_status.get(Status.SUSPENDED, 0),
        inactive=by_status.get(Status.INACTIVE, 0),
        calls=calls,
        minutes=(seconds + 30) // 60,
        cents=cents,
        calls_now=db.session.scalar(select(func.count()).select_from(Call).where(running())) or 0,
    )


def waiting(actor: Actor) -> list[Waiting]:
    """Give what waits for an administrator or for support, the most pressing first; what does not wait is left out.
    One query."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    asked = questions(actor, now().date())
    found = numbers(actor, [_search(search) for _, _, search, _ in asked])
    return [
        Waiting(number, one if number == 1 else many, search, tone)
        for (one, many, search, tone), number in zip(asked, found, strict=True)
        if number
    ]


def _search(text: str) -> Search:
    _, terms, wrong = read(text, ())
    if wrong:
        raise ValueError(wrong[0])
    return Search(terms=terms)


def fullest(actor: Actor) -> Sequence[Line]:
    """Give the tenants nearest to, or furthest over, the month's calls among those past 80 %, the busiest first."""
    search = Search(terms=_search("usage:>=80%").terms, sort="calls", descending=True, limit=MOST_SHOWN)
    return first(actor, search, plans.catalogue(), many=True)


def gone_quiet(actor: Actor) -> Sequence[Line]:
    """Give the tenants that had many calls and then none, the busiest before that first."""
    search = Search(terms=_search("quiet:yes").terms, sort="calls", descending=True, limit=MOST_SHOWN)
    return first(actor, search, plans.catalogue(), many=False)


def most_refused(actor: Actor) -> Sequence[Any]:
    """Give the tenants most of whose calls were refused in the last seven days: `name`, `slug`, `times`."""
    actor.require(Permission.TENANTS_VIEW_ALL)
    refused = refused_lately().subquery()
    query = select(Tenant.name, Tenant.slug, refused.c.times).join(refused, refused.c.tenant_id == Tenant.id)
    return db.session.execute(query.order_by(refused.c.times.desc(), Tenant.sort_name).limit(MOST_SHOWN)).all()
