"""The portal's side of the benchmark: the real application, signed in as an administrator."""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from portal import create_app
from portal.accounts import actions as accounts
from portal.accounts import queries as accounts_queries
from portal.accounts.drafts import Credentials, NewUser
from portal.config import Settings
from portal.demo import queries as demo
from portal.demo.load import load
from portal.foundation.database import db
from portal.foundation.permissions import Door, Role, system
from portal.migrations.state import upgrade_database
from portal.tenants.models import Tenant

WORD = "garden"


class PortalSide:
    """Requests to the portal over a database in `folder`, which is filled with `tenants` where it is new."""

    word = WORD

    def __init__(self, folder: Path, tenants: int) -> None:
        self.app = create_app(
            Settings(
                database_url=f"sqlite:///{folder / 'portal.sqlite'}",
                instance=folder,
                base_url="http://localhost",
                secret_key="a key of the benchmark alone, and long enough",
                demonstration=True,
                rate_limits=False,
            )
        )
        with self.app.app_context():
            upgrade_database()
            if not demo.is_demonstration():
                load(system(Door.COMMAND_LINE), tenants=tenants)
            admin = demo.people().admin
            assert admin is not None
            link = accounts.make_sign_in_link(system(), admin)
            self.token = _token()
            self.total = db.session.scalar(select(func.count()).select_from(Tenant))
            tenant = db.session.scalars(select(Tenant).order_by(Tenant.sort_name).offset(50).limit(1)).one()
            self.slug, self.tenant_id = tenant.slug, tenant.id
        self.client = self.app.test_client()
        assert self._open(f"/login/link/{link}").status_code == 303

    def _open(self, path: str, **options: object):  # type: ignore[no-untyped-def]
        return contextvars.Context().run(self.client.open, path, **options)

    def get(self, path: str) -> Callable[[], object]:
        """Give a call that opens a page."""
        return lambda: self._checked(200, path)

    def fragment(self, path: str) -> Callable[[], object]:
        """Give a call that asks for the table as htmx does."""
        return lambda: self._checked(200, path, headers={"HX-Request": "true", "HX-Target": "tenant-table"})

    def change(self) -> Callable[[], object]:
        """Give a call that changes a limit over the API: permission, lock, rules, audit record, commit."""
        values = itertools.cycle((11, 12, 13))
        headers = {"Authorization": f"Bearer {self.token}"}
        path = f"/api/v1/tenants/{self.tenant_id}"
        return lambda: self._checked(
            200, path, method="PATCH", headers=headers, json={"max_concurrent_calls": next(values)}
        )

    def _checked(self, status: int, path: str, **options: object) -> int:
        response = self._open(path, **options)
        assert response.status_code == status, response.get_data(as_text=True)[:500]
        return len(response.get_data())

    def weigh(self, act: Callable[[], object]) -> tuple[int, int]:
        """Count the statements that a call sends to the database, and the bytes it answers."""
        statements = []

        def note(*_given: object) -> None:
            statements.append(1)

        event.listen(Engine, "before_cursor_execute", note)
        size = act()
        event.remove(Engine, "before_cursor_execute", note)
        return len(statements), int(str(size))


def _token() -> str:
    phrase, name = "a long phrase for benchmarks", "benchmark"
    if accounts_queries.user_by_login(name) is None:
        accounts.create_user(
            system(),
            NewUser.read({"username": name, "email": "benchmark@example.com", "password": phrase, "role": Role.ADMIN}),
        )
    return accounts.issue_tokens(system(Door.API), Credentials(username=name, password=phrase)).access_token
