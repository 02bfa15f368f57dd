"""Kills workers while they send: `python -m benchmarks.killing [events] [kills]`, on both databases.

Every event has to arrive, each under one id. What arrives more than once was on its way when its worker was killed; its
id tells the receiver.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from benchmarks.webhook_side import DATABASES, Receiver, Stage, stage

TENANTS = 5


def main() -> None:
    """Kill, count, print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for kind in DATABASES:
        with stage(kind) as (portal, receiver):
            began = time.perf_counter()
            sent, arrived = run(portal, receiver, events, kills)
            again = sum(arrived.values()) - len(arrived)
            missing = len(sent - arrived.keys())
            strange = len(arrived.keys() - sent)
            print(
                f"{kind}: {len(sent):,} events, {kills} kills, {time.perf_counter() - began:.0f} s: "
                f"{len(arrived):,} arrived, {missing} missing, {strange} under another id, {again} more than once"
            )
            assert not missing
            assert not strange


def run(portal: Stage, receiver: Receiver, events: int, kills: int) -> tuple[set[str], Counter[str]]:
    """Send events with a worker that is killed again and again; give the ids sent and those that arrived."""
    ids = [portal.tenant(f"Tenant {number}", receiver.url()) for number in range(TENANTS)]
    sent = portal.all_ids()
    for _ in range(kills):
        for tenant_id in ids:
            sent |= set(portal.announce(tenant_id, events // kills // TENANTS))
        before = len(receiver.arrived())
        portal.start_worker()
        deadline = time.monotonic() + 120
        while len(receiver.arrived()) == before:
            assert time.monotonic() < deadline, "nothing arrived any more"
            time.sleep(0.001)
        portal.kill_worker()  # in the middle of it
    portal.start_worker()
    while portal.pending():
        time.sleep(0.2)
    return sent, Counter(each for each, _ in receiver.arrived())


if __name__ == "__main__":
    main()
