"""Rate limits, counted outside the main database: in a small file of their own, or in Redis where one is set."""

from __future__ import annotations

import sqlite3 as _errors
import threading
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from flask_limiter import Limiter, RateLimitExceeded
from limits.storage import Storage
from pysqlite3 import dbapi2 as sqlite

from portal.config import Settings
from portal.foundation.errors import TooMany
from portal.web.doors import refused

PER_TOKEN = "1200 per minute"  # noqa: S105 - a rate
CALLS = "100 per second"
WEBHOOK_TESTS = "20 per minute"
SIGN_INS = "60 per minute"
SIGN_UPS = "20 per minute"


class FileStorage(Storage):
    """Fixed windows in a SQLite file that all processes of a machine share. A minute's count is lost with it."""

    STORAGE_SCHEME = ["portal-file"]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self.path = Path(uri.removeprefix("portal-file://"))
        self._local = threading.local()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What may go wrong below."""
        return (sqlite.Error, _errors.Error)

    @property
    def _connection(self) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite.connect(self.path, isolation_level=None, timeout=5)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, count INT, until REAL)")
            self._local.connection = connection
        return connection

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in the window of `expiry` seconds; begin a new one where the last has ended."""
        now = time.time()
        row = self._connection.execute(
            "INSERT INTO counters VALUES (?1, ?2, ?3 + ?4) ON CONFLICT (key) DO UPDATE SET "
            "count = CASE WHEN until <= ?3 THEN ?2 ELSE count + ?2 END, "
            "until = CASE WHEN until <= ?3 THEN ?3 + ?4 ELSE until END RETURNING count",
            (key, amount, now, expiry),
        ).fetchall()[0]
        if int(now * 1000) % 500 == 0:
            self._connection.execute("DELETE FROM counters WHERE until < ?", (now - 60,))
        return int(row[0])

    def get(self, key: str) -> int:
        """Give the count of the running window."""
        row = self._row(key)
        return int(row[0]) if row and row[1] > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Give when the running window ends, as seconds since the epoch."""
        row = self._row(key)
        return float(row[1]) if row else time.time()

    def check(self) -> bool:
        """Say whether the file can be read."""
        self._row("")
        return True

    def reset(self) -> int:
        """Forget all counts; give how many there were."""
        return int(self._connection.execute("DELETE FROM counters").rowcount)

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._connection.execute("DELETE FROM counters WHERE key = ?", (key,))

    def _row(self, key: str) -> Any:
        return self._connection.execute("SELECT count, until FROM counters WHERE key = ?", (key,)).fetchone()


def client_address() -> str:
    """Give the address a request came from, as trusted proxies tell it."""
    return request.remote_addr or "unknown"


def _token_or_address() -> str:
    token = request.authorization.token if request.authorization else None
    if token is None or g.actor.role is None:
        return client_address()  # what is no token of ours is no reason to count anew
    return sha256(token.encode()).hexdigest()[:32]


def _refuse(_error: RateLimitExceeded) -> Any:
    ends_at = limiter.current_limit.reset_at if limiter.current_limit else time.time()
    wait = max(1, int(ends_at - time.time()) + 1)
    return refused(TooMany(f"That was too often. Try again in {wait} seconds.", wait, "rate-limited"))


limiter = Limiter(key_func=client_address, headers_enabled=True, strategy="fixed-window")
api_limit = limiter.shared_limit(PER_TOKEN, scope="api", key_func=_token_or_address)
# Starting and ending are counted apart from all else, so that telephoning never waits for a report.
call_start_limit = limiter.shared_limit(CALLS, scope="call-starts", key_func=_token_or_address)
call_end_limit = limiter.shared_limit(CALLS, scope="call-ends", key_func=_token_or_address)
sign_in_limit = limiter.shared_limit(SIGN_INS, scope="sign-ins", key_func=client_address)
# Programs behind one address refresh without using up what people there sign in with.
refresh_limit = limiter.shared_limit(SIGN_INS, scope="refreshes", key_func=client_address)
# A test waits for somebody else's server, and holds a thread of ours meanwhile.
webhook_test_limit = limiter.shared_limit(WEBHOOK_TESTS, scope="webhook-tests", key_func=client_address)
sign_up_limit = limiter.shared_limit(SIGN_UPS, scope="sign-ups", key_func=client_address)


def init_app(app: Flask, settings: Settings) -> None:
    """Count in Redis where it is set, in the instance's file otherwise."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or f"portal-file://{settings.instance / 'counters.sqlite'}"
    app.config["RATELIMIT_ENABLED"] = settings.rate_limits
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, _refuse)
