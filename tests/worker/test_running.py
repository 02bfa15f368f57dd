"""The worker as a process: it ends when asked, and with the demonstration it was started by."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.worker.running import work

COMMAND = [sys.executable, "-c", "from portal.commands import main; main()", "worker"]
SOON = 30.0

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Start]:
    """Starts `portal worker` over an empty database."""
    started: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {"PORTAL_INSTANCE": str(tmp_path), "PORTAL_DATABASE_URL": new_database()}

    def run(*arguments: str, command: list[str] = COMMAND, **more: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen([*command, *arguments], env=environment | more, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        )  # fmt: skip
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_once_ends_by_itself(start: Start) -> None:
    process = start("--once")
    assert process.wait(SOON) == 0, process.stdout.read()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(start: Start, asked: signal.Signals) -> None:
    process = start()
    assert process.stdout
    assert "works" in process.stdout.readline()
    process.send_signal(asked)
    assert process.wait(SOON) == 0


PARENT = """
import subprocess, sys, os
child = subprocess.Popen([*sys.argv[1:], "--parent", str(os.getpid())])
print(child.pid, flush=True)
child.wait()
"""


def test_it_ends_with_the_process_it_was_started_by_however_that_ends(start: Start) -> None:
    parent = start(*COMMAND, command=[sys.executable, "-c", PARENT])
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + SOON
    while running(child):
        assert time.monotonic() < deadline, "the worker went on alone"
        time.sleep(0.1)


def running(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


class Fails:
    """A runner that fails the first times."""

    name = "fails"

    def __init__(self, times: int) -> None:
        self.times, self.calls = times, 0

    def run(self, stop: threading.Event, *, once: bool) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise ConnectionError("the database is away")


def test_a_runner_that_fails_is_called_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.worker.running.AFTER_A_FAILURE", 0)
    runner = Fails(2)
    work(app, [runner])
    assert runner.calls == 3


class _Leaving:
    """A runner that leaves something for the one behind it, and one that does what was left."""

    def __init__(self, name: str, left: list[str], done: list[str]) -> None:
        self.name, self.left, self.done = name, left, done

    def run(self, stop: threading.Event, *, once: bool) -> None:
        if self.name == "first":
            time.sleep(0.1)
            self.left.append("a letter")
        else:
            self.done += self.left


def test_once_does_what_one_leaves_to_the_next(app: Flask) -> None:
    left, done = list[str](), list[str]()
    work(app, [_Leaving("first", left, done), _Leaving("second", left, done)], once=True)
    assert done == ["a letter"]


def test_once_says_what_failed(app: Flask) -> None:
    runner, other = Fails(1), Fails(0)
    with pytest.raises(ConnectionError):
        work(app, [runner, other], once=True)
    assert (runner.calls, other.calls) == (1, 1)
