"""Text of any writing within sentences of ours."""

from __future__ import annotations

import pytest

from portal.foundation.writing import isolated


@pytest.mark.parametrize("name", ["Acme Corp", "Łódź & Sons 7", "上海云桥", "🍕"])
def test_what_turns_nothing_stays_as_it_is(name: str) -> None:
    assert isolated(name) == name


@pytest.mark.parametrize("name", ["שלום", "Acme شركة", "abc\u202egnp.exe"])
def test_what_turns_stands_apart(name: str) -> None:
    assert isolated(name) == f"\u2068{name}\u2069"


def test_no_sign_within_ends_it_too_early_or_too_late() -> None:
    assert isolated("a\u2069\u202eb") == "\u2068a\u202eb\u2069"
    assert isolated("a\u2067b") == "\u2068a\u2067b\u2069\u2069"
