"""Tables' addresses, and figures as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from portal.foundation.clock import now
from portal.web import words
from portal.web.listing import Listing


@pytest.fixture
def asked(app: Flask) -> Iterator[None]:
    """The table of tenants, filtered, sorted, on its second page."""
    with app.test_request_context("/tenants?q=a%26b&status=active&status=suspended&sort=-name&offset=50&empty="):
        yield


def table(**changes: object) -> Listing:
    given = {"rows": list(range(50)), "total": 120, "limit": 50, "offset": 50, "sort_key": "name", "descending": True}
    return Listing(**{**given, **changes})  # type: ignore[arg-type]


def test_it_says_which_rows_it_shows(asked: None) -> None:
    assert (table().first, table().last) == (51, 100)
    assert (table(rows=[], total=0, offset=0).first, table(rows=[], total=0, offset=0).last) == (0, 0)


def test_its_neighbours_keep_filter_and_sort(asked: None) -> None:
    kept = "q=a%26b&status=active&status=suspended&sort=-name"
    assert table().next_url == f"/tenants?{kept}&offset=100"
    assert table().previous_url == f"/tenants?{kept}"


def test_the_first_page_has_none_before_and_the_last_none_after(asked: None) -> None:
    assert table(offset=0).previous_url is None
    assert table(offset=100, rows=list(range(20))).next_url is None
    assert table(offset=0, rows=list(range(50)), total=50).next_url is None


def test_a_column_sorts_up_then_down_from_the_first_page_on(asked: None) -> None:
    assert "sort=name" in table().sort_url("name")
    assert "sort=-name" in table(descending=False).sort_url("name")
    assert "sort=created" in table().sort_url("created")
    assert "offset" not in table().sort_url("created")


def test_a_filter_is_taken_off_alone_or_by_one_value(asked: None) -> None:
    assert table().without("status", "active") == "/tenants?q=a%26b&status=suspended&sort=-name"
    assert table().without("status") == "/tenants?q=a%26b&sort=-name"
    assert "q=" not in table().without("q")


def test_an_argument_with_an_odd_name_breaks_no_address(app: Flask) -> None:
    with app.test_request_context(
        "/tenants?_external=1&_scheme=javascript&_anchor=x&_host=evil&endpoint=x&_method=POST"
    ):
        for address in (table().next_url, table().sort_url("name"), table().without("q")):
            assert str(address).startswith("/tenants?")


@pytest.mark.parametrize(("value", "said"), [(None, "–"), (0, "0"), (1234567, "1,234,567")])
def test_numbers(value: int | None, said: str) -> None:
    assert words.number(value) == said


@pytest.mark.parametrize(("value", "said"), [
    (0, "0"), (999, "999"), (9_999, "9,999"), (10_000, "10k"), (12_345, "12.3k"), (999_949, "999.9k"),
    (999_999, "1M"), (1_000_000, "1M"), (1_250_000, "1.2M"), (2_000_000_000, "2B")])  # fmt: skip
def test_short_numbers(value: int, said: str) -> None:
    assert words.short_number(value) == said


@pytest.mark.parametrize(("cents", "said"), [(None, "–"), (0, "$0.00"), (5, "$0.05"), (123456, "$1,234.56"),
                                         (2**53 - 1, "$90,071,992,547,409.91")])  # fmt: skip
def test_money(cents: int | None, said: str) -> None:
    assert words.money(cents) == said


@pytest.mark.parametrize(("passed", "said"), [
    (timedelta(seconds=5), "just now"), (timedelta(minutes=3), "3 minutes ago"), (timedelta(hours=1), "1 hour ago"),
    (timedelta(days=2, minutes=1), "2 days ago"), (-timedelta(days=3, minutes=1), "in 3 days")])  # fmt: skip
def test_how_long_ago(passed: timedelta, said: str) -> None:
    assert words.ago(now() - passed) == said


def test_days_and_moments() -> None:
    late = datetime(2026, 5, 3, 23, 30, 1, tzinfo=UTC)
    assert (words.day(late), words.day(date(2026, 12, 31)), words.day(None)) == ("3 May 2026", "31 Dec 2026", "")
    assert words.exact(late) == "3 May 2026, 23:30:01 UTC"
    assert words.isotime(late) == "2026-05-03T23:30:01Z"
    assert (words.ago(None), words.percent(None), words.percent(99.6)) == ("never", "–", "100 %")
