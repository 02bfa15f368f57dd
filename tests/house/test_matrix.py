"""Who gets which answer at which door: every route, every person, their own tenant, another's and none at all."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.foundation.database import db
from portal.foundation.ids import new_id
from portal.foundation.permissions import system
from portal.tenants import actions
from tests.cast import Cast
from tests.client import PASSPHRASE

PEOPLE = "nobody ada sam olive max vera otto dev".split()
"""Nobody; an admin; support staff; the owner, a manager and a viewer of Acme; the owner of Globex; a developer."""

MATRIX = """
view                        tenant   nobody ada   sam   olive max   vera  otto  dev

static                      -        none   none  none  none  none  none  none  none
health.alive                -        ok     ok    ok    ok    ok    ok    ok    ok
health.ready                -        ok     ok    ok    ok    ok    ok    ok    ok
accounts.sign_in            -        ok     away  away  away  away  away  away  away
accounts.let_in             -        bad    bad   bad   bad   bad   bad   bad   bad
accounts.sign_up            -        ok     away  away  away  away  away  away  away
accounts.make_account       -        bad    bad   bad   bad   bad   bad   bad   bad
accounts.second_step        -        away   away  away  away  away  away  away  away
accounts.finish             -        away   away  away  away  away  away  away  away
accounts.finish_by_passkey  -        away   away  away  away  away  away  away  away
accounts.ask_for_second     -        410    410   410   410   410   410   410   410
accounts.sign_in_by_passkey -        bad    bad   bad   bad   bad   bad   bad   bad
accounts.ask_for_passkey    -        ok     ok    ok    ok    ok    ok    ok    ok
accounts.forgot             -        ok     ok    ok    ok    ok    ok    ok    ok
accounts.ask_for_reset      -        bad    bad   bad   bad   bad   bad   bad   bad
accounts.see_reset          -        none   none  none  none  none  none  none  none
accounts.reset              -        none   none  none  none  none  none  none  none
accounts.follow_link        -        none   none  none  none  none  none  none  none
accounts.see_confirmation   -        none   none  none  none  none  none  none  none
accounts.confirm            -        none   none  none  none  none  none  none  none
accounts.unconfirmed        -        401    ok    ok    ok    ok    ok    ok    ok
accounts.send_confirmation  -        401    409   409   409   409   409   409   409

account.show                -        401    ok    ok    ok    ok    ok    ok    ok
account.change_password     -        401    bad   bad   bad   bad   bad   bad   bad
account.end_session         -        401    none  none  none  none  none  none  none
account.end_others          -        401    away  away  away  away  away  away  away
account.second_factor       -        401    ok    ok    ok    ok    ok    ok    ok
account.add_authenticator   -        401    bad   bad   bad   bad   bad   bad   bad
account.add_passkey         -        401    bad   bad   bad   bad   bad   bad   bad
account.ask_for_passkey     -        401    ok    ok    ok    ok    ok    ok    ok
account.confirm_remove      -        401    none  none  none  none  none  none  none
account.remove              -        401    none  none  none  none  none  none  none
account.make_codes          -        401    409   409   409   409   409   409   409
account.prove               -        401    away  away  away  away  away  away  away
account.prove_now           -        401    bad   bad   bad   bad   bad   bad   bad
account.prove_by_passkey    -        401    bad   bad   bad   bad   bad   bad   bad
account.ask_for_proof       -        401    ok    ok    ok    ok    ok    ok    ok

jobs.index                  -        401    ok    403   403   403   403   403   403
jobs.run                    -        401    none  403   403   403   403   403   403
mail.index                  -        401    none  403   403   403   403   403   403
mail.show                   -        401    none  403   403   403   403   403   403
mail.html                   -        401    none  403   403   403   403   403   403

styleguide.index            -        none   none  none  none  none  none  none  none
styleguide.try_out          -        none   none  none  none  none  none  none  none

