"""Two at once: nobody's change is lost, and no slug is given twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from portal.foundation.database import db
from portal.foundation.errors import Refusal
from portal.foundation.permissions import Actor, system
from portal.tenants import actions
from portal.tenants.expected import Expected
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Visitor
from tests.tenants.making import make_tenant, new_tenant, tenant_change


def together(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Do all of it at once, each in a thread and context of its own; give what came of each, refusals too."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(number: int) -> None:
        with app.app_context():
            start.wait(10)
            try:
                results[number] = acts[number]()
            except Refusal as refusal:
                results[number] = refusal

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_the_same_name_gets_two_slugs(app: Flask):
    def create() -> str:
        return actions.create_tenant(system(), new_tenant(name="Hooli")).tenant.slug

    assert sorted(together(app, create, create, create)) == ["hooli", "hooli-2", "hooli-3"]


def test_the_same_slug_is_given_once(app: Flask):
    def create() -> str:
        return actions.create_tenant(system(), new_tenant(name="Hooli", slug="hooli")).tenant.slug

    results = together(app, create, create)
    assert sorted(map(str, results)) == ["hooli", "“hooli” is already taken by another tenant. Choose another slug."]


def test_of_two_who_expect_the_same_version_one_is_stale(cast: Cast, app: Flask):
    tenant_id, version = cast.acme.id, cast.acme.version
    actors = [cast.actor(cast.olive), cast.actor(cast.max)]

    def change(actor: Actor) -> str:
        acme = db.session.get_one(Tenant, tenant_id)
        draft, seen = tenant_change(name=f"Acme by {actor.username}"), Expected(versions=frozenset({version}))
        return actions.change_tenant(actor, acme, draft, seen).tenant.name

    results = together(app, *(lambda actor=actor: change(actor) for actor in actors))
    kinds = sorted(getattr(result, "type", "saved") for result in results)
    assert kinds == ["changed-in-between", "saved"]
    db.session.expire_all()
    assert db.session.get_one(Tenant, tenant_id).version == version + 1


def test_the_api_says_412_to_one_of_two(cast: Cast, app: Flask, visitor):
    path, browsers = f"/tenants/{cast.acme.id}", [Visitor(app), Visitor(app)]
    token = browsers[0].token("ada")
    etag = browsers[0].api("GET", path, token).headers["ETag"]
    acts = [
        lambda browser=browser, name=name: (
            browser.api("PATCH", path, token, json={"name": name}, headers={"If-Match": etag}).status
        )
        for browser, name in zip(browsers, ("One", "Two"), strict=True)
    ]
    assert sorted(together(app, *acts)) == [200, 412]


def test_two_cannot_come_to_be_below_each_other(app: Flask):
    first, second = make_tenant("First"), make_tenant("Second")

    def put(child_id, parent_id) -> str:
        child = db.session.get_one(Tenant, child_id)
        actions.change_tenant(system(), child, tenant_change(parent_id=parent_id))
        return "saved"

    ids = first.id, second.id
    results = together(app, lambda: put(ids[0], ids[1]), lambda: put(ids[1], ids[0]))
    refused, saved = sorted(getattr(result, "type", result) for result in results)
    assert saved == "saved"
    assert refused in {"invalid-input", "conflict"}  # PostgreSQL may see the two as waiting for each other
