"""The search box's terms: what each finds, what is said of one that cannot be meant, how they are taken off."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from portal.foundation.clock import month_of, now
from portal.foundation.database import db, unit_of_work
from portal.foundation.permissions import Role, system
from portal.plans import queries as plans
from portal.tenants import actions, filter_counts, terms
from portal.tenants.drafts import Suspension
from portal.tenants.listing import find
from portal.tenants.search import Search
from portal.tenants.search_form import search_from
from portal.usage.models import DailyFigures, Standing
from portal.webhooks import actions as webhooks
from portal.webhooks.models import WebhookHealth
from tests.cast import Cast, make_user
from tests.client import Visitor
from tests.tenants.making import make_tenant

KEYS = ("free", "starter", "pro", "business", "enterprise")


@pytest.fixture
def finds(cast: Cast):
    """Give the slugs that a typed search finds, as Ada."""

    def by(typed: str) -> list[str]:
        search, wrong = search_from(_Args({"q": typed}), KEYS)
        assert wrong == {}
        return [line.slug for line in find(cast.actor(cast.ada), search, plans.catalogue()).lines]

    return by


class _Args(dict):
    def getlist(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


def use(tenant, **figures) -> None:
    with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
        standings = Standing.__table__
        connection.execute(standings.update().filter_by(tenant_id=tenant.id).values(month=month_of(now()), **figures))


def new_figures(tenant_id, day, refused: dict[str, int]) -> DailyFigures:
    return DailyFigures(tenant_id=tenant_id, day=day, refused=refused)


def fail(tenant) -> None:
    with unit_of_work() as session:
        session.add(WebhookHealth(tenant_id=tenant.id, failing_since=now(), last_failure_at=now(), failed_hours=1))


class TestReading:
    @pytest.mark.parametrize(
        ("typed", "words", "fields"),
        [
            ("acme", "acme", []),
            ("acme status:active  corp", "acme corp", ["status"]),
            ("STATUS:Active", "", ["status"]),
            ('name:"Acme Corp" x', "x", ["name"]),
            ("meta.Region:eu", "", ["meta.Region"]),
            ("foo:bar", "foo:bar", []),
            ("cus:12 https://acme.example", "cus:12 https://acme.example", []),
            ("x=status:active", "x=status:active", []),
            ("status:", "status:", []),
        ],
    )
    def test_words_and_terms_are_told_apart(self, typed: str, words: str, fields: list[str]):
        found_words, found, wrong = terms.read(typed, KEYS)
        assert (found_words, [term.field for term in found], wrong) == (words, fields, [])

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("status:gone", "status is one of active, inactive, suspended"),
            ("status:>active", "status is one of"),
            ("plan:gold", "plan is one of free, starter"),
            ("webhook_state:broken", "webhook_state is one of failing, off, paused, on"),
            ("webhook_state:>on", "webhook_state is one of"),
            ("hipaa:maybe", "hipaa is one of yes, no"),
            ("usage:>lots", "like usage:>80%"),
            ("cost:-1", "like cost:>99.50"),
            ("calls:1_000", "like calls:>1000"),
            ("calls:١٢", "like calls:>1000"),
            ("created:>yesterday", "created is a day, like created:>2026-01-31"),
            ("created:2026-02-30", "created is a day"),
            ("created:0001-01-01T00:00+23:59", "created is a day"),
            ('name:""', "name is text"),
            ("meta.region:>eu", "meta.region is text"),
        ],
    )
    def test_what_cannot_be_meant_is_said(self, typed: str, sentence: str):
        words, found, (wrong,) = terms.read(typed, KEYS)
        assert (words, found) == ("", ())
        assert sentence in wrong


class TestFinding:
    @pytest.fixture(autouse=True)
    def _tenants(self, cast: Cast, change):
        change(cast.ada, cast.acme, billing_plan="enterprise", hipaa_enabled=True, meta_data={
            "region": "eu", "size": 3, "on": True, "a": {"b": "deep"}})  # fmt: skip
        change(cast.ada, cast.globex, billing_email="pay@globex.example", external_id="cus_9", monthly_call_limit=200)
        use(cast.globex, calls=170, seconds=6000, cents=1234)
        make_tenant("Über Trial", slug="uber", kind="trial", webhook_url="https://a.example/in")

    @pytest.mark.parametrize(
        ("typed", "slugs"),
        [
            ("plan:enterprise", ["acme"]),
            ("kind:trial", ["uber"]),
            ("hipaa:yes", ["acme"]),
            ("hipaa:no", ["globex", "uber"]),
            ("plan:enterprise hipaa:no", []),
            ("acme hipaa:yes", ["acme"]),
            ("webhook:yes", ["uber"]),
            ("owner:no", ["uber"]),
            ("parent:yes", []),
            ("usage:>80%", ["globex"]),
            ("usage:>=85", ["globex"]),
            ("usage:>85%", []),
            ("calls:170", ["globex"]),
            ("calls:<170", ["acme", "uber"]),
            ("minutes:>=100", ["globex"]),
            ("cost:>12.33", ["globex"]),
            ("cost:$12.34", ["globex"]),
            ("active:0", ["acme", "globex", "uber"]),
            ("active:>0", []),
            ("name:uber", ["uber"]),
            ('name:"ÜBER TR"', ["uber"]),
            ("slug:ACME", ["acme"]),
            ("email:@globex", ["globex"]),
            ("email:none", ["acme", "uber"]),
            ("external_id:cus_9", ["globex"]),
            ("external_id:none", ["acme", "uber"]),
            ("meta.region:eu", ["acme"]),
            ("meta.region:us", []),
            ("meta.region:none", ["globex", "uber"]),
            ("meta.size:3", ["acme"]),
            ("meta.on:true", ["acme"]),
            ("meta.a.b:deep", ["acme"]),
            ("trial_ends:none", ["acme", "globex"]),
            ("trial_ends:>2026-01-01", ["uber"]),
            ("created:<2020-01-01", []),
        ],
    )
    def test_what_fits(self, finds, typed: str, slugs: list[str]):
        assert finds(typed) == slugs

    def test_a_day_is_from_midnight_to_midnight(self, cast: Cast, finds):
        today, created = now().date(), ["acme", "globex", "uber"]
        for sign, found in (("", created), (">=", created), ("<=", created), (">", []), ("<", [])):
            assert finds(f"created:{sign}{today}") == found
        assert finds(f"created:>{today - timedelta(days=1)}") == created

    def test_an_override_past_its_end_counts_no_more(self, cast: Cast, change, finds):
        change(cast.ada, cast.globex, monthly_call_limit=10_000_000, override_until=now() + timedelta(minutes=1))
        assert finds("usage:>16%") == []
        with time_machine.travel(now() + timedelta(minutes=2)):
            use(cast.globex, calls=170)
            assert finds("usage:>16%") == ["globex"]  # 170 of the plan's 1,000

    def test_an_ended_suspension_counts_as_active(self, cast: Cast, finds):
        draft = Suspension.read({"reason": "Unpaid", "until": now() + timedelta(hours=1)})
        actions.suspend_tenant(cast.actor(cast.ada), cast.globex, draft)
        assert finds("status:suspended") == ["globex"]
        assert finds("status:active") == ["acme", "uber"]
        with time_machine.travel(now() + timedelta(hours=2)):
            assert finds("status:suspended") == []
            assert finds("status:active") == ["acme", "globex", "uber"]
            (line,) = find(cast.actor(cast.ada), Search(words="globex"), plans.catalogue()).lines
            assert line.status == "active"

    def test_a_webhook_stands_in_one_of_four_ways(self, cast: Cast, change, finds):
        slugs = ("broken", "gone", "held", "fine", "both")
        made = {slug: make_tenant(slug, slug=slug, webhook_url=f"https://{slug}.example/in") for slug in slugs}
        for slug in ("broken", "gone", "held", "both"):
            fail(made[slug])
        for slug in ("held", "both"):
            webhooks.pause_webhook(system(), made[slug])
        for slug in ("gone", "both"):
            webhooks.switch_off_webhook(system(), made[slug], "It has only failed.")
        found = {state: finds(f"webhook_state:{state}") for state in ("failing", "off", "paused", "on")}
        assert found == {"failing": ["broken"], "off": ["both", "gone"], "paused": ["held"], "on": ["fine", "uber"]}
        assert finds("webhook_state:OFF both") == ["both"]
        change(cast.ada, made["broken"], webhook_url=None)
        assert finds("webhook_state:failing") == []

    def test_the_largest_limit_and_share_are_no_trouble(self, cast: Cast, change, finds):
        change(cast.ada, cast.globex, monthly_call_limit=2**53 - 1)
        assert finds("usage:<999999999999%") == ["acme", "globex", "uber"]


class TestOnThePage:
    def test_terms_stand_as_tags_that_can_be_taken_off(self, cast: Cast, client: Visitor):
        page = client.sign_in("ada").visit("/tenants?q=acme+status:active+hipaa:no")
        tags = {tag.bdi.get_text(): tag["href"] for tag in page.soup.select(".filter-tag")}
        assert tags == {
            "Words: acme": "/tenants?q=status%3Aactive+hipaa%3Ano",
            "status:active": "/tenants?q=acme+hipaa%3Ano",
            "hipaa:no": "/tenants?q=acme+status%3Aactive",
        }

    def test_a_wrong_one_is_left_out_and_named(self, cast: Cast, client: Visitor):
        page = client.sign_in("ada").visit("/tenants?q=globex+status:gone", 422)
        assert "“status:gone”: status is one of active, inactive, suspended." in page
        assert [row["id"] for row in page.soup.select("tbody tr")] == ["tenant-globex"]
        assert page.one("#search")["value"] == "globex status:gone"

    def test_every_example_of_the_help_is_understood(self, cast: Cast, client: Visitor):
        links = client.sign_in("ada").visit("/tenants").soup.select(".toolbar .menu-items a")
        assert len(links) > 5
        for link in links:
            client.visit(link["href"])


class TestCounts:
    def test_each_choice_is_counted_with_the_rest_of_the_filters(self, cast: Cast, client: Visitor):
        make_tenant("Trial", kind="trial", billing_plan="pro")
        client.sign_in("ada")
        assert _counts(client, "filter=kind") == {"standard": "2", "enterprise": "0", "trial": "1"}
        assert _counts(client, "filter=kind&kind=trial") == {"standard": "2", "enterprise": "0", "trial": "1"}
        assert _counts(client, "filter=kind&plan=pro&q=status:active") == {
            "standard": "0",
            "enterprise": "0",
            "trial": "1",
        }
        assert _counts(client, "filter=plan&q=acme")["starter"] == "1"

    def test_only_what_one_may_see_is_counted(self, cast: Cast, client: Visitor):
        assert _counts(client.sign_in("otto"), "filter=status")["active"] == "1"

    def test_counting_ends(self, cast: Cast, client: Visitor, monkeypatch):
        monkeypatch.setattr(filter_counts, "EXACT_TO", 1)
        assert _counts(client.sign_in("ada"), "filter=status")["active"] == "1+"

    def test_there_are_only_the_filters_there_are(self, cast: Cast, client: Visitor):
        client.sign_in("ada").visit("/tenants/all/counts?filter=color", 404)

    def test_it_is_one_query_a_filter(self, cast: Cast, client: Visitor, statements):
        client.sign_in("ada")
        client.get("/tenants/all/counts?filter=status")
        with statements() as ran:
            client.get("/tenants/all/counts?filter=status")
        assert len([each for each in ran if "FROM tenants" in each]) == 1


def _counts(client: Visitor, query: str) -> dict[str, str]:
    page = client.get(f"/tenants/all/counts?{query}", headers={"HX-Request": "true"})
    assert page.status == 200
    name = query.split("=")[1].split("&")[0]
    found = {
        tag["id"].removeprefix(f"{name}-").removesuffix("-count"): tag.get_text() for tag in page.soup.select("span")
    }
    assert all(tag["hx-swap-oob"] == "true" for tag in page.soup.select("span"))
    return found


class TestWhatHappenedOrWill:
    def test_a_set_up_that_is_not_finished(self, cast: Cast, finds):
        make_user("una", Role.BUSINESS)
        assert finds("setup:unfinished") == ["una"]
        assert finds("setup:finished") == ["acme", "globex"]

    def test_gone_quiet_is_many_calls_then_none(self, cast: Cast, finds):
        use(cast.acme, calls=100, last_call_at=now() - timedelta(days=4))
        use(cast.globex, calls=100, last_call_at=now() - timedelta(days=2))
        use(make_tenant("Few"), calls=99, last_call_at=now() - timedelta(days=4))
        use(make_tenant("Long ago"), calls=500, last_call_at=now() - timedelta(days=90))
        assert finds("quiet:yes") == ["acme"]
        assert finds("quiet:no") == ["few", "globex", "long-ago"]

    def test_refused_in_the_last_seven_days(self, cast: Cast, finds):
        today = now().date()
        days = ((cast.acme, 0, {"monthly": 7}), (cast.acme, 3, {"concurrent": 4, "monthly": 1}),
                (cast.globex, 9, {"monthly": 50}), (cast.globex, 1, {"minutes": 2}))  # fmt: skip
        with unit_of_work() as session:
            for tenant, ago, refused in days:
                session.add(new_figures(tenant.id, today - timedelta(days=ago), refused))
        make_tenant("Spared")
        assert finds("refused:>=12") == ["acme"]
        assert finds("refused:>0") == ["acme", "globex"]
        assert finds("refused:<12") == ["globex", "spared"]
        assert finds("refused:0") == ["spared"]

    def test_when_an_override_ends(self, cast: Cast, finds):
        soon = now() + timedelta(days=5)
        beyond = {"max_agents": 900, "override_reason": "Fair", "override_until": soon}
        make_tenant("Ends", **beyond)
        make_tenant("Endless", max_agents=900, override_reason="Fair")
        assert finds(f"override_ends:<={soon:%Y-%m-%d}") == ["ends"]
        assert finds(f"override_ends:{soon:%Y-%m-%d}") == ["ends"]
        assert finds(f"override_ends:<{soon:%Y-%m-%d}") == []
        assert finds("override_ends:none name:end") == ["endless"]