home.live                   -        401    ok    ok    403   403   403   403   403
home.start                  -        401    ok    ok    away  away  away  away  ok
setup.start                 -        401    away  away  ok    ok    ok    ok    ok
setup.make                  -        401    403   403   bad   403   403   bad   403
setup.step                  acme     401    away  away  ok    ok    ok    none  none
setup.step                  globex   401    away  away  none  none  none  ok    none
setup.step                  missing  401    none  none  none  none  none  none  none
setup.save                  acme     401    away  403   bad   403   403   none  none
setup.save                  globex   401    away  403   none  none  none  bad   none
setup.save                  missing  401    none  none  none  none  none  none  none
setup.test                  acme     401    409   403   409   409   403   none  none
setup.test                  globex   401    409   403   none  none  none  409   none
setup.test                  missing  401    none  none  none  none  none  none  none
tenants.index               -        401    ok    ok    away  away  away  away  ok
tenants.counts              -        401    none  none  none  none  none  none  none
tenants.live_rows           -        401    ok    ok    ok    ok    ok    ok    ok
tenants.new                 -        401    ok    403   403   403   403   403   403
tenants.create              -        401    bad   403   403   403   403   403   403

tenants.show                acme     401    ok    ok    ok    ok    ok    none  none
tenants.show                globex   401    ok    ok    none  none  none  ok    none
tenants.show                missing  401    none  none  none  none  none  none  none
tenants.live                acme     401    ok    ok    ok    ok    ok    none  none
tenants.live                globex   401    ok    ok    none  none  none  ok    none
tenants.live                missing  401    none  none  none  none  none  none  none
tenants.settings            acme     401    ok    ok    ok    ok    ok    none  none
tenants.settings            globex   401    ok    ok    none  none  none  ok    none
tenants.settings            missing  401    none  none  none  none  none  none  none
tenants.save_settings       acme     401    bad   403   bad   bad   403   none  none
tenants.save_settings       globex   401    bad   403   none  none  none  bad   none
tenants.save_settings       missing  401    none  none  none  none  none  none  none
tenants.look_back           acme     401    ok    403   ok    ok    403   none  none
tenants.look_back           globex   401    ok    403   none  none  none  ok    none
tenants.look_back           missing  401    none  none  none  none  none  none  none
tenants.compliance_evidence acme     401    ok    ok    ok    ok    ok    none  none
tenants.compliance_evidence globex   401    ok    ok    none  none  none  ok    none
tenants.compliance_evidence missing  401    none  none  none  none  none  none  none
tenants.plan                acme     401    ok    ok    ok    ok    ok    none  none
tenants.plan                globex   401    ok    ok    none  none  none  ok    none
tenants.plan                missing  401    none  none  none  none  none  none  none
tenants.change_plan         acme     401    bad   403   bad   403   403   none  none
tenants.change_plan         globex   401    bad   403   none  none  none  bad   none
tenants.change_plan         missing  401    none  none  none  none  none  none  none

