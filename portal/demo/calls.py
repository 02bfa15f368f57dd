"""The demonstration's calls: each tenant's are admitted one after the other, as the platform would have done, and
the figures counted along the way."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal.demo.tenants import Profile
from portal.foundation.clock import month_of
from portal.usage.figures import cost
from portal.usage.limits import longest_call

DAYS = 90
LIVE_SECONDS = 300
"""Calls that began in these last seconds still run, where a tenant is a lively one."""
GIVES_UP = timedelta(days=6)
"""So long a tenant goes on trying after its calls were stopped."""
_DAY = 86_400
_LONGEST = int(longest_call.length.total_seconds())
_BYTES_A_SECOND = {"mp4": 12_000, "mp3": 8_000, "wav": 32_000, "ogg": 6_000}


@dataclass
class Traffic:
    """What came of a tenant's calls: rows of five tables, and the monthly limit of its own that they led to."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    recordings: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[date, dict[str, Any]] = field(default_factory=dict)
    standing: dict[str, Any] = field(default_factory=dict)
    months: list[dict[str, Any]] = field(default_factory=list)
    monthly_limit: int | None = None


def traffic(profile: Profile, agents: list[str], now: datetime) -> Traffic:
    """Let a tenant telephone for 90 days until `now`; `agents` are the keys of its agents."""
    made = Traffic()
    attempts = _attempts(profile, now)
    this_month = month_of(now)
    month_began = int(datetime(this_month.year, this_month.month, 1, tzinfo=UTC).timestamp())
    made.monthly_limit = _own_limit(profile, sum(1 for moment in attempts if moment >= month_began))
    switchboard = Switchboard(profile, agents, made, now)
    for moment in attempts:
        switchboard.attempt(moment, made.monthly_limit if moment >= month_began else None)
    month = [figures for day, figures in made.figures.items() if day >= this_month]
    used = _summed(month)
    if profile.fill == "over" and used["calls"] >= 10:
        made.monthly_limit = int(used["calls"] / 1.07)
    made.standing = {
        "tenant_id": profile.id, "month": this_month, **used, "last_call_at": switchboard.last_call_at,
        "recording_bytes": sum(row["size_bytes"] for row in made.recordings),
    }  # fmt: skip
    limit = profile.plan.included["monthly_call_limit"] if made.monthly_limit is None else made.monthly_limit
    closed_with = {"plan_key": profile.plan.key, "call_limit": limit}
    for before in sorted({day.replace(day=1) for day in made.figures} - {this_month}):
        days = [figures for day, figures in made.figures.items() if day.replace(day=1) == before]
        made.months.append({"tenant_id": profile.id, "month": before, **_summed(days), **closed_with})
    return made


def _summed(days: list[dict[str, Any]]) -> dict[str, int]:
    sums = {name: sum(figures[name] for figures in days) for name in ("calls", "seconds", "cents")}
    refused = sum(sum(figures["refused"].values()) for figures in days)
    return {**sums, "refused": refused, "peak_concurrent": max((day["peak_concurrent"] for day in days), default=0)}


def _own_limit(profile: Profile, attempts: int) -> int | None:
    """Give the limit that a tenant set for itself, knowing what it uses; None for the plan's."""
    if attempts < 10 or profile.fill in {"plain", "over", "override"}:
        return None
    share = {"roomy": profile.rng.uniform(0.25, 0.75), "near": profile.rng.uniform(0.8, 0.99), "full": 1.12}
    return max(1, min(int(attempts / share[profile.fill]), profile.plan.ceilings["monthly_call_limit"]))


