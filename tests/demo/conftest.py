"""The demonstration as these tests know it: fewer tenants, and each telephones little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from portal.demo.load import Summary, load
from portal.foundation.database import db
from portal.foundation.permissions import Door, system
from portal.tenants.models import Tenant
from tests.sweeping import sweeping

NOW = datetime(2026, 6, 17, 14, 30, tzinfo=UTC)
OPERATOR = system(Door.COMMAND_LINE, "operator")


@pytest.fixture(scope="module")
def loaded(application: Flask) -> Iterator[Summary]:
    """A hundred tenants, as of an afternoon in the middle of a month. Loaded once for a module that only reads."""
    with application.app_context(), sweeping():
        yield load(OPERATOR, tenants=100, now=NOW, volume=0.06)


@pytest.fixture(scope="module")
def tenants(loaded: Summary) -> Sequence[Tenant]:
    """Them all, in the order they were created."""
    return db.session.scalars(select(Tenant).order_by(Tenant.created_at)).all()
