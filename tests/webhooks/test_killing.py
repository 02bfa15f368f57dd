"""A worker that is killed loses nothing, and nothing arrives under two ids. The full measure: `python -m
benchmarks.killing`."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.config import Settings
from portal.foundation.database import db
from portal.foundation.vault import KeyFile
from portal.tenants.models import Tenant
from portal.webhooks.models import Delivery
from tests.webhooks.conftest import announce
from tests.webhooks.receiver import Receiver

WORKER = """
import sys
from portal import create_app
from portal.config import from_environment
from portal.webhooks.sending import Deliveries
from portal.worker.leasing import LeasingRunner
from portal.worker.running import work
settings = from_environment()
work(create_app(settings), [LeasingRunner(Deliveries(settings, lease_seconds=float(sys.argv[1])))],
     ready=lambda: print("works", flush=True))
"""
"""A worker whose leases run out sooner, so that nobody waits for it."""

PATIENCE = 90.0


class Worker:
    """A worker in a process of its own, over the database of the tests."""

    def __init__(self, settings: Settings, lease_seconds: float = 2.0) -> None:
        self.lease_seconds = lease_seconds
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
            "PORTAL_INSTANCE": str(settings.instance),
            "PORTAL_DATABASE_URL": settings.database_url,
            "PORTAL_SECRET_KEY": "q7Jd0vXr2mKp9sTz4wLb8nHc5yGf1aEe",
            "PORTAL_WEBHOOK_ALLOWED_HOSTS": "localhost",
            "PORTAL_WEBHOOK_ALLOW_PRIVATE": "yes",
        }
        self.start()

    def start(self) -> None:
        """Start, and wait until it works."""
        command = [sys.executable, "-c", WORKER, str(self.lease_seconds)]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert "works" in self.process.stdout.readline()

    def end(self, how: signal.Signals) -> int:
        """End it, and wait for it."""
        self.process.send_signal(how)
        ended = self.process.wait(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()
        return ended


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Delivery.state == "pending")) or 0


@pytest.mark.parametrize(("events", "kills"), [(60, 3)])
def test_each_event_arrives_under_one_id_however_often_the_worker_is_killed(
    app: Flask, settings: Settings, received: Tenant, receiver: Receiver, events: int, kills: int
) -> None:
    assert isinstance(settings.key_source, KeyFile)
    chance = random.Random(7)

    def slowly(connection, _number: int) -> None:  # type: ignore[no-untyped-def]
        time.sleep(0.05)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    receiver.answer = slowly
    sent = announce(received, events)
    worker = Worker(settings)
    for kill in range(1, kills + 1):
        deadline = time.monotonic() + PATIENCE
        while len(receiver.requests) < kill * events // (kills + 2):
            assert time.monotonic() < deadline, "nothing came any more"
            time.sleep(chance.random() / 50)
        assert worker.end(signal.SIGKILL) == -signal.SIGKILL
        worker.start()
    deadline = time.monotonic() + PATIENCE
    while waiting():
        assert time.monotonic() < deadline, f"{waiting()} never arrived"
        time.sleep(0.05)
    assert worker.end(signal.SIGTERM) == 0
    assert Counter(set(receiver.ids())) == Counter(sent)
    assert db.session.scalar(select(func.count()).where(Delivery.lease.is_not(None))) == 0


def test_a_worker_that_is_asked_to_end_finishes_what_is_under_way(
    app: Flask, settings: Settings, received: Tenant, receiver: Receiver, tmp_path: Path
) -> None:
    from threading import Event

    released = Event()

    def when_released(connection, _number: int) -> None:  # type: ignore[no-untyped-def]
        released.wait(PATIENCE)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    receiver.answer = when_released
    (sent,) = announce(received)
    worker = Worker(settings)
    deadline = time.monotonic() + PATIENCE
    while not receiver.requests:
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.01)
    worker.process.send_signal(signal.SIGTERM)
    released.set()
    assert worker.end(signal.SIGTERM) == 0
    assert receiver.ids() == [sent]
    assert waiting() == 0
