"""A page of a table and its addresses: every filter, sort and page is in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request


@dataclass(frozen=True)
class Listing:
    """One page of rows, with the addresses of the others. Reads the running request's address."""

    rows: Any
    total: int
    limit: int
    offset: int
    sort_key: str = ""
    descending: bool = False
    default_sort: str = ""

    @property
    def first(self) -> int:
        """The number of the first row here, from 1."""
        return self.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row here."""
        return self.offset + len(self.rows)

    @property
    def previous_url(self) -> str | None:
        """Where the page before is; None on the first."""
        return self.url(offset=max(0, self.offset - self.limit) or None) if self.offset else None

    @property
    def next_url(self) -> str | None:
        """Where the next page is; None on the last."""
        return self.url(offset=self.offset + self.limit) if self.last < self.total else None

    def url(self, **changes: Any) -> str:
        """Give this page's address with some arguments changed; None takes one out."""
        return self.url_at(request.path, **changes)

    def url_at(self, path: str, **changes: Any) -> str:
        """Give another path of ours with the same arguments, some of them changed."""
        return _joined(path, {**self._given, **changes})

    @cached_property
    def _given(self) -> dict[str, list[str]]:
        return _arguments()

    def sort_url(self, key: str) -> str:
        """Give the address that sorts by a column, the other way round where it is sorted by already."""
        down = key == self.sort_key and not self.descending
        return self.url(sort=f"-{key}" if down else key, offset=None)

    def without(self, name: str, value: str | None = None) -> str:
        """Give the address with a filter taken out, or one value of it."""
        left = [each for each in request.args.getlist(name) if value is not None and each != value]
        return self.url(**{name: left or None}, offset=None)


def with_arguments(path: str) -> str:
    """Give a path of ours with the arguments of the running request's address.

    They are only ever arguments: names that mean something to `url_for` or to a function of ours do not.
    """
    return _joined(path, _arguments())


def _arguments() -> dict[str, list[str]]:
    return {name: [value for value in values if value] for name, values in request.args.lists()}


def _joined(path: str, arguments: Mapping[str, Any]) -> str:
    query = urlencode({name: value for name, value in arguments.items() if value not in (None, "", [])}, doseq=True)
    return f"{path}?{query}" if query else path