def _attempts(profile: Profile, now: datetime) -> list[int]:
    """Give when it was tried to call, in seconds of the epoch, in order."""
    rng, sector = profile.rng, profile.sector
    end = int(now.timestamp())
    today = end // _DAY * _DAY
    first = max(today - (DAYS - 1) * _DAY, int(profile.row["created_at"].timestamp()))
    last = end if profile.stopped_at is None else min(end, int((profile.stopped_at + GIVES_UP).timestamp()))
    stopped = end if profile.stopped_at is None else int(profile.stopped_at.timestamp())
    shift, weights = profile.region.offset * 3600, sector.hour_weights
    hours, moments = range(24), []
    for number in range(DAYS):
        day = today - (DAYS - 1 - number) * _DAY
        expected = profile.daily * (profile.growth + (1 - profile.growth) * number / DAYS) * rng.lognormvariate(0, 0.3)
        if (day // _DAY + 3) % 7 >= 5:
            expected *= sector.weekend
        if day > stopped:
            expected = min(expected * 0.3, 12)
        count = int(expected + rng.random())
        for hour in rng.choices(hours, cum_weights=weights, k=count):
            moment = day + (hour * 3600 - shift) % _DAY + int(rng.random() * 3600)
            if first <= moment < last:
                moments.append(moment)
    if profile.lively and profile.stopped_at is None:
        moments += [end - rng.randrange(5, LIVE_SECONDS) for _ in range(rng.randrange(1, 6))]
    moments.sort()
    return moments


class Switchboard:
    """Admits a tenant's calls one by one, or refuses them; writes them down and counts."""

    def __init__(self, profile: Profile, agents: list[str], made: Traffic, now: datetime) -> None:
        row, rng = profile.row, profile.rng
        self.profile, self.made, self.rng, self.agents = profile, made, rng, agents
        self.random, self.durations = rng.random, profile.sector.durations
        self.numbers = profile.region.numbers
        self.own_numbers = [profile.region.number(rng) for _ in range(1 + int(profile.daily > 10) * 3)]
        self.concurrent, self.monthly = (profile.effective(name) for name in _ADMISSION)
        self.now = int(now.timestamp())
        self.kept_from = self.now - self.now % _DAY - row["retention_days"] * _DAY  # of whole days
        self.stopped = int(profile.stopped_at.timestamp()) if profile.stopped_at else self.now + 1
        self.live_from = self.now - LIVE_SECONDS if profile.lively else self.now
        self.lost = self.now - rng.randrange(_LONGEST, 3 * _DAY) if profile.lively and rng.random() < 0.3 else None
        self.sampled = rng.choice((1.0, 1.0, 0.5, 0.2)) if row["recording_enabled"] else 0.0
        self.rate = _BYTES_A_SECOND[row["recording_format"]]
        self.running: list[int] = []
        self.this_month: Counter[tuple[int, int]] = Counter()
        self.number = rng.randrange(16**7, 16**8 // 2)
        self.day, self.price, self.figures = -1, 0, dict[str, Any]()
        self.last_call_at: datetime | None = None

    def attempt(self, moment: int, own_limit: int | None) -> None:
        """Try to call at a moment, in seconds of the epoch; `own_limit` stands above the plan's monthly limit."""
        if moment // _DAY != self.day:
            self._turn_to(moment // _DAY)
        running = self.running
        while running and running[0] <= moment:
            heapq.heappop(running)
        limit = self.monthly if own_limit is None else own_limit
        reason = self._refusal(moment, limit)
        if reason is not None:
            refused = self.figures["refused"]
            refused[reason] = refused.get(reason, 0) + 1
            return
        self._admit(moment)
        if len(running) > self.figures["peak_concurrent"]:
            self.figures["peak_concurrent"] = len(running)

    def _refusal(self, moment: int, limit: int) -> str | None:
        if moment >= self.stopped:
            return self.profile.stop_reason
        if self.this_month[self.month] >= limit:
            return "monthly"
        return "concurrent" if len(self.running) >= self.concurrent else None

    def _turn_to(self, day: int) -> None:
        self.day, when = day, date(1970, 1, 1) + timedelta(days=day)
        self.month, self.price = (when.year, when.month), self.profile.plan.price_on(when)
        self.figures = self.made.figures[when] = {
            "tenant_id": self.profile.id, "day": when, "calls": 0, "completed": 0, "failed": 0, "no_answer": 0,
            "refused": {}, "seconds": 0, "cents": 0, "peak_concurrent": 0, "sentiments": 0, "sentiment_sum": 0,
        }  # fmt: skip

    def _admit(self, moment: int) -> None:
        random, figures = self.random, self.figures
        outbound = random() < self.profile.sector.outbound
        status, seconds, rings = self._course(outbound)
        if moment >= self.live_from:
            status, seconds = "completed", seconds + LIVE_SECONDS
        end: int | None = moment + seconds + rings
        if self.lost is not None and moment >= self.lost:
            self.lost, end = None, None
        heapq.heappush(self.running, moment + _LONGEST if end is None else end)
        if end is None or end > self.now:
            status, seconds, end = "active", 0, None
        cents = cost(seconds, self.price)
        self.this_month[self.month] += 1
        figures["calls"] += 1
        figures["seconds"] += seconds
        figures["cents"] += cents
        if status in figures:
            figures[status] += 1
        self.number += 1
        self.last_call_at = datetime.fromtimestamp(moment, UTC)
        if moment >= self.kept_from:
            self._write_down(status, outbound, seconds, end, cents)

    def _course(self, outbound: bool) -> tuple[str, int, int]:
        """Give how a call ends: its status, its seconds from answer to end, and how long it rang."""
        luck, random = self.random(), self.random
        rings = 2 + int(random() * 20)
        if luck < 0.04:
            return "failed", int(random() * 20), rings
        if luck < (0.2 if outbound else 0.1):
            return "no_answer", 0, rings + 15
        return "completed", self.durations[int(random() * len(self.durations))], rings

    def _write_down(self, status: str, outbound: bool, seconds: int, end: int | None, cents: int) -> None:
        random, profile, numbers = self.random, self.profile, self.numbers
        own = self.own_numbers[int(random() * len(self.own_numbers))]
        other = numbers[int(random() * len(numbers))]
        call_id = f"c-{self.number:x}"
        ended_at = None if end is None else datetime.fromtimestamp(end, UTC)
        answered = status == "completed"
        mood = round(max(-1.0, min(1.0, self.rng.gauss(profile.sector.mood, 0.35))), 2) if answered else None
        if mood is not None:
            self.figures["sentiments"] += 1
            self.figures["sentiment_sum"] += round(mood * 1_000_000)
        self.made.calls.append({
            "tenant_id": profile.id, "call_id": call_id, "direction": "outbound" if outbound else "inbound",
            "status": status, "agent_id": self.agents[int(random() * len(self.agents))] if self.agents else None,
            "from_number": own if outbound else other, "to_number": other if outbound else own,
            "started_at": self.last_call_at, "ended_at": ended_at,
            "duration_seconds": None if end is None else seconds, "sentiment_score": mood, "price": self.price,
            "cents": cents, "recording_admitted": self.sampled > 0,
        })  # fmt: skip
        if answered and random() < self.sampled:
            self.made.recordings.append({"tenant_id": profile.id, "call_id": call_id,
                                         "size_bytes": seconds * self.rate, "created_at": ended_at})  # fmt: skip


_ADMISSION = ("max_concurrent_calls", "monthly_call_limit")
