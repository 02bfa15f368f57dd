"""Who sees which tenants, and how they are found: words, ids, filters, orders, pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from portal.foundation.clock import now
from portal.foundation.database import db
from portal.foundation.permissions import ANONYMOUS
from portal.plans import queries as plans
from portal.tenants import queries
from portal.tenants.listing import find
from portal.tenants.search import SORTS, Search
from portal.usage.models import Call, Standing
from tests.cast import Cast
from tests.tenants.making import make_tenant


@pytest.fixture
def found(cast: Cast):
    """Give the slugs that a search finds, as Ada."""

    def by(words: str = "", **asked) -> list[str]:
        result = find(cast.actor(cast.ada), Search(words=words, **asked), plans.catalogue())
        assert result.total == len(result.lines) or asked
        return [line.slug for line in result.lines]

    return by


@pytest.mark.parametrize(
    ("who", "sees"),
    [("ada", 2), ("sam", 2), ("olive", 1), ("max", 1), ("vera", 1), ("otto", 1), ("dev", 0)],
)
def test_everybody_sees_their_own(cast: Cast, who: str, sees: int):
    actor = cast.actor(getattr(cast, who))
    assert queries.count(actor) == sees
    assert find(actor, Search(), plans.catalogue()).total == sees
    assert len(queries.page_by_id(actor, None, None, 0, 100)) == sees


def test_nobody_sees_nothing(cast: Cast):
    assert queries.count(ANONYMOUS) == 0


class TestWords:
    @pytest.fixture(autouse=True)
    def _tenants(self, cast: Cast):
        make_tenant(
            "Café Zürich GmbH", slug="cafe", billing_email="Rechnung@Zuerich.example", external_id="cus_ÄB-100%"
        )
        make_tenant("中文电话公司", slug="zhong")
        make_tenant("شركة الاتصالات", slug="arabic")
        make_tenant('The "Quoted" O\'Neill_Co \\ 50%', slug="quoted")
        make_tenant("AI", slug="ai-inc")

    @pytest.mark.parametrize(
        ("words", "slugs"),
        [
            ("cafe", ["cafe"]),
            ("CAFÉ", ["cafe"]),
            ("zurich gmbh", ["cafe"]),
            ("gmbh cafe", ["cafe"]),
            ("cafe quoted", []),
            ("rechnung@zuerich", ["cafe"]),
            ("cus_äb-100%", ["cafe"]),
            ("zhong", ["zhong"]),
            ("电话公", ["zhong"]),
            ("电话", ["zhong"]),
            ("中", ["zhong"]),
            ("الاتصالات", ["arabic"]),
            ("شر", ["arabic"]),
            ('"quoted"', ["quoted"]),
            ('"', ["quoted"]),
            ("o'neill", ["quoted"]),
            ("'", ["quoted"]),
            ("neill_co", ["quoted"]),
            ("l_c", ["quoted"]),
            ("50%", ["quoted"]),
            ("\\", ["quoted"]),
            ("ai", ["ai-inc"]),
            ("ai in", ["ai-inc"]),
            ("glo AND cafe", []),
            ('OR NEAR "*', []),
            ("caf*", []),
            ("name:cafe", []),
            ("cafe NOT globex", []),
            ("^cafe", []),
            ("(cafe)", []),
            ("{cafe}", []),
            ("-- ;", []),
        ],
    )
    def test_all_of_them_whatever_they_are(self, found, words: str, slugs: list[str]):
        assert found(words) == slugs

    def test_wildcards_are_letters(self, found):
        assert set(found("%")) == {"cafe", "quoted"}
        assert set(found("_")) == {"cafe", "quoted"}

    def test_a_new_name_is_found_and_the_old_is_not(self, cast: Cast, change, found):
        change(cast.olive, cast.acme, name="Renamed", slug="renamed")
        assert found("renamed") == ["renamed"]
        assert found("corp") == []


class TestIds:
    def test_of_any_kind_as_pasted(self, cast: Cast, found):
        acme = cast.acme
        for text in (
            str(acme.id), f"tenant_{acme.id}", f"scope_{acme.scope_id}", str(acme.scope_id).upper(), f"  {acme.id} ",
            f"TENANT_{str(acme.id).upper()}", acme.id.hex, str(acme.owner_id),
        ):  # fmt: skip
            assert found(text) == ["acme"], text

    def test_one_that_nobody_has(self, found):
        assert found("tenant_00000000-0000-7000-8000-000000000000") == []

    def test_it_finds_only_what_one_may_see(self, cast: Cast):
        result = find(cast.actor(cast.otto), Search(words=str(cast.acme.id)), plans.catalogue())
        assert result.total == 0


class TestFilters:
    @pytest.fixture(autouse=True)
    def _tenants(self, cast: Cast, change):
        make_tenant("Trial", kind="trial", billing_plan="pro", analytics_enabled=False, recording_enabled=False)
        change(cast.ada, cast.acme, billing_plan="enterprise", kind="enterprise", hipaa_enabled=True)
        sip = {"sip_domain": "a.example", "sip_username": "a", "sip_password": "p"}
        change(cast.otto, cast.globex, sip_enabled=True, recording_enabled=False, analytics_enabled=False, **sip)

    def test_any_of_one(self, found):
        assert found(kind=("trial", "enterprise")) == ["acme", "trial"]
        assert found(feature=("sip", "recording")) == ["acme", "globex"]
        assert found(compliance=("hipaa", "pci")) == ["acme"]

    def test_all_of_different_ones(self, found):
        assert found(kind=("trial", "enterprise"), plan=("pro",)) == ["trial"]
        assert found("acme", status=("active",), compliance=("hipaa",)) == ["acme"]
        assert found(status=("suspended",)) == []


class TestPages:
    @pytest.fixture(autouse=True)
    def _many(self, cast: Cast):
        made = [make_tenant(f"Same {number % 3}", slug=f"same-{number}") for number in range(23)]
        month = now().date().replace(day=1)
        with db.engine.connect().execution_options(portal_write=True) as connection, connection.begin():
            standings, old = Standing.__table__, (month - timedelta(days=1)).replace(day=1)
            for number, tenant in enumerate(made):
                values = {"calls": number % 4, "cents": number % 5, "month": old if number == 3 else month}
                connection.execute(standings.update().filter_by(tenant_id=tenant.id).values(values))
                for call in range(number % 3):
                    connection.execute(
                        insert(Call.__table__).values(
                            tenant_id=tenant.id, call_id=f"c{call}", direction="inbound", status="active",
                            started_at=now(), price=0, cents=0,
                        )
                    )  # fmt: skip
        db.session.rollback()

    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("descending", [False, True])
    def test_every_row_once_in_every_order(self, cast: Cast, sort: str, descending: bool):
        actor, catalogue, seen = cast.actor(cast.ada), plans.catalogue(), []
        for offset in range(0, 30, 4):
            search = Search(sort=sort, descending=descending, limit=4, offset=offset)
            result = find(actor, search, catalogue)
            assert result.total == 25
            seen += result.lines
        assert len(seen) == len({line.id for line in seen}) == 25
        key = {"name": lambda line: line.name.casefold(), "plan": lambda line: line.plan_label,
               "cost": lambda line: line.cents, "created": lambda line: line.created_at}.get(
                   sort, lambda line: getattr(line, sort))  # fmt: skip
        assert [key(line) for line in seen] == sorted((key(line) for line in seen), reverse=descending)

    def test_last_month_counts_as_nothing(self, cast: Cast):
        (line,) = find(cast.actor(cast.ada), Search(words="same-3"), plans.catalogue()).lines
        assert (line.calls, line.cents) == (0, 0)
