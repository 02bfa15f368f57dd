"""What has to be declared is declared: each route's permission, each action's, the whole policy."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from flask import Flask

import portal
from portal.foundation.actions import REGISTRY
from portal.foundation.permissions import POLICY, MembershipRole, Permission, Role

PUBLIC = {
    "static": "style sheets, scripts and pictures",
    "health.alive": "asked by machines",
    "health.ready": "asked by machines",
    "accounts.sign_up": "nobody has an account yet",
    "accounts.make_account": "nobody has an account yet",
    "accounts.sign_in": "nobody is signed in yet",
    "accounts.let_in": "nobody is signed in yet",
    "accounts.sign_out": "signing out twice is no error",
    "accounts.see_confirmation": "the link is what is asked for, whoever is signed in",
    "accounts.confirm": "the link is what is asked for, whoever is signed in",
    "accounts.second_step": "nobody is signed in yet; the password was right",
    "accounts.finish": "nobody is signed in yet; the password was right",
    "accounts.finish_by_passkey": "nobody is signed in yet; the password was right",
    "accounts.ask_for_second": "nobody is signed in yet; the password was right",
    "accounts.sign_in_by_passkey": "nobody is signed in yet; the passkey is what is asked for",
    "accounts.ask_for_passkey": "nobody is signed in yet; what is given is a random challenge",
    "accounts.forgot": "who has forgotten the password cannot sign in",
    "accounts.ask_for_reset": "who has forgotten the password cannot sign in",
    "accounts.see_reset": "the link is what is asked for",
    "accounts.reset": "the link is what is asked for",
    "accounts.follow_link": "the link is what is asked for",
    "styleguide.index": "components, and nobody's data; outside the demonstration it is not found",
    "styleguide.try_out": "a sample's button answers with a message and does nothing",
    "webhooks.events": "documentation, for whoever receives webhooks",
    "accounts_api.sign_up": "nobody has an account yet",
    "accounts_api.token": "the password is what is asked for",
    "accounts_api.refresh": "the refresh token is what is asked for",
}
"""Every view that is open to everybody, with the reason."""

WRITES_THAT_JUDGE_INSIDE = {
    "usage_api.store_batch": "each line is judged by the tenant that it names",
    "tenants_api.create": "administrators create any; a business user whose tenant was never made creates its own",
}
"""Views that write behind a permission to view, because who may depends on more than one permission."""

FOR_ANYONE = {
    "portal.accounts.actions.confirming._confirm": "the link that was mailed is what is asked for",
    "portal.accounts.actions.factors._challenge": "a random challenge, which proves nothing before it is signed",
    "portal.accounts.actions.password_changes._reset": "the link that was mailed is what is asked for",
    "portal.accounts.actions.password_changes.ask_for_reset": "who has forgotten the password cannot sign in",
    "portal.accounts.actions.second_step._enter_with_passkey": "the passkey is what is asked for",
    "portal.accounts.actions.second_step._finish": "follows from a password that was right; the factor is asked for",
    "portal.accounts.actions.second_step._first_step": "follows from a password that was right",
    "portal.accounts.actions.links._use": "the one-time link is what is asked for",
    "portal.accounts.actions.people._sign_up": "nobody has an account yet",
    "portal.accounts.actions.sessions.end_session": "whoever holds the session may end it",
    "portal.accounts.actions.sessions.start_session": "follows from a password or a link that was right",
    "portal.accounts.actions.sessions.touch_session": "a session that is used stays alive",
    "portal.accounts.actions.tokens._issue": "follows from a password that was right",
    "portal.accounts.actions.tokens._rotate": "the refresh token is what is asked for",
    "portal.accounts.actions.trust.uncount_attempt": "follows from a password that was right",
    "portal.accounts.actions.trust.count_attempt": "wrong passwords are counted whoever types them",
    "portal.accounts.actions.trust.refuse_attempt": "wrong passwords are recorded whoever types them",
    "portal.tenants.actions.creating.create_own_tenant": "a business user makes its own tenant once, at its sign-up",
}
"""Every action that needs no permission, with the reason."""

ROLES = (*Role, *MembershipRole)
TABLE = """
                         admin support business developer   owner manager viewer
tenants:view             yes   yes     -        -           yes   yes     yes
tenants_all:view         yes   yes     -        -           -     -       -
tenants:create           yes   -       -        -           -     -       -
tenants:edit             yes   -       -        -           yes   yes     -
tenants:change_plan      yes   -       -        -           yes   -       -
tenants:administer       yes   -       -        -           -     -       -
tenants:suspend          yes   -       -        -           -     -       -
tenants:deactivate       yes   -       -        -           yes   -       -
tenants:delete           yes   -       -        -           yes   -       -
members:manage           yes   -       -        -           yes   -       -
usage:view               yes   yes     -        -           yes   yes     yes
calls:report             yes   -       -        -           yes   yes     -
resources:report         yes   -       -        -           yes   yes     -
audit:view               yes   yes     -        -           yes   yes     yes
audit_all:view           yes   yes     -        -           -     -       -
plans:edit               yes   -       -        -           -     -       -
requests:make            yes   -       -        -           yes   yes     -
requests:answer          yes   -       -        -           -     -       -
users:manage             yes   -       -        -           -     -       -
keys:rotate              yes   -       -        -           -     -       -
jobs:view                yes   -       -        -           -     -       -
jobs:run                 yes   -       -        -           -     -       -
mail:view                yes   -       -        -           -     -       -
account:view             yes   yes     yes      yes         -     -       -
account:edit             yes   yes     yes      yes         -     -       -
"""
"""The policy once more, by hand: whoever changes it says so twice."""


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported() -> None:
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        if not module.name.startswith(("portal.migrations.env", "portal.wsgi")):
            importlib.import_module(module.name)


def test_every_route_names_its_permission_or_is_on_the_list_of_public_ones(app: Flask) -> None:
    declared = {name: getattr(view, "declared_access", None) for name, view in app.view_functions.items()}
    assert {name for name, access in declared.items() if access == "public"} == PUBLIC.keys()
    assert all(isinstance(access, Permission) for name, access in declared.items() if name not in PUBLIC), declared


def test_no_write_stands_behind_a_permission_to_view(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "declared_access", "")
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"} and rule.endpoint not in WRITES_THAT_JUDGE_INSIDE:
            assert not str(access).endswith(":view"), f"{rule.endpoint} writes behind {access}"


def test_every_route_that_names_a_tenant_fetches_it_through_the_actor(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.arguments & {"slug", "tenant_id"}:
            assert getattr(app.view_functions[rule.endpoint], "takes_tenant", False), rule.endpoint


def test_every_action_has_a_permission_or_is_on_the_list_of_those_for_anyone() -> None:
    ours = {name: permission for name, permission in REGISTRY.items() if name.startswith("portal.")}
    assert {name for name, permission in ours.items() if permission is None} == FOR_ANYONE.keys()


def test_no_action_stands_behind_a_permission_to_view() -> None:
    assert not [name for name, permission in REGISTRY.items() if str(permission).endswith(":view")]


def test_the_policy_has_a_line_for_every_permission() -> None:
    assert set(POLICY) == set(Permission)


def test_the_policy_is_what_the_table_says() -> None:
    head, *lines = TABLE.strip().splitlines()
    columns = head.split()
    assert columns == [role.value for role in ROLES]
    written = {name: dict(zip(columns, marks, strict=True)) for name, *marks in (line.split() for line in lines)}
    held = {
        permission.value: {role.value: "yes" if role in roles | memberships else "-" for role in ROLES}
        for permission, (roles, memberships) in POLICY.items()
    }
    assert held == written
