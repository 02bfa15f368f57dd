"""A plan is edited while tenants change: nobody comes to have a switch on that the plan does not include."""

from __future__ import annotations

from flask import Flask

from portal.foundation.database import db
from portal.foundation.permissions import system
from portal.plans import actions
from portal.plans.limits import Feature
from portal.tenants import actions as tenants
from portal.tenants.models import Tenant
from tests.cast import Cast
from tests.plans.making import edit, plan
from tests.tenants.making import tenant_change
from tests.tenants.test_racing import together


def test_compliance_is_switched_on_while_it_is_taken_out_of_the_plan(cast: Cast, app: Flask):
    tenants.change_tenant(system(), cast.acme, tenant_change(billing_plan="enterprise"))
    acme_id, enterprise = cast.acme.id, plan("enterprise")
    without = edit(enterprise, features=tuple(each for each in Feature if each != Feature.COMPLIANCE))

    def take_away() -> str:
        return actions.edit_plan(system(), plan("enterprise"), without).key

    def switch_on() -> str:
        return tenants.change_tenant(
            system(), db.session.get_one(Tenant, acme_id), tenant_change(hipaa_enabled=True)
        ).tenant.slug

    results = together(app, take_away, switch_on)
    db.session.rollback()
    db.session.expire_all()
    acme = db.session.get_one(Tenant, acme_id)
    assert acme.hipaa_enabled == acme.plan.includes(Feature.COMPLIANCE), results
    assert sorted(getattr(result, "type", "done") for result in results) == ["done", "invalid-input"]