tenants.confirm_suspend     acme     401    ok    403   403   403   403   none  none
tenants.confirm_suspend     globex   401    ok    403   none  none  none  403   none
tenants.confirm_suspend     missing  401    none  none  none  none  none  none  none
tenants.suspend             acme     401    bad   403   403   403   403   none  none
tenants.suspend             globex   401    bad   403   none  none  none  403   none
tenants.suspend             missing  401    none  none  none  none  none  none  none
tenants.confirm_resume      acme     401    ok    403   403   403   403   none  none
tenants.confirm_resume      globex   401    ok    403   none  none  none  403   none
tenants.confirm_resume      missing  401    none  none  none  none  none  none  none
tenants.resume              acme     401    409   403   403   403   403   none  none
tenants.resume              globex   401    409   403   none  none  none  403   none
tenants.resume              missing  401    none  none  none  none  none  none  none
tenants.confirm_deactivate  acme     401    ok    403   ok    403   403   none  none
tenants.confirm_deactivate  globex   401    ok    403   none  none  none  ok    none
tenants.confirm_deactivate  missing  401    none  none  none  none  none  none  none
tenants.deactivate          acme     401    away  403   away  403   403   none  none
tenants.deactivate          globex   401    away  403   none  none  none  away  none
tenants.deactivate          missing  401    none  none  none  none  none  none  none
tenants.confirm_restore     acme     401    ok    403   ok    403   403   none  none
tenants.confirm_restore     globex   401    ok    403   none  none  none  ok    none
tenants.confirm_restore     missing  401    none  none  none  none  none  none  none
tenants.restore             acme     401    409   403   409   403   403   none  none
tenants.restore             globex   401    409   403   none  none  none  409   none
tenants.restore             missing  401    none  none  none  none  none  none  none
tenants.confirm_delete      acme     401    ok    403   ok    403   403   none  none
tenants.confirm_delete      globex   401    ok    403   none  none  none  ok    none
tenants.confirm_delete      missing  401    none  none  none  none  none  none  none
tenants.delete              acme     401    bad   403   bad   403   403   none  none
tenants.delete              globex   401    bad   403   none  none  none  bad   none
tenants.delete              missing  401    none  none  none  none  none  none  none

usage.of_tenant             acme     401    ok    ok    ok    ok    ok    none  none
usage.of_tenant             globex   401    ok    ok    none  none  none  ok    none
usage.of_tenant             missing  401    none  none  none  none  none  none  none
usage.live                  acme     401    ok    ok    ok    ok    ok    none  none
usage.live                  globex   401    ok    ok    none  none  none  ok    none
usage.live                  missing  401    none  none  none  none  none  none  none
usage.statement             acme     401    ok    ok    ok    ok    ok    none  none
usage.statement             globex   401    ok    ok    none  none  none  ok    none
usage.statement             missing  401    none  none  none  none  none  none  none
usage.calls                 acme     401    ok    ok    ok    ok    ok    none  none
usage.calls                 globex   401    ok    ok    none  none  none  ok    none
usage.calls                 missing  401    none  none  none  none  none  none  none
usage.calls_csv             acme     401    ok    ok    ok    ok    ok    none  none
usage.calls_csv             globex   401    ok    ok    none  none  none  ok    none
usage.calls_csv             missing  401    none  none  none  none  none  none  none
usage.call                  acme     401    none  none  none  none  none  none  none
usage.call                  globex   401    none  none  none  none  none  none  none
usage.call                  missing  401    none  none  none  none  none  none  none
usage.platform              -        401    ok    ok    403   403   403   403   403
usage.platform_csv          -        401    ok    ok    403   403   403   403   403
usage.find                  -        401    ok    ok    403   403   403   403   403

