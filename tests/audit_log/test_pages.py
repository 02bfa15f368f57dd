"""The pages of the trail, as people of each kind open them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal.foundation.audit import Event
from portal.tenants import actions as tenants
from portal.tenants.drafts import TenantChange
from tests.audit_log.record import record
from tests.audit_log.test_trail import keep, of
from tests.cast import Cast
from tests.client import Visitor

ACME = "/tenants/acme/activity"


def change(cast: Cast, who: str = "olive", **fields: object) -> None:
    tenants.change_tenant(cast.actor(getattr(cast, who)), cast.acme, TenantChange.read(fields))


def test_a_viewer_reads_what_happened_and_who_did_it(client: Visitor, cast: Cast) -> None:
    change(cast, max_concurrent_calls=20)
    change(cast, max_concurrent_calls=15)
    page = client.sign_in("vera").visit(ACME)
    assert "The owner olive lowered concurrent calls from 20 to 15" in page
    assert "Today" in page
    assert page.one("h1").get_text().startswith("Activity")
    assert "from 20 → to 15" in page
    assert "just now" in page


def test_a_member_of_one_tenant_finds_no_other(client: Visitor, cast: Cast) -> None:
    client.sign_in("olive")
    assert client.get("/tenants/globex/activity").status == 404
    assert client.get("/tenants/nothing-here/activity").status == 404
    assert client.get("/activity").status == 403
    assert "Globex" not in client.visit(ACME)


def test_support_sees_all_of_it_with_addresses_and_the_way_to_each_tenant(client: Visitor, cast: Cast) -> None:
    change(cast, retention_days=30)
    tenants.delete_tenant(cast.actor(cast.ada), cast.globex, "globex")
    page = client.sign_in("sam").visit("/activity")
    assert page.one("h1").get_text() == "Activity"
    assert "192.0.2.1" in page
    assert "Globex , deleted since" in page
    assert page.soup.select(f'li a[href="{ACME}"]')
    assert "192.0.2.1" not in Visitor(client.app).sign_in("olive").visit(ACME)


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Visitor, cast: Cast) -> None:
    for path in ("/activity", ACME):
        assert client.get(path).status in {302, 303}


def test_names_and_reasons_are_never_html(client: Visitor, cast: Cast) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    change(cast, "ada", name=hostile, meta_data={hostile: hostile}, max_concurrent_calls=900, override_reason=hostile)
    keep(record(tenant_id=cast.acme.id, tenant_name=hostile, actor_name=hostile, event=hostile[:40],
                subject_label=hostile, changes={hostile: [1, hostile], "{}": 1}, actor_standing="<i>"))  # fmt: skip
    for path in ("/activity", ACME):
        page = client.sign_in("ada").visit(path)
        assert not page.soup.select("main img, main script, main b, main i")
        assert hostile in page.soup.get_text()
        client = Visitor(client.app)


def test_secrets_are_said_to_have_changed_and_no_more(client: Visitor, cast: Cast) -> None:
    change(cast, sip_domain="sip.example.com", sip_username="acme", sip_password="hush-hush-hush", sip_enabled=True)
    page = client.sign_in("olive").visit(ACME)
    assert "SIP password changed; what it is stays secret" in page
    assert "hush" not in page.text


def test_filters_are_in_the_address_and_can_be_taken_off(client: Visitor, cast: Cast) -> None:
    change(cast, retention_days=30)
    change(cast, "ada", retention_days=40)
    page = client.sign_in("sam").visit(f"{ACME}?person=OLIVE&event=tenant.updated&event=member.added&from=2020-01-01")
    assert [each.get_text() for each in page.soup.select("ol.events strong")] == ["The owner"]
    tags = [each.get_text(" ", strip=True) for each in page.soup.select(".filter-tag")]
    assert tags == [f"Remove filter: {words}" for words in
                    ("By OLIVE", "Settings changed", "Member added or role changed", "From 1 Jan 2020")]  # fmt: skip
    assert page.one("#person")["value"] == "OLIVE"
    assert page.one("#from")["value"] == "2020-01-01"
    assert page.soup.select('input[value="tenant.updated"][checked]')
    without = client.visit(page.soup.select(".filter-tag")[0]["href"])
    assert len(without.soup.select("ol.events > li")) > 1


def test_the_name_of_a_person_leads_to_what_they_did(client: Visitor, cast: Cast) -> None:
    change(cast, retention_days=30)
    page = client.sign_in("sam").visit(ACME)
    link = next(each for each in page.soup.select("ol.events a") if each.get_text() == "olive")
    assert "By olive" in client.visit(link["href"])


WRONG = [
    ("from=31.1.2026", "from", "is a day, like 2026-05-31"),
    ("from=2026-02-30", "from", "is a day, like 2026-05-31"),
    ("to=٢٠٢٦-٠١-٠١", "to", "is a day, like 2026-05-31"),
    ("to=20260101", "to", "is a day, like 2026-05-31"),
    ("from=2026-05-02&to=2026-05-01", "to", "is the same day as “From”, or a later one"),
    ("limit=0", "limit", "Entries a page: from 1 to 200; 0 is too few."),
    ("limit=201", "limit", "Entries a page: from 1 to 200; 201 is too many."),
    ("limit=٥٠", "limit", "whole number in digits"),
    ("limit=1e3", "limit", "whole number in digits"),
    ("offset=-1", "offset", "Entries to skip: from 0 to 10,000,000; -1 is too few."),
    ("offset=99999999999999999999999999", "offset", "is too many"),
    ("offset=" + "9" * 3000, "offset", "whole number in digits"),
    ("person=a%00b", "person", "no control characters"),
    ("person=" + "x" * 256, "person", "1 to 255 characters"),
]


def test_what_cannot_be_is_said_at_its_field_and_stays_as_typed(client: Visitor, cast: Cast) -> None:
    client.sign_in("vera")
    for query, field, words in WRONG:
        page = client.get(f"{ACME}?{query}")
        assert page.status == 422, query
        assert words in page.one(f"#{field}-error").get_text()
        assert page.one(f"#{field}")["aria-describedby"] == f"{field}-error"
        assert page.one(f"#{field}")["aria-invalid"] == "true"
        assert page.one(f"#{field}")["value"] == query.split("=")[-1].replace("%00", "\ufffd")
        assert len(page.soup.select("[autofocus]")) == 1
        assert page.soup.select("ol.events > li")


def test_an_event_that_is_none_is_said_to_be(client: Visitor, cast: Cast) -> None:
    page = client.sign_in("sam").get("/activity?event=tenant.exploded&event=tenant.created")
    assert page.status == 422
    assert "Choose from the list" in page
    assert page.soup.select('input[value="tenant.created"][checked]')


STRANGE = ("from=&to=&person=&event=&limit=&offset=", "from=0001-01-01&to=9999-12-31", "person=%F0%9F%A6%84",
           "person=%ED%A0%80", "person=a%27%20OR%201=1", "unknown=1", "offset=10000000", "person=x%40example.com",
           "from=9999-12-31", "limit=1&_anchor=x&_scheme=x&_method=x&_external=1&endpoint=x&slug=globex")  # fmt: skip


def test_nothing_that_can_be_asked_breaks_the_page(client: Visitor, cast: Cast) -> None:
    client.sign_in("vera")
    for query in STRANGE:
        client.visit(f"{ACME}?{query}")


def test_pages_follow_each_other_and_keep_the_filters(client: Visitor, cast: Cast) -> None:
    start = datetime(2020, 5, 12, 12, tzinfo=UTC)
    keep(*(of(cast.acme, start + timedelta(minutes=number), note=f"number {number}") for number in range(7)))
    client.sign_in("vera")
    page, seen = client.visit(f"{ACME}?to=2020-05-12&limit=3"), []
    while True:
        seen += [each.get_text(strip=True) for each in page.soup.select(".event-more > p")]
        following = page.soup.select("#page-next[href]")
        if not following:
            break
        page = client.visit(following[0]["href"])
    assert seen == [f"“number {number}”" for number in reversed(range(7))]
    assert "7–7 of 7" in page
    assert page.one("input[name=limit]")["value"] == "3"


def test_htmx_gets_the_list_alone_and_everybody_else_the_page(client: Visitor, cast: Cast) -> None:
    client.sign_in("sam")
    for path in ("/activity", ACME):
        fragment = client.fragment(f"{path}?person=olive", "activity-list")
        assert fragment.text.strip().startswith('<div id="activity-list"')
        assert "<html" not in fragment.text
        wrong = client.fragment(f"{path}?from=x", "activity-list")
        assert (wrong.status, len(wrong.soup.select("#from-error"))) == (422, 1)


def test_an_empty_trail_says_what_to_do_next(client: Visitor, cast: Cast) -> None:
    client.sign_in("olive")
    none_match = client.visit(f"{ACME}?person=nobody.here&event={Event.TENANT_DELETED}")
    assert "Nothing matches" in none_match
    assert none_match.soup.select(f'.empty a[href="{ACME}"]')
    assert "Remove “Tenant deleted”" in none_match
    past_the_end = client.visit(f"{ACME}?offset=5000")
    assert "Nothing on this page" in past_the_end
    assert past_the_end.soup.select(f'.empty a[href="{ACME}"]')
