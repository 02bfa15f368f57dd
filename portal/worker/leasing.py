"""A runner of leased rows: takes what is due, does it in threads, and writes down what came of it.

Only the runner's own thread uses the database, one short transaction for many rows; the threads that wait for others on
the network hold neither a transaction nor a connection.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Collection, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from portal.foundation.database import reading
from portal.worker.running import IDLE_SECONDS

log = logging.getLogger(__name__)

AHEAD = 4
"""How many times its threads a runner may have waiting in memory."""
GIVE_UP = 10
"""How often in a row outcomes may fail to be written before the runner begins anew and lets its leases run out."""


class Item(Protocol):
    """A row that was taken, with all that doing it needs.

    Those of one `group` run side by side up to `at_once`; one that is `doubtful`, because what it waits for failed last
    time, may use half of the threads at most, so that whatever hangs leaves room for the rest.
    """

    @property
    def id(self) -> UUID: ...
    @property
    def lease(self) -> UUID: ...
    @property
    def group(self) -> Hashable: ...
    @property
    def at_once(self) -> int: ...
    @property
    def doubtful(self) -> bool: ...


@dataclass(frozen=True)
class Room:
    """What may be taken now: how many rows, how many of them doubtful, and which groups have as many as they may."""

    rows: int
    doubtful: int
    full: Collection[Hashable]


I = TypeVar("I", bound=Item)  # noqa: E741 - an item
O = TypeVar("O")  # noqa: E741 - an outcome


class Work(Protocol[I, O]):
    """What a leasing runner needs of a room."""

    name: str
    threads: int
    lease_seconds: float

    def due(self, room: Room) -> bool:
        """Say whether there is anything to take; only reads."""

    def take(self, room: Room) -> Sequence[I]:
        """Lease rows, in one transaction, with all that doing them needs."""

    def perform(self, item: I) -> O:
        """Do it, in a thread, without the database. What goes wrong is an outcome; an error raised is a defect, after
        which the lease runs out."""

    def went_well(self, outcome: O) -> bool:
        """Say whether it worked. If not, what waits behind it in its group is given back."""

    def record(self, done: Sequence[tuple[I, O]]) -> None:
        """Settle rows by what came of them, in one transaction. One whose lease was lost is passed over."""

    def renew(self, leases: Collection[UUID]) -> None:
        """Hold leases for another `lease_seconds`."""

    def give_back(self, items: Sequence[I]) -> None:
        """Give leases back undone."""


class LeasingRunner(Generic[I, O]):
    """Runs one kind of leased work; see `Work`. It is a `Runner`."""

    def __init__(self, work: Work[I, O]) -> None:
        self.work, self.name = work, work.name

    def run(self, stop: threading.Event, *, once: bool) -> None:
        """Work until `stop` is set, or with `once` until nothing is due. Finishes what is under way."""
        with ThreadPoolExecutor(self.work.threads, thread_name_prefix=self.name) as pool:
            shift = _Shift(self.work, pool)
            while not stop.is_set():
                if shift.fill():
                    continue
                if once and not shift.busy:
                    return
                shift.collect(stop)
            shift.end()


class _Shift(Generic[I, O]):
    """What is under way, from the beginning of a run to its end."""

    def __init__(self, work: Work[I, O], pool: ThreadPoolExecutor) -> None:
        self.work, self.pool = work, pool
        self.waiting: dict[Hashable, deque[I]] = {}
        self.running: dict[UUID, I] = {}
        self.unrecorded: list[tuple[I, O]] = []
        self.returned: list[I] = []
        self.failures = 0
        self.done: SimpleQueue[tuple[I, O | None]] = SimpleQueue()
        self.renewed = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self.running or self.waiting or self.unrecorded or self.returned)

    def fill(self) -> bool:
        """Take what there is room for and begin it; say whether anything was taken."""
        room = self._room()
        with reading():
            due = room.rows > 0 and self.work.due(room)
        taken = self.work.take(room) if due else ()
        for item in taken:
            self.waiting.setdefault(item.group, deque()).append(item)
        self._begin()
        return bool(taken)

    def collect(self, stop: threading.Event) -> None:
        """Wait for something to end, or for a moment; write down what has ended, and keep the rest leased."""
        if not self.busy:
            stop.wait(IDLE_SECONDS)
            return
        self._gather()
        self._record()
        self._begin()
        self._renew()

    def end(self) -> None:
        """Give back what was not begun, and finish what was."""
        self.returned.extend(item for queue in self.waiting.values() for item in queue)
        self.waiting.clear()
        self._record()
        while self.busy:
            self._gather()
            self._record()
            self._renew()

    def _room(self) -> Room:
        held = Counter(item.group for item in self.running.values())
        most = {item.group: item.at_once for item in self.running.values()}
        full = self.waiting.keys() | {group for group, number in held.items() if number >= most[group]}
        doubtful = sum(item.doubtful for item in self.running.values())
        ahead = sum(len(queue) for queue in self.waiting.values())
        rows = self.work.threads - len(self.running) if ahead < AHEAD * self.work.threads else 0
        return Room(rows, min(rows, self.work.threads // 2 - doubtful), full)

    def _begin(self) -> None:
        held = Counter(item.group for item in self.running.values())
        for group, queue in list(self.waiting.items()):
            while queue and held[group] < queue[0].at_once and len(self.running) < self.work.threads:
                item = queue.popleft()
                self.running[item.id] = item
                held[group] += 1
                self.pool.submit(self._perform, item)
            if not queue:
                del self.waiting[group]

    def _perform(self, item: I) -> None:
        outcome = None
        try:
            outcome = self.work.perform(item)
        except Exception:
            log.exception("work failed", extra={"runner": self.work.name, "id": str(item.id)})
        finally:
            self.done.put((item, outcome))

    def _gather(self) -> None:
        """Wait for something to end, a moment at most; then take all that has ended."""
        ended: list[tuple[I, O | None]] = []
        with suppress(Empty):
            ended.append(self.done.get(timeout=IDLE_SECONDS))
            while True:
                ended.append(self.done.get_nowait())
        for item, outcome in ended:
            del self.running[item.id]
            if outcome is not None:
                self.unrecorded.append((item, outcome))
            if outcome is None or not self.work.went_well(outcome):
                self.returned.extend(self.waiting.pop(item.group, ()))

    def _record(self) -> None:
        """Write down what has ended. Where the database cannot, it is tried again in a moment: the leases hold."""
        try:
            if self.returned:
                self.work.give_back(self.returned)
                self.returned.clear()
            if self.unrecorded:
                self.work.record(self.unrecorded)
                self.unrecorded.clear()
        except Exception:
            self.failures += 1
            if self.failures == GIVE_UP:
                raise
            log.exception("outcomes could not be written", extra={"runner": self.work.name})
        else:
            self.failures = 0

    def _renew(self) -> None:
        if time.monotonic() - self.renewed < self.work.lease_seconds / 3:
            return
        waiting = (item for queue in self.waiting.values() for item in queue)
        under_way = chain(self.running.values(), waiting, (item for item, _ in self.unrecorded))
        self.work.renew({item.lease for item in under_way})
        self.renewed = time.monotonic()