webhooks.of_tenant          acme     401    ok    ok    ok    ok    ok    none  none
webhooks.of_tenant          globex   401    ok    ok    none  none  none  ok    none
webhooks.of_tenant          missing  401    none  none  none  none  none  none  none
webhooks.delivery           acme     401    none  none  none  none  none  none  none
webhooks.delivery           globex   401    none  none  none  none  none  none  none
webhooks.delivery           missing  401    none  none  none  none  none  none  none
webhooks.send_again         acme     401    none  403   none  none  403   none  none
webhooks.send_again         globex   401    none  403   none  none  none  none  none
webhooks.send_again         missing  401    none  none  none  none  none  none  none
webhooks.confirm_resend     acme     401    ok    403   ok    ok    403   none  none
webhooks.confirm_resend     globex   401    ok    403   none  none  none  ok    none
webhooks.confirm_resend     missing  401    none  none  none  none  none  none  none
webhooks.resend             acme     401    bad   403   bad   bad   403   none  none
webhooks.resend             globex   401    bad   403   none  none  none  bad   none
webhooks.resend             missing  401    none  none  none  none  none  none  none
webhooks.test               acme     401    409   403   409   409   403   none  none
webhooks.test               globex   401    409   403   none  none  none  409   none
webhooks.test               missing  401    none  none  none  none  none  none  none
webhooks.pause              acme     401    409   403   409   409   403   none  none
webhooks.pause              globex   401    409   403   none  none  none  409   none
webhooks.pause              missing  401    none  none  none  none  none  none  none
webhooks.resume             acme     401    409   403   409   409   403   none  none
webhooks.resume             globex   401    409   403   none  none  none  409   none
webhooks.resume             missing  401    none  none  none  none  none  none  none
webhooks.switch_on          acme     401    409   403   409   409   403   none  none
webhooks.switch_on          globex   401    409   403   none  none  none  409   none
webhooks.switch_on          missing  401    none  none  none  none  none  none  none
webhooks.confirm_replace    acme     401    ok    403   ok    ok    403   none  none
webhooks.confirm_replace    globex   401    ok    403   none  none  none  ok    none
webhooks.confirm_replace    missing  401    none  none  none  none  none  none  none
webhooks.replace_secret     acme     401    bad   403   bad   bad   403   none  none
webhooks.replace_secret     globex   401    bad   403   none  none  none  bad   none
webhooks.replace_secret     missing  401    none  none  none  none  none  none  none
webhooks.revoke_secret      acme     401    409   403   409   409   403   none  none
webhooks.revoke_secret      globex   401    409   403   none  none  none  409   none
webhooks.revoke_secret      missing  401    none  none  none  none  none  none  none
webhooks.events_chosen      acme     401    ok    403   ok    ok    403   none  none
webhooks.events_chosen      globex   401    ok    403   none  none  none  ok    none
webhooks.events_chosen      missing  401    none  none  none  none  none  none  none
webhooks.choose_events      acme     401    bad   403   bad   bad   403   none  none
webhooks.choose_events      globex   401    bad   403   none  none  none  bad   none
webhooks.choose_events      missing  401    none  none  none  none  none  none  none
webhooks.index              -        401    ok    ok    403   403   403   403   403
webhooks.events             -        ok     ok    ok    ok    ok    ok    ok    ok

plans.index                 -        401    ok    403   403   403   403   403   403
plans.new                   -        401    ok    403   403   403   403   403   403
plans.create                -        401    bad   403   403   403   403   403   403
plans.show                  -        401    none  403   403   403   403   403   403
plans.save                  -        401    none  403   403   403   403   403   403
plans.price                 -        401    none  403   403   403   403   403   403
plans.set_price             -        401    none  403   403   403   403   403   403
plans.withdraw_price        -        401    none  403   403   403   403   403   403
plans.confirm_retire        -        401    none  403   403   403   403   403   403
plans.retire                -        401    none  403   403   403   403   403   403
plans.offer                 -        401    none  403   403   403   403   403   403
requests.index              -        401    ok    403   403   403   403   403   403
requests.show               -        401    none  403   403   403   403   403   403
requests.grant              -        401    none  403   403   403   403   403   403
requests.decline            -        401    none  403   403   403   403   403   403
requests.of_tenant          acme     401    ok    ok    ok    ok    ok    none  none
requests.of_tenant          globex   401    ok    ok    none  none  none  ok    none
requests.of_tenant          missing  401    none  none  none  none  none  none  none
requests.ask_for_limit      acme     401    ok    403   ok    ok    403   none  none
requests.ask_for_limit      globex   401    ok    403   none  none  none  ok    none
requests.ask_for_limit      missing  401    none  none  none  none  none  none  none
requests.send_for_limit     acme     401    bad   403   bad   bad   403   none  none
requests.send_for_limit     globex   401    bad   403   none  none  none  bad   none
requests.send_for_limit     missing  401    none  none  none  none  none  none  none
requests.ask_for_plan       acme     401    ok    403   ok    403   403   none  none
requests.ask_for_plan       globex   401    ok    403   none  none  none  ok    none
requests.ask_for_plan       missing  401    none  none  none  none  none  none  none
requests.send_for_plan      acme     401    bad   403   bad   403   403   none  none
requests.send_for_plan      globex   401    bad   403   none  none  none  bad   none
requests.send_for_plan      missing  401    none  none  none  none  none  none  none
requests.withdraw           acme     401    none  403   none  none  403   none  none
requests.withdraw           globex   401    none  403   none  none  none  none  none
requests.withdraw           missing  401    none  none  none  none  none  none  none

