"""What the webhooks' measurements stand on: a portal, workers and a receiver, each in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from portal import create_app
from portal.config import from_environment
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import system
from portal.migrations.state import upgrade_database
from portal.tenants import actions as tenants
from portal.tenants.drafts import NewTenant
from portal.tenants.models import Tenant
from portal.webhooks import actions as webhooks
from portal.webhooks.limits import EventType
from portal.webhooks.models import Delivery
from tests.postgres import Cluster

DATABASES = ("sqlite", "postgresql")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Receiver:
    """Takes whatever comes, but under `/hang`, where it never answers; keeps each id with the moment it came."""

    def __init__(self) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_receive, args=(theirs,), daemon=True)
        self._process.start()
        self.port: int = self._ours.recv()

    def url(self, path: str = "in") -> str:
        """Where it listens."""
        return f"http://localhost:{self.port}/{path}"

    def arrived(self) -> list[tuple[str, float]]:
        """Give what has come and was answered, as ids and seconds since 1970."""
        self._ours.send("?")
        return list(self._ours.recv())

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


def _receive(pipe: Connection) -> None:
    arrived: list[tuple[str, float]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("POST /hang"):
            await reader.read()
        else:
            fields = dict(line.lower().partition(": ")[::2] for line in head.split("\r\n"))
            with suppress(asyncio.IncompleteReadError):  # whoever sent it was killed
                await reader.readexactly(int(fields["content-length"]))
                await taken(fields["webhook-id"], writer)
        writer.close()

    async def taken(webhook_id: str, writer: asyncio.StreamWriter) -> None:
        arrived.append((webhook_id, time.time()))
        writer.write(ANSWER)
        await writer.drain()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
        asyncio.get_running_loop().add_reader(pipe.fileno(), lambda: (pipe.recv(), pipe.send(arrived)))
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class Stage:
    """A portal over an empty database of a kind, with workers beside it."""

    def __init__(self, kind: str, folder: Path, stack: ExitStack) -> None:
        environment = {"PORTAL_INSTANCE": str(folder), "PORTAL_WEBHOOK_ALLOWED_HOSTS": "localhost",
                       "PORTAL_WEBHOOK_ALLOW_PRIVATE": "yes"}  # fmt: skip
        if kind == "postgresql":
            cluster = stack.enter_context(Cluster())
            environment["PORTAL_DATABASE_URL"] = cluster.create_database("portal")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        self.environment |= environment
        stack.enter_context(create_app(from_environment(environment)).app_context())
        upgrade_database()
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        self.workers: list[subprocess.Popen[str]] = []
        stack.callback(self.end_workers)

    def tenant(self, name: str, url: str, seconds: int = 20) -> UUID:
        """Make a tenant with a webhook."""
        fields = {"name": name, "webhook_url": url, "webhook_timeout_seconds": seconds}
        return tenants.create_tenant(system(), NewTenant.read(fields)).tenant.id

    def announce(self, tenant_id: UUID, times: int = 1) -> list[str]:
        """Tell a tenant something; give the ids."""
        with unit_of_work() as session:
            tenant = session.get_one(Tenant, tenant_id)
            rows = [webhooks.announce(tenant, EventType.CALL_REFUSED, call_id=str(each)) for each in range(times)]
        ids = [str(row.id) for row in rows if row]
        db.session.expunge_all()
        return ids

    def start_worker(self) -> None:
        """Start `portal worker`, and wait until it works."""
        command = [sys.executable, "-c", "from portal.commands import main; main()", "worker"]
        worker = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert worker.stdout
        worker.stdout.readline()
        self.workers.append(worker)

    def end_workers(self) -> None:
        """End all of them, in order."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait()
        self.workers.clear()

    def kill_worker(self) -> None:
        """Kill the one that was started first."""
        worker = self.workers.pop(0)
        worker.kill()
        worker.wait()

    def all_ids(self) -> set[str]:
        """Give the ids of all deliveries there are."""
        db.session.rollback()
        return {str(each) for each in db.session.scalars(select(Delivery.id))}

    def pending(self) -> int:
        """Count what has not been settled."""
        db.session.rollback()
        return db.session.scalar(select(func.count()).where(Delivery.state == "pending")) or 0


@contextmanager
def stage(kind: str) -> Iterator[tuple[Stage, Receiver]]:
    """Give a stage and a receiver, and clear both away."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        receiver = Receiver()
        stack.callback(receiver.end)
        yield Stage(kind, Path(folder), stack), receiver
