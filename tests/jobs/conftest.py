"""What the stories of daily work share: jobs made for a test, and a worker that runs them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.config import Settings
from portal.foundation.database import db
from portal.jobs.declaring import Declared
from portal.jobs.models import Job
from portal.jobs.running import DailyWork
from portal.worker.running import work

Run = Callable[..., None]


@pytest.fixture
def run(app: Flask, settings: Settings) -> Run:
    """Runs a worker of daily work until nothing is due: `run(job, …)`; without any, those that are declared."""

    def once(*jobs: Declared) -> None:
        db.session.rollback()
        work(app, [DailyWork(settings, jobs or None)], once=True)
        db.session.rollback()

    return once


def row_of(name: str) -> Job:
    """How a job stands."""
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.name == name)).one()