audit_log.index             -        401    ok    ok    403   403   403   403   403
audit_log.of_tenant         acme     401    ok    ok    ok    ok    ok    none  none
audit_log.of_tenant         globex   401    ok    ok    none  none  none  ok    none
audit_log.of_tenant         missing  401    none  none  none  none  none  none  none

accounts_api.sign_up        -        bad    bad   bad   bad   bad   bad   bad   bad
accounts_api.token          -        bad    bad   bad   bad   bad   bad   bad   bad
accounts_api.refresh        -        bad    bad   bad   bad   bad   bad   bad   bad
accounts_api.me             -        401    ok    ok    ok    ok    ok    ok    ok
tenants_api.index           -        401    ok    ok    ok    ok    ok    ok    ok
tenants_api.create          -        401    bad   403   403   403   403   403   403

tenants_api.show            acme     401    ok    ok    ok    ok    ok    none  none
tenants_api.show            globex   401    ok    ok    none  none  none  ok    none
tenants_api.show            missing  401    none  none  none  none  none  none  none
tenants_api.replace         acme     401    ok    403   ok    ok    403   none  none
tenants_api.replace         globex   401    ok    403   none  none  none  ok    none
tenants_api.replace         missing  401    none  none  none  none  none  none  none
tenants_api.change          acme     401    ok    403   ok    ok    403   none  none
tenants_api.change          globex   401    ok    403   none  none  none  ok    none
tenants_api.change          missing  401    none  none  none  none  none  none  none
tenants_api.delete          acme     401    bad   403   bad   403   403   none  none
tenants_api.delete          globex   401    bad   403   none  none  none  bad   none
tenants_api.delete          missing  401    none  none  none  none  none  none  none
usage_api.admit             acme     401    bad    403   bad   bad   403   none  none
usage_api.admit             globex   401    bad    403   none  none  none  bad   none
usage_api.admit             missing  401    none   none  none  none  none  none  none
usage_api.end               acme     401    bad    403   bad   bad   403   none  none
usage_api.end               globex   401    bad    403   none  none  none  bad   none
usage_api.end               missing  401    none   none  none  none  none  none  none

usage_api.stats             acme     401    ok     ok    ok    ok    ok    none  none
usage_api.stats             globex   401    ok     ok    none  none  none  ok    none
usage_api.stats             missing  401    none   none  none  none  none  none  none
usage_api.quota             acme     401    ok     ok    ok    ok    ok    none  none
usage_api.quota             globex   401    ok     ok    none  none  none  ok    none
usage_api.quota             missing  401    none   none  none  none  none  none  none
usage_api.last_hours        acme     401    ok     ok    ok    ok    ok    none  none
usage_api.last_hours        globex   401    ok     ok    none  none  none  ok    none
usage_api.last_hours        missing  401    none   none  none  none  none  none  none
usage_api.dashboard         acme     401    ok     ok    ok    ok    ok    none  none
usage_api.dashboard         globex   401    ok     ok    none  none  none  ok    none
usage_api.dashboard         missing  401    none   none  none  none  none  none  none

usage_api.store_batch       -        401    415    415   415   415   415   415   415

resources_api.report        acme     401    new    403   ok    ok    403   none  none
resources_api.report        globex   401    new    403   none  none  none  ok    none
resources_api.report        missing  401    none   none  none  none  none  none  none
resources_api.remove        acme     401    gone   403   none  none  403   none  none
resources_api.remove        globex   401    gone   403   none  none  none  none  none
resources_api.remove        missing  401    none   none  none  none  none  none  none

