"""A PostgreSQL of the tests' own: made in a temporary folder, reachable from this machine only, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

SUPERUSER = "portal"

# A crash may lose everything: the data lasts as long as the tests, and speed is what they need.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
}


# Waits until the tests close its input, or end in whatever way, killed even; then nothing is left behind.
CLEANER = """
cat >/dev/null
if server=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null); then
    kill -INT "$server"  # the fast shutdown: connections end, nobody is waited for
    for _ in $(seq 200); do
        [ -e "$1/data/postmaster.pid" ] || break
        sleep 0.05
    done
fi
rm -rf "$1"
"""


def programs() -> Path:
    """The folder of initdb and postgres: the newest that Debian has installed, or else what PATH leads to."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda folder: [int(part) for part in folder.parent.name.split(".")])
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise RuntimeError("PostgreSQL's initdb was not found; on Debian: apt-get install postgresql")


def as_server() -> list[str]:
    """PostgreSQL refuses to run as root, so root runs it as the user that came with the package."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Cluster:
    """`with Cluster() as cluster:` is a running server; `cluster.create_database("x")` answers the URL of a new one."""

    def __init__(self) -> None:
        self.port = 0
        self._folder: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._cleaner: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Cluster":
        self._folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
        self._cleaner = subprocess.Popen(
            ["sh", "-c", CLEANER, "sh", str(self._folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        try:
            self._make()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template1") -> str:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Whoever is still connected is thrown out."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        if self._cleaner is not None:
            self._cleaner.communicate()  # closes its input and waits
            self._cleaner = None
        if self._server is not None:
            self._server.wait(timeout=10)
            self._server = None
        self._folder = None

    @property
    def folder(self) -> Path:
        assert self._folder is not None, "the cluster is not running"
        return self._folder

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _make(self) -> None:
        made = subprocess.run(
            [
                *as_server(),
                *(str(programs() / "initdb"), "--pgdata", str(self.folder / "data"), "--username", SUPERUSER),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,  # what it said belongs in the error
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")

    def _start(self) -> None:
        # Another process may take the port between asking for it and using it; then there is another port.
        for _attempt in range(3):
            self.port = free_port()
            if self._listens():
                return
            if self._server is not None and self._server.poll() is None:
                break
        raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text(encoding='utf-8', errors='replace')}")

    def _listens(self) -> bool:
        options = {**OPTIONS, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                [
                    *as_server(),
                    *(str(programs() / "postgres"), "-D", str(self.folder / "data")),
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server when they have finished
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._server.poll() is None:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False
