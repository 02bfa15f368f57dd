"""How the daily work stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.errors import NotFound
from portal.foundation.permissions import Actor, Permission
from portal.jobs.declaring import Declared
from portal.jobs.models import Job

LATE = timedelta(minutes=10)
"""How long something may be due before it is said that no worker seems to run."""


@dataclass(frozen=True)
class Line:
    """A job with its row; none where no worker has begun yet."""

    job: Declared
    row: Job | None

    @property
    def runs(self) -> bool:
        """Whether a worker has it in hand."""
        return self.row is not None and self.row.leased_until is not None and self.row.leased_until > now()

    @property
    def late(self) -> bool:
        """Whether it should have run some time ago."""
        if self.row is None or self.row.due_at is None:
            return self.row is None
        return not self.runs and self.row.due_at < now() - LATE


def lines(actor: Actor, jobs: Sequence[Declared]) -> list[Line]:
    """Give every job as it stands."""
    actor.require(Permission.JOBS_VIEW)
    rows = {row.name: row for row in db.session.scalars(select(Job))}
    return [Line(job, rows.get(job.name)) for job in jobs]


def job_of(actor: Actor, jobs: Sequence[Declared], name: str) -> Declared:
    """Give a job by its name; NotFound where none has it."""
    actor.require(Permission.JOBS_VIEW)
    for job in jobs:
        if job.name == name:
            return job
    raise NotFound