administration_api.index         -        401    ok    ok    403   403   403   403   403
administration_api.show          acme     401    ok    ok    403   403   403   none  none
administration_api.show          globex   401    ok    ok    none  none  none  403   none
administration_api.show          missing  401    none  none  none  none  none  none  none
administration_api.change_quota  acme     401    ok    403   403   403   403   none  none
administration_api.change_quota  globex   401    ok    403   none  none  none  403   none
administration_api.change_quota  missing  401    none  none  none  none  none  none  none
administration_api.block         acme     401    bad   403   403   403   403   none  none
administration_api.block         globex   401    bad   403   none  none  none  403   none
administration_api.block         missing  401    none  none  none  none  none  none  none

accounts.sign_out           -        away   away  away  away  away  away  away  away
"""
"""What comes back: ok (200), new (201), gone (204: there is none for whoever comes next), away (a redirect), bad (422:
permitted, and nothing was typed), none (404), 401, 403,
409 (permitted, and it is so already).
Signing out comes last, because nobody is signed in after it."""

PARTS: dict[str, Any] = {
    "section": "general",
    "step": "plan",
    "token": "x" * 43,
    "filename": "missing.css",
    "call_id": "no-such-call",
    "delivery_id": "no-such-delivery",
    "kind": "agent",
    "key": "a-1",
    "job": "no-such-job",
    "letter": new_id(),
    "factor": "no-such-factor",
    "request_id": new_id(),
    "day": "2027-01-01",
}
"""What stands in an address besides the tenant. What is new in a route's address has to be named here."""

SAVES = {"tenants.save_settings": {"seen": "", "name": "", "slug": ""}}
"""Forms that would save what is sent as it is get something that nobody may save."""


PUT_BACK = {"tenants.deactivate": actions.restore_tenant}
"""What a button alone has done is put back before the next one presses it."""


@dataclass
class Person:
    """Somebody with a browser and, for programs, a token."""

    browser: FlaskClient
    csrf_token: str
    token: str | None

    def ask(self, method: str, address: str, door: str, form: dict[str, str]) -> TestResponse:
        """Send a request through a door: page, fragment or api."""
        options: dict[str, Any] = {}
        if door == "api":
            options["headers"] = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            if method != "GET":
                options["json"] = {}
        elif method != "GET":
            options["data"] = {"csrf_token": self.csrf_token, **form}
        if door == "fragment":
            options["headers"] = {"HX-Request": "true", "HX-Target": "somewhere"}
        db.session.rollback()
        return contextvars.Context().run(self.browser.open, address, method=method, **options)


@pytest.fixture
def people(app: Flask, cast: Cast) -> dict[str, Person]:
    """Everybody of the cast signed in, and nobody."""
    found = {}
    for name in PEOPLE:
        person = Person(app.test_client(), "", None)
        person.csrf_token = token_on(person.ask("GET", "/login", "page", {}))
        if name != "nobody":
            given = {"username": name, "password": PASSPHRASE}
            person.ask("POST", "/login", "page", given)
            person.csrf_token = token_on(person.ask("GET", "/no/such/page", "page", {}))
            answer = person.browser.post("/api/v1/auth/token", json=given)
            person.token = answer.get_json()["access_token"]
        found[name] = person
    return found


def token_on(response: TestResponse) -> str:
    """The form token of a page."""
    match = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', response.get_data(as_text=True))
    assert match is not None
    return match[1]


def lines() -> Iterator[tuple[str, str, dict[str, str]]]:
    """The table's lines: view, whose tenant, expected answer by person."""
    head, *rest = (line.split() for line in MATRIX.strip().splitlines() if line)
    assert head[2:] == PEOPLE
    for view, tenant, *answers in rest:
        yield view, tenant, dict(zip(PEOPLE, answers, strict=True))


def rule_of(app: Flask, view: str) -> Rule:
    (rule,) = app.url_map.iter_rules(view)
    return rule


def address_of(app: Flask, rule: Rule, tenant: str, cast: Cast) -> str:
    """Fill in a route's address."""
    ids = {"acme": cast.acme.id, "globex": cast.globex.id}
    values = {"slug": tenant, "tenant_id": ids.get(tenant) or new_id(), **PARTS}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


