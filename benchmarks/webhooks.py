"""How fast webhooks are sent: `python -m benchmarks.webhooks [events]`.

Deliveries per second to a receiver on loopback with one worker and with two, on both databases, against a bare loop of
the same client that signs and sends one after the other and writes nothing down. Then how long an event takes to a
healthy receiver beside twenty that hang.
"""

from __future__ import annotations

import statistics
import sys
import time
from uuid import UUID, uuid4

from benchmarks.webhook_side import DATABASES, Receiver, Stage, stage
from portal.foundation.addresses import outside
from portal.webhooks.actions.rotating import new_secret
from portal.webhooks.parcels import Parcel, send

TENANTS, HANGING, PINGS = 10, 20, 100


def main() -> None:
    """Measure, and print a table."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print(f"{events:,} events of {TENANTS} tenants; deliveries per second, from the first arrival to the last\n")
    for kind in DATABASES:
        for workers in (1, 2):
            with stage(kind) as (portal, receiver):
                name = f"{kind:<11} {workers} {'worker' if workers == 1 else 'workers'}"
                print(f"{name:<22}{rate(portal, receiver, events, workers):>7.0f}")
    with stage("sqlite") as (_portal, receiver):
        print(f"{'bare loop':<22}{bare(receiver, events):>7.0f}")
    print(f"\nOne event to a healthy receiver beside {HANGING} that hang, from commit to arrival, in ms")
    for kind in DATABASES:
        with stage(kind) as (portal, receiver):
            taken = sorted(beside_hanging(portal, receiver))
            print(f"{kind:<11} median {statistics.median(taken):>5.0f}   p95 {taken[int(len(taken) * 0.95)]:>5.0f}")


def rate(portal: Stage, receiver: Receiver, events: int, workers: int) -> float:
    """Send events that wait already."""
    ids = [portal.tenant(f"Tenant {number}", receiver.url()) for number in range(TENANTS)]
    for tenant_id in ids:
        portal.announce(tenant_id, events // TENANTS)
    for _ in range(workers):
        portal.start_worker()
    while portal.pending():
        time.sleep(0.2)
    moments = sorted(at for _, at in receiver.arrived())
    assert len({each for each, _ in receiver.arrived()}) == len(moments)
    return len(moments) / (moments[-1] - moments[0])


def bare(receiver: Receiver, events: int) -> float:
    """Sign and send, one after the other."""
    outside.use(["localhost"], [443])
    secret = new_secret()
    began = time.perf_counter()
    for _ in range(events):
        parcel = Parcel(uuid4(), uuid4(), UUID(int=0), receiver.url(), 20, '{"type":"ping"}', 0, 0, False, (secret,))
        assert send(parcel).taken
    return events / (time.perf_counter() - began)


def beside_hanging(portal: Stage, receiver: Receiver) -> list[float]:
    """Give how long each event to a healthy receiver took, while others hang for 20 seconds each, with ten events."""
    hanging = [portal.tenant(f"Hanging {number}", receiver.url("hang")) for number in range(HANGING)]
    healthy = portal.tenant("Healthy", receiver.url())
    for tenant_id in hanging:
        portal.announce(tenant_id, 10)
    portal.start_worker()
    time.sleep(3)
    announced: dict[str, float] = {}
    for _ in range(PINGS):
        (each,) = portal.announce(healthy)
        announced[each] = time.time()
        time.sleep(0.1)
    deadline = time.monotonic() + 60
    while not announced.keys() <= (arrived := dict(receiver.arrived())).keys():
        assert time.monotonic() < deadline, "a healthy receiver was not reached"
        time.sleep(0.2)
    for worker in portal.workers:
        worker.kill()  # it would finish what hangs first
    return [(arrived[each] - at) * 1000 for each, at in announced.items()]


if __name__ == "__main__":
    main()
