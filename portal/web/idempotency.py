"""The same request sent twice is done once: stored answers by Idempotency-Key (draft-ietf-httpapi-idempotency-key)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Request, Response
from sqlalchemy import ForeignKey, String, Text, Uuid, delete, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.actions import action
from portal.foundation.clock import now
from portal.foundation.database import Base, UtcDateTime, db, unit_of_work
from portal.foundation.errors import Fault, Invalid
from portal.foundation.permissions import Actor, Permission
from portal.web.doors import answer

Made = tuple[dict[str, Any], int, tuple[str, ...]]
"""A document, its status, and the names of its fields that are never stored because they are secret."""


KEPT = timedelta(days=7)
"""How long an answer is kept."""
AT_ONCE = 5_000


class StoredAnswer(Base):
    """What a request with an idempotency key was answered."""

    __tablename__ = "stored_answers"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


def once(actor: Actor, request: Request, make: Callable[[], Made]) -> Response:
    """Answer with what `make` gives, or with what it gave when the same request came before.

    The answer is stored in the transaction of the change. A refusal is not stored: it may be tried again. Raises
    Invalid where the key is malformed, or was used for another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        document, status, _ = make()
        return _answer(document, status)
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        raise Invalid(Fault(None, "An Idempotency-Key has 1 to 255 visible ASCII characters.", "idempotency_key"))
    asked = hashlib.sha256(b"\n".join([request.method.encode(), request.path.encode(), request.get_data()])).hexdigest()
    try:
        return _stored(actor, key, asked) or _made(actor, key, asked, make)
    except IntegrityError:
        stored = _stored(actor, key, asked)  # the same request won the race
        if stored is None:
            raise
        return stored


@action(Permission.JOBS_RUN)
def forget_old_answers(actor: Actor) -> int:  # noqa: ARG001 - every action takes its actor
    """Remove answers older than a week, up to 5,000 at once; give how many. Their keys are as new then."""
    keys = tuple_(StoredAnswer.user_id, StoredAnswer.key)
    old = select(StoredAnswer.user_id, StoredAnswer.key).where(StoredAnswer.created_at < now() - KEPT).limit(AT_ONCE)
    removed = delete(StoredAnswer).where(keys.in_(old)).returning(StoredAnswer.key)
    return len(db.session.scalars(removed.execution_options(synchronize_session=False)).all())


def _stored(actor: Actor, key: str, asked: str) -> Response | None:
    row = db.session.get(StoredAnswer, (actor.user_id, key))
    if row is None:
        return None
    if row.request_hash != asked:
        raise Invalid(Fault(None, "This Idempotency-Key was used for another request. Take a new one.", "key_reused"))
    response = _answer(json.loads(row.body), row.status)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _made(actor: Actor, key: str, asked: str, make: Callable[[], Made]) -> Response:
    with unit_of_work() as session:
        # Stored before anything is made: whoever sends the same at the same moment waits here, and then breaks the key.
        row = StoredAnswer(user_id=actor.user_id, key=key, request_hash=asked, status=0, body="")
        session.add(row)
        session.flush()
        document, status, secret = make()
        kept = {name: value for name, value in document.items() if name not in secret}
        row.status, row.body = status, json.dumps(kept, ensure_ascii=False)
    return _answer(document, status)


def _answer(document: dict[str, Any], status: int) -> Response:
    response = answer(document, status)
    response.cache_control.no_store = True
    return response
