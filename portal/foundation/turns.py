"""Writers of a SQLite file queue up, in the order in which they came.

SQLite itself has no queue: whoever finds the file locked sleeps and looks again, so that among many writers an unlucky
one looks until its patience ends. A lock on a file beside the database, which the system hands on in order, makes it
fair and wakes the next one at once.
"""

from __future__ import annotations

import fcntl
import os
import threading
from typing import Any


class WritersTurn:
    """The lock on `<database>-turn`, one open file for each connection; the end of a process gives it back too."""

    def __init__(self) -> None:
        self._here = threading.local()

    def take(self, database: str | None, connection: Any) -> None:
        """Wait for the turn of a connection, whose `connection` is a dictionary that lives as long as it does."""
        # Whoever has it in this thread already would wait for itself; SQLite tells it so in its own time.
        if not database or database == ":memory:" or getattr(self._here, "held", False):
            return
        file = connection.get("turn")
        if file is None:
            file = connection["turn"] = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        self._here.held = connection["holds_turn"] = True

    def give_back(self, connection: Any) -> None:
        """Let the next one write."""
        if connection.pop("holds_turn", False):
            fcntl.flock(connection["turn"], fcntl.LOCK_UN)
            self._here.held = False

    def close(self, connection: Any) -> None:
        """Forget a connection that ends."""
        self.give_back(connection)
        if (file := connection.pop("turn", None)) is not None:
            os.close(file)


writers_turn = WritersTurn()
