"""A portal as `make run` starts it, in a process and a folder of its own: for the browser tests and the screenshots."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(sys.executable).with_name("portal"))
PATIENCE = 120.0
"""Seconds that loading the demonstration and starting may take on a slow machine."""

AT_A_TIME = """
import contextlib, sys, time_machine
from datetime import datetime
time_machine.travel(datetime.fromisoformat(sys.argv.pop(1)), tick=True).start()
from portal import commands
commands._worker_beside = contextlib.nullcontext
commands.main()
"""
"""Runs the command as if it were another time, which goes on from there, and without a worker: its time is today's."""


class DidNotStart(Exception):
    """The portal ended before it was ready; the message is what it printed."""


def load(instance: Path) -> None:
    """Load the demonstration, and the people and tenants of `tests.browser.stage`, into a folder that may be copied."""
    for command in ([PROGRAM, "demo", "--load-only"], [sys.executable, "-m", "tests.browser.stage"]):
        _output_of(command, _environment(instance))


def _environment(instance: Path) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return mine | {
        "PORTAL_INSTANCE": str(instance),
        "PORTAL_RATE_LIMITS": "off",
        "PORTAL_WEBHOOK_ALLOWED_HOSTS": "localhost",
    }


def _output_of(command: list[str], environment: dict[str, str], given: str = "") -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        input=given,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Portal:
    """One running portal. `at` makes it believe that it is another time when it starts."""

    def __init__(self, instance: Path, tenants: int = 200, at: datetime | None = None) -> None:
        self.instance, self.tenants, self.at = instance, tenants, at
        self.output = ""
        for attempt in range(3):  # between finding a free port and using it, somebody else may take it
            try:
                self._start()
                break
            except DidNotStart:
                if attempt == 2 or "in use" not in self.output:
                    raise

    def links(self) -> dict[str, str]:
        """Print new one-time sign-in links, as `make links` does: role → address."""
        return self._links(self.run("links"))

    @property
    def first_links(self) -> dict[str, str]:
        """The links that were printed on starting. Each works once."""
        return self._links(self.output)

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a `portal` command beside the running portal; give what it prints."""
        return self._checked(self._command(*arguments), given)

    def let_time_pass_for(self, name: str, minutes: int = 6) -> None:
        """Let somebody have signed in so many minutes ago, and done nothing since."""
        self._checked([sys.executable, "-m", "tests.browser.stage", name, str(minutes)], "")

    def stop(self) -> int:
        """End it as an operator would; give its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._close()

    def _close(self) -> None:
        self._reader.join(5)
        if self.process.stdout:
            self.process.stdout.close()

    def _start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.output = ""
        self.base_url = f"http://localhost:{port}"
        self.environment = _environment(self.instance) | {"PORTAL_PORT": str(port)}
        self.process = subprocess.Popen(
            self._command("demo", "--tenants", str(self.tenants)),
            cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait_until_ready()

    def _command(self, *arguments: str) -> list[str]:
        if self.at is None:
            return [PROGRAM, *arguments]
        return [sys.executable, "-c", AT_A_TIME, self.at.isoformat(), *arguments]

    def _checked(self, command: list[str], given: str) -> str:
        return _output_of(command, self.environment, given)

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.output += line

    def _wait_until_ready(self) -> None:
        for _ in range(int(PATIENCE / 0.1)):
            try:
                with urllib.request.urlopen(f"{self.base_url}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            self._close()
            raise DidNotStart(self.output)
        self.process.kill()
        self.process.wait()
        self._close()
        raise DidNotStart(f"not ready after {PATIENCE:.0f} seconds\n{self.output}")

    @staticmethod
    def _links(text: str) -> dict[str, str]:
        return dict(re.findall(r"^(\w+) +(http\S+/login/link/\S+)$", text, re.MULTILINE))