def answer_of(response: TestResponse, door: str) -> str:
    """Say in the table's words what came back, and that it came back in the door's way."""
    status, at = response.status_code, response.headers.get("Location", "")
    if door == "fragment":
        at = response.headers.get("HX-Redirect", "")
        assert not response.headers.get("Location"), "htmx would swap the page it is led to into this one"
    if at.startswith("/login?next=") or (status == 401 and (door == "api" or at == "/login")) or (
        status == 302 and at == "/login"
    ):  # fmt: skip
        return "401"
    if status >= 400:
        kind = "application/problem+json" if door == "api" else "text/html"
        assert response.mimetype == kind, f"{response.mimetype} through the door {door}"
    if at:
        assert status == (204 if door == "fragment" else 303)
        return "away"
    return {200: "ok", 201: "new", 204: "gone", 404: "none", 422: "bad"}.get(status, str(status))


def test_every_route_stands_in_the_table(app: Flask) -> None:
    listed = {(view, tenant) for view, tenant, _ in lines()}
    for rule in app.url_map.iter_rules():
        tenants = {"acme", "globex", "missing"} if rule.arguments & {"slug", "tenant_id"} else {"-"}
        assert {(rule.endpoint, tenant) for tenant in tenants} <= listed, f"{rule.endpoint} is missing in the table"
    assert {view for view, _ in listed} == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_everybody_gets_the_answer_of_the_table_at_every_door(app: Flask, cast: Cast, people: dict) -> None:
    wrong = []
    for view, tenant, expected in lines():
        rule = rule_of(app, view)
        (method,) = rule.methods - {"HEAD", "OPTIONS"}
        address = address_of(app, rule, tenant, cast)
        for door in ("api",) if "_api." in view else ("page", "fragment") if view != "accounts.sign_out" else ("page",):
            for name, person in people.items():
                got = answer_of(person.ask(method, address, door, SAVES.get(view, {})), door)
                if got == "away" and view in PUT_BACK:
                    PUT_BACK[view](system(), getattr(cast, tenant))
                if got != expected[name]:
                    wrong.append(f"{name}: {method} {address} ({door}) is {got}, not {expected[name]}")
    assert not wrong, "\n".join(wrong)


def test_what_is_not_yours_is_the_same_to_the_byte_as_what_is_not_there(app: Flask, cast: Cast, people: dict) -> None:
    for view, tenant, expected in lines():
        if expected["olive"] != "none" or tenant != "globex":
            continue
        rule = rule_of(app, view)
        (method,) = rule.methods - {"HEAD", "OPTIONS"}
        theirs, missing = (address_of(app, rule, each, cast) for each in ("globex", "missing"))
        for door in ("api",) if "_api." in view else ("page", "fragment"):
            for name in ("olive", "max", "vera", "dev"):
                answers = [
                    plain(people[name].ask(method, each, door, SAVES.get(view, {}))) for each in (theirs, missing)
                ]
                assert answers[0] == answers[1], f"{name}: {method} {theirs} ({door})"


def test_an_unknown_address_is_not_found_at_either_door(people: dict) -> None:
    for person in people.values():
        assert answer_of(person.ask("GET", "/nowhere/at/all", "page", {}), "page") == "none"
        assert answer_of(person.ask("GET", "/api/v1/nowhere", "api", {}), "api") == "none"
        assert answer_of(person.ask("GET", "/api/v1/tenants/no-id", "api", {}), "api") in {"none", "401"}


def plain(response: TestResponse) -> tuple[int, dict[str, str], str]:
    """An answer without what differs at every request."""
    body = re.sub(r'name="csrf_token"[^>]* value="[^"]+"', "", response.get_data(as_text=True))
    headers = {name: value for name, value in response.headers.items() if name not in {"Date", "Set-Cookie"}}
    headers["Content-Length"] = str(len(body))
    return response.status_code, headers, body
