"""What every test stands on: a migrated database, clean for each test, and a client that lints what it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, make_url

from portal import create_app
from portal.config import Settings
from portal.foundation.addresses import outside
from portal.foundation.database import db
from portal.foundation.vault import vault
from portal.migrations.state import upgrade_database
from portal.web.limiter import limiter
from tests.cast import Cast
from tests.client import Visitor
from tests.postgres import Cluster
from tests.sweeping import sweeping

_DATABASES = count(1)


# The same examples every time, however long one takes on a busy machine: a test that fails by chance is broken.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis.settings.load_profile("portal")

THOROUGH = (
    "accounts/test_locking.py",
    "audit_log/test_pages.py",
    "demo/",
    "house/test_matrix.py",
    "keys/test_rotation.py",
    "tenants/test_deleting_pages.py",
    "tenants/test_pages.py",
    "tenants/test_settings",
    "tenants/test_status_pages.py",
    "tenants/test_speed.py",
    "web/test_hostile_text.py",
    "web/test_limiter.py",
    "webhooks/test_exchange.py",
    "webhooks/test_killing.py",
    "worker/",
)
"""The tests that walk every combination, page or process: `make check` leaves them to `make test`."""


WALKS = (
    "accounts/test_command_line.py",
    "accounts/test_compliance_at_the_doors.py",
    "accounts/test_forgotten.py",
    "accounts/test_passwords.py",
    "accounts/test_proving_again.py",
    "accounts/test_second_factor.py",
    "accounts/test_second_step_pages.py",
    "accounts/test_signing_in.py",
    "accounts/test_signing_up.py",
    "accounts/test_what_ends.py",
    "accounts/test_where_to.py",
    "audit_log/test_pages.py",
    "audit_log/test_sentences.py",
    "foundation/test_limits_and_drafts.py",
    "house/test_files.py",
    "house/test_limits.py",
    "house/test_matrix.py",
    "jobs/test_pages.py",
    "mail/test_pages.py",
    "mail/test_sending.py",
    "plans/test_pages.py",
    "requests/test_pages.py",
    "styleguide/",
    "tenants/test_api_reading.py",
    "tenants/test_api_writing.py",
    "tenants/test_compliance.py",
    "tenants/test_deleting_pages.py",
    "tenants/test_looking_back.py",
    "tenants/test_pages.py",
    "tenants/test_rules.py",
    "tenants/test_secrets.py",
    "tenants/test_setting_up.py",
    "tenants/test_settings",
    "tenants/test_status_pages.py",
    "tenants/test_sub_organizations.py",
    "tenants/test_webhook_address.py",
    "test_config.py",
    "usage/test_pages.py",
    "web/",
    "webhooks/test_exchange.py",
    "webhooks/test_hostile_addresses.py",
    "webhooks/test_pages.py",
    "webhooks/test_secrets.py",
    "webhooks/test_settings_pages.py",
)
"""The tests of pages, words and receivers, which are the same whatever the database: they run on SQLite. On PostgreSQL
`pytest --database=postgresql` runs them too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is thorough, and what is the same on either database."""
    here = Path(__file__).parent
    for item in items:
        path = str(item.path.relative_to(here))
        for names, mark in ((THOROUGH, pytest.mark.thorough), (WALKS, pytest.mark.walk)):
            if path.startswith(names):
                item.add_marker(mark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what a test has to say besides having passed: its property "summary"."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    said = {words for report in reports for name, words in getattr(report, "user_properties", ()) if name == "summary"}
    for words in sorted(map(str, said)):
        terminalreporter.write_line(words)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the same tests run on either database."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what to run the tests on")


@pytest.fixture(scope="session")
def database_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """An empty database of the kind asked for."""
    with ExitStack() as stack:
        if pytestconfig.getoption("--database") == "postgresql":
            cluster = stack.enter_context(Cluster())
            cluster.create_database("portal")
            yield cluster.url("portal")
        else:
            # In memory where there is such a folder: thousands of commits that each wait for a disk teach nothing.
            memory = Path("/dev/shm")
            folder = stack.enter_context(TemporaryDirectory(dir=memory if memory.is_dir() else None))
            yield f"sqlite:///{Path(folder) / 'portal.sqlite'}"


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a portal under test: quick hashing, no rate limits, keys of its own."""
    return Settings(
        database_url=database_url,
        instance=tmp_path_factory.mktemp("instance"),
        base_url="http://localhost",
        secret_key="a key that only these tests have, long enough",
        rate_limits=False,
        argon2_memory_kib=64,
        testing=True,
    )


@pytest.fixture(scope="session")
def application(settings: Settings) -> Iterator[Flask]:
    """The application, with its database migrated."""
    application = create_app(settings)
    with application.app_context():
        upgrade_database()
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application within its context; what the test leaves behind is swept away."""
    with application.app_context(), sweeping():
        yield application


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A browser's worth of client, signed in as nobody."""
    return Visitor(app)


@pytest.fixture
def visitor(app: Flask) -> type[Visitor]:
    """For stories with several browsers: `visitor(app)` makes one more."""
    return Visitor


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The few named people and tenants that every test knows."""
    return Cast.on_stage()


@pytest.fixture
def instance(settings: Settings) -> Path:
    """The folder of keys."""
    return settings.instance


@pytest.fixture
def new_database(database_url: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes empty databases of the kind asked for: `new_database()` gives the address of one."""
    made: list[str] = []

    def make() -> str:
        if database_url.startswith("sqlite"):
            return f"sqlite:///{tmp_path / f'another{next(_DATABASES)}.sqlite'}"
        made.append(f"another{next(_DATABASES)}")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return make_url(database_url).set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    for name in made:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def another_portal(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Makes portals with other settings, on the same database where they name no other one:
    `another_portal(base_url="https://portal.example.com")`. What a process has only one of is put back afterwards."""
    source, made = vault.source, []
    called = (outside.allowed_hosts, outside.ports)

    def make(**changes: Any) -> Flask:
        made.append(create_app(replace(settings, **changes)))
        if changes.get("rate_limits"):
            limiter.reset()
        return made[-1]

    yield make
    for application in made:
        with application.app_context():
            db.engine.dispose()
    limiter.enabled = settings.rate_limits
    vault.use(source)
    outside.use(*called)


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the SQL that is run: `with statements() as ran: …`."""

    @contextmanager
    def collecting() -> Iterator[list[str]]:
        ran: list[str] = []

        def note(_connection, _cursor, statement: str, *_rest) -> None:
            if not statement.startswith(("BEGIN", "SELECT pg_catalog", "show ")):
                ran.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield ran
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return collecting
