"""Signing up: one transaction, no role but one's own."""

from __future__ import annotations

import pytest
from sqlalchemy import event, func, select

from portal.accounts import actions, queries
from portal.accounts.drafts import NewUser, PageSignUp, SignUp
from portal.accounts.models import User
from portal.foundation.audit import Event
from portal.foundation.database import db
from portal.foundation.errors import Forbidden, Invalid
from portal.foundation.permissions import Door, MembershipRole, Role
from portal.members.models import Membership
from portal.tenants.models import Scope, Tenant
from tests.client import PASSPHRASE


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_business_user_gets_a_tenant_a_scope_and_its_ownership(ada, records):
    tenant = db.session.get(Tenant, ada.owner_id)
    assert (tenant.name, tenant.owner_id) == ("Ada.L", ada.id)
    assert db.session.get(Membership, (tenant.scope_id, ada.id)).role == MembershipRole.OWNER
    (record,) = records(Event.USER_SIGNED_UP)
    assert (record.actor_name, record.address) == ("Ada.L", "192.0.2.7")
    assert record.changes["password_hash"] == "changed"
    assert PASSPHRASE not in str(record.changes)


def test_the_organization_of_the_page_names_the_tenant(app, somebody):
    draft = PageSignUp.read(
        {"username": "grace", "email": "g@navy.example", "password": PASSPHRASE, "organization": " Navy "}
    )
    user = actions.sign_up(somebody, draft)
    assert db.session.get(Tenant, user.owner_id).name == "Navy"


def test_a_developer_gets_no_tenant(dev):
    assert dev.owner_id is None
    assert count(Tenant) == count(Scope) == count(Membership) == 0


@pytest.fixture
def full_disk():
    """The database breaks where the membership, the last of all, is written."""

    def breaks(*_: object) -> None:
        raise OSError("No space left on device")

    event.listen(Membership, "before_insert", breaks)
    yield
    event.remove(Membership, "before_insert", breaks)


def test_nothing_is_made_if_the_last_step_fails(app, somebody, full_disk):
    with pytest.raises(OSError, match="No space"):
        actions.sign_up(somebody, SignUp(username="ada", email="a@l.example", password=PASSPHRASE))
    assert count(User) == count(Tenant) == count(Scope) == 0


@pytest.mark.parametrize("role", ["admin", "support", "ADMIN", "owner", 1, None])
def test_roles_of_staff_are_never_self_assigned(client, role):
    sent = {"username": "mallory", "email": "m@x.example", "password": PASSPHRASE, "role": role}
    answer = client.post("/api/v1/auth/signup", json=sent)
    assert answer.status_code == 422
    assert answer.json["detail"][0]["loc"] == ["body", "role"]


@pytest.mark.parametrize("role", ["business", "Business", "DEVELOPER"])
def test_a_role_is_accepted_in_any_case(client, role):
    sent = {"username": "grace", "email": "g@x.example", "password": PASSPHRASE, "role": role}
    answer = client.post("/api/v1/auth/signup", json=sent)
    assert answer.status_code == 201
    assert answer.json.keys() == {"user_id", "username", "email", "role", "message"}
    assert answer.json["role"] == role.lower()


def test_the_api_knows_no_organization(client):
    sent = {"username": "grace", "email": "g@x.example", "password": PASSPHRASE, "organization": "Navy"}
    answer = client.post("/api/v1/auth/signup", json=sent)
    assert answer.status_code == 422
    assert "organization" in answer.json["detail"][0]["loc"]


@pytest.mark.parametrize(
    ("username", "email", "fields"),
    [
        ("ADA.l", "other@x.example", {"username"}),
        ("other", "ada@LOVELACE.example", {"email"}),
        ("ada.L", "ADA@lovelace.example", {"username", "email"}),
    ],
)
def test_a_taken_name_or_address_is_refused_at_its_field_whatever_the_case(ada, somebody, username, email, fields):
    with pytest.raises(Invalid) as refusal:
        actions.sign_up(somebody, SignUp(username=username, email=email, password=PASSPHRASE))
    assert {fault.field for fault in refusal.value.faults} == fields


@pytest.mark.parametrize(
    "name", ["ab", "x" * 51, "a b c", "ada@home", "ada\x00", "ada\n", "åda", "😀😀😀", "../etc", ""]
)
def test_what_is_no_username_is_refused(name):
    with pytest.raises(Invalid) as refusal:
        SignUp.read({"username": name, "email": "a@l.example", "password": PASSPHRASE})
    assert {fault.field for fault in refusal.value.faults} == {"username"}


@pytest.mark.parametrize("name", ["abc", "x" * 50, "a.b_c-d", "..."])
def test_what_is_a_username_is_taken(name):
    assert SignUp.read({"username": name, "email": "a@l.example", "password": PASSPHRASE}).username == name


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@x.example",
        "a b@x.example",
        "Ada <ada@x.example>",
        "ada@x.example\x00",
        "ß" * 64 + f"@{'b' * 58}.{'b' * 58}.{'b' * 58}.example",
        "a" * 250 + "@x.example",
        "a@x.example\nBcc: b@x.example",
    ],
)
def test_what_is_no_address_is_refused(email):
    with pytest.raises(Invalid) as refusal:
        SignUp.read({"username": "ada", "email": email, "password": PASSPHRASE})
    assert {fault.field for fault in refusal.value.faults} == {"email"}


def test_a_page_that_is_filled_in_wrongly_comes_back_as_it_was_without_the_password(client, fill):
    secret = "very secret indeed"
    page = fill(client, "/signup", username="a", email="a@l.example", password=secret, role="business")
    assert page.status_code == 422
    assert 'value="a@l.example"' in page.text
    assert secret not in page.text
    assert page.text.count(" autofocus") == 1
    assert "3 to 50 characters" in page.text


def test_signing_up_on_the_page_signs_in(client, fill):
    fields = {"username": "grace", "email": "g@navy.example", "role": "business", "organization": "Navy"}
    answer = fill(client, "/signup", password=PASSPHRASE, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/login").status_code == 303  # who is signed in is led to the start page


def test_a_forged_role_is_refused_on_the_page(client, fill):
    fields = {"username": "mallory", "email": "m@x.example", "role": "admin"}
    assert fill(client, "/signup", password=PASSPHRASE, **fields).status_code == 422
    assert queries.user_by_login("mallory") is None


def test_an_administrator_makes_users_of_any_role(app, operator, ada, records):
    draft = NewUser.read({"username": "sue", "email": "s@x.example", "password": PASSPHRASE, "role": "Support"})
    assert actions.create_user(operator, draft).role == Role.SUPPORT
    (record,) = records(Event.USER_CREATED)
    assert record.actor_name == "operator"
    with pytest.raises(Forbidden):
        actions.create_user(queries.actor_of(ada, Door.WEB, None), draft)


def test_a_business_user_made_by_an_administrator_gets_its_tenant(app, operator):
    draft = NewUser(username="joan", email="j@x.example", password=PASSPHRASE, role=Role.BUSINESS)
    user = actions.create_user(operator, draft)
    assert db.session.get(Tenant, user.owner_id).owner_id == user.id
