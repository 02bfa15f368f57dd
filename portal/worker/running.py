"""Running: each runner in a thread of its own, until a signal asks to stop; what is under way is finished first."""

from __future__ import annotations

import logging
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from flask import Flask

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"""How often somebody without work looks for some."""
A_MOMENT = 0.05
SIGNALS = {signal.SIGTERM, signal.SIGINT}
AFTER_A_FAILURE = 5.0
"""How long a runner rests that failed, as it does while the database cannot be reached."""


class Runner(Protocol):
    """Something that is done in the background. It is called in a thread of its own, within the application."""

    name: str

    def run(self, stop: threading.Event, *, once: bool) -> None:
        """Work until `stop` is set, or with `once` until nothing is due; return when nothing is under way any more.

        An error raised is logged, and the runner called again a little later.
        """


def work(
    app: Flask,
    runners: Sequence[Runner],
    *,
    once: bool = False,
    parent: int | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGTERM or SIGINT, or with `once` until nothing is due. With `parent`, stop once that process has gone.

    Call it in the main thread; `ready` is called once signals are waited for. With `once` the runners go one after the
    other, so that what one leaves (a job writes mail) is done by the next; an error of one is raised at the end.
    """
    stop, failed = threading.Event(), list[BaseException]()
    threads = [
        threading.Thread(target=_run, args=(app, each, stop, once, failed), name=f"runner-{each.name}")
        for each in runners
    ]
    with _signals() as asked:
        try:
            ready()
            for group in [[thread] for thread in threads] if once else [threads]:
                for thread in group:
                    thread.start()
                while any(thread.is_alive() for thread in group) and not stop.is_set():
                    gone = parent is not None and os.getppid() != parent
                    if gone or asked(A_MOMENT if once else IDLE_SECONDS):
                        stop.set()
                if stop.is_set():
                    break
        finally:
            stop.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
    if failed:
        raise failed[0]


@contextmanager
def _signals() -> Iterator[Callable[[float], bool]]:
    """Give a way to wait, for so many seconds at most, until a signal asks to stop.

    The signals go through a pipe: a handler that set an event could come while the event's own lock is held.
    """
    reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    before = {each: signal.signal(each, lambda *_given: os.write(writing, b".")) for each in SIGNALS}
    try:
        yield lambda seconds: bool(select.select([reading], [], [], seconds)[0])
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(reading)
        os.close(writing)


def _run(app: Flask, runner: Runner, stop: threading.Event, once: bool, failed: list[BaseException]) -> None:
    while True:
        try:
            with app.app_context():
                runner.run(stop, once=once)
                return
        except Exception as error:
            log.exception("runner failed", extra={"runner": runner.name})
            if once:
                failed.append(error)
                return
            stop.wait(AFTER_A_FAILURE)
        if stop.is_set():
            return
