"""The platform tells of agents, squads, files and the like; their limits hold, and a stopped service takes none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.foundation.audit import AuditRecord
from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.resources import actions
from portal.resources.drafts import ResourceReport
from portal.resources.limits import Kind
from portal.resources.models import Resource
from portal.tenants import actions as tenants
from portal.tenants.drafts import Suspension
from portal.tenants.limits import Service
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.client import Page, Visitor
from tests.tenants.making import tenant_change
from tests.tenants.test_racing import together


class Platform:
    """Reports on Acme, with its manager's token."""

    def __init__(self, visitor: Visitor, tenant: Tenant) -> None:
        self.visitor, self.tenant, self.token = visitor, tenant, visitor.token("max")

    def put(self, kind: str, key: str, **fields: Any) -> Page:
        return self.visitor.api("PUT", f"/tenants/{self.tenant.id}/resources/{kind}/{key}", self.token, json=fields)

    def delete(self, kind: str, key: str) -> Page:
        return self.visitor.api("DELETE", f"/tenants/{self.tenant.id}/resources/{kind}/{key}", self.token)

    def fresh(self) -> Tenant:
        db.session.rollback()
        return db.session.get_one(Tenant, self.tenant.id, populate_existing=True)

    def allow(self, **limits: Any) -> None:
        tenants.change_tenant(system(), self.fresh(), tenant_change(**limits))


@pytest.fixture
def platform(cast: Cast, client: Visitor) -> Platform:
    return Platform(client, cast.acme)


def events() -> list[str]:
    db.session.rollback()
    trail = select(AuditRecord.event).where(AuditRecord.event.startswith("resource.")).order_by(AuditRecord.id)
    return list(db.session.scalars(trail))


def test_a_resource_is_added_changed_and_removed(platform: Platform):
    page = platform.put("agent", "a-1", name="Front desk")
    assert (page.status, page.json["name"], page.json["kind"], page.json["size_bytes"]) == (
        201,
        "Front desk",
        "agent",
        0,
    )
    assert platform.put("agents", "a-1", name="Front desk").status == 200
    assert platform.put("agent", "a-1", name="Reception").json["name"] == "Reception"
    assert platform.put("workflow", "a-1").json["name"] == "a-1"
    assert [platform.delete("agent", "a-1").status for _ in range(2)] == [204, 404]
    assert events() == ["resource.added", "resource.changed", "resource.added", "resource.removed"]


def test_the_trail_tells_of_it(platform: Platform):
    platform.put("sip_trunk", "t-1", name="Berlin")
    page = platform.visitor.sign_in("olive").visit("/tenants/acme/activity")
    assert re.search("added the SIP trunk “ ?Berlin ?”", page.words)


@pytest.mark.parametrize(("kind", "limit"), [("agent", "max_agents"), ("squad", "max_squads")])
def test_the_number_is_limited(platform: Platform, kind: str, limit: str):
    platform.allow(**{limit: 2})
    assert [platform.put(kind, f"k-{number}").status for number in range(3)] == [201, 201, 429]
    page = platform.put(kind, "k-2")
    assert (page.json["type"], page.json["limit"], page.json["limit_value"], page.json["used"]) == (
        "/problems/resource-limit-reached", limit, 2, 2)  # fmt: skip
    assert platform.put(kind, "k-1", name="still changed").status == 200
    platform.delete(kind, "k-0")
    assert platform.put(kind, "k-2").status == 201


def test_files_are_limited_by_size_and_by_room(platform: Platform):
    platform.allow(max_file_size_mb=500, max_files_gb=1)
    sizes = [500_000_001, 500_000_000, 500_000_000, 1]
    pages = [platform.put("file", f"f-{number}", size_bytes=size) for number, size in enumerate(sizes)]
    assert [page.status for page in pages] == [429, 201, 201, 429]
    assert [pages[0].json["limit"], pages[3].json["limit"]] == ["max_file_size_mb", "max_files_gb"]
    assert platform.put("file", "f-2", size_bytes=400_000_000).status == 200
    assert platform.put("file", "f-3", size_bytes=100_000_000).status == 201


@pytest.mark.parametrize(("service", "stopped"), [
    (Service.AGENTS, {"agent", "squad"}), (Service.SIP, {"sip_trunk"}), (Service.CALLS, set())])  # fmt: skip
def test_a_stopped_service_takes_none(platform: Platform, service: Service, stopped: set[str]):
    platform.put("agent", "before")
    tenants.suspend_tenant(system(), platform.fresh(), Suspension(reason="unpaid", services=[service]))
    pages = {kind.value: platform.put(kind.value, "k") for kind in Kind}
    assert {kind for kind, page in pages.items() if page.status == 403} == stopped
    assert all(page.json["block"] == "suspended" for page in pages.values() if page.status == 403)
    assert platform.delete("agent", "before").status == 204


def test_an_inactive_tenant_takes_nothing(platform: Platform):
    tenants.deactivate_tenant(system(), platform.fresh())
    assert {platform.put(kind.value, "k").json["block"] for kind in Kind} == {"inactive"}


@pytest.mark.parametrize(("kind", "key", "fields", "status"), [
    ("telex", "k", {}, 404), ("agent", "x" * 129, {}, 422), ("agent", "%00", {}, 422),
    ("agent", "k", {"label": "x"}, 422),
    ("agent", "k", {"name": ""}, 422), ("file", "k", {"size_bytes": -1}, 422), ("file", "k", {"size_bytes": "1"}, 422),
    ("agent", "x" * 128, {}, 201), ("agent", "%C3%A4 b", {}, 201)])  # fmt: skip
def test_what_is_wrong_is_named(platform: Platform, kind: str, key: str, fields: dict[str, Any], status: int):
    assert platform.put(kind, key, **fields).status == status
    assert platform.delete(kind, key).status == (204 if status == 201 else 404)


def test_of_many_who_add_the_last_one_only_one_does(cast: Cast, app: Flask):
    tenants.change_tenant(system(), cast.acme, tenant_change(max_agents=2))
    acme_id = cast.acme.id

    def add(number: int) -> bool:
        acme = db.session.get_one(Tenant, acme_id)
        new = actions.report_resource(system(), acme, Kind.AGENT, f"a-{number}", ResourceReport())[1]
        db.session.remove()
        return new

    results = together(app, *(lambda number=number: add(number) for number in range(6)))
    assert sorted(str(getattr(result, "type", result)) for result in results) == ["True"] * 2 + [
        "resource-limit-reached"] * 4  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(Resource)) == 2
