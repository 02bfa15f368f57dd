"""Opening pages of an application in this process, signed in, and how long that takes."""

from __future__ import annotations

import contextvars
import statistics
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from portal.accounts import actions as accounts
from portal.accounts.drafts import NewUser
from portal.foundation.database import db
from portal.foundation.permissions import Role, system

PHRASE = "only for measuring, and long enough"


def signed_in(app: Flask, name: str, role: Role) -> FlaskClient:
    """Give a browser in which somebody new is signed in. The application is a demonstration's, which has links for
    that."""
    with app.app_context():
        draft = {
            "username": name,
            "email": f"{name}@example.com",
            "password": "only for measuring, and long",
            "role": role,
        }
        user = accounts.create_user(system(), NewUser.read(draft))
        link = accounts.make_sign_in_link(system(), user)
        db.session.remove()
    client = app.test_client()
    assert opened(client, f"/login/link/{link}").status_code == 303
    return client


def opened(client: FlaskClient, path: str, **options: Any) -> Any:
    """Open a page in a context of its own, as a server does; give the answer."""
    return contextvars.Context().run(client.open, path, **options)


def see(client: FlaskClient, path: str) -> None:
    """Open a page that has to be there."""
    response = opened(client, path)
    assert response.status_code == 200, response.get_data(as_text=True)[:500]


def median_ms(act: Callable[[], Any], runs: int) -> float:
    """Give the median of how long something takes, in milliseconds."""
    return statistics.median(_took(act) for _ in range(runs))


def _took(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
