"""What is sent compressed, to whom, and what never is."""

from __future__ import annotations

import gzip

import brotli
import pytest

from tests.cast import Cast
from tests.client import Visitor


@pytest.mark.parametrize(("accepted", "unpack"), [("gzip", gzip.decompress), ("br, gzip", brotli.decompress)])
def test_a_page_comes_smaller_and_says_the_same(cast: Cast, client: Visitor, accepted: str, unpack):
    client.sign_in("ada")
    plain = client.client.get("/tenants")
    packed = client.client.get("/tenants", headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == accepted.split(",")[0]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Cookie" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert b"Acme Corp" in unpack(packed.data)


@pytest.mark.parametrize("file", ["css/base.css", "js/forms.js", "vendor/htmx.js"])
def test_so_do_files_and_they_are_kept_as_before(client: Visitor, file: str):
    packed = client.client.get(f"/static/{file}?v=1", headers={"Accept-Encoding": "gzip"})
    plain = client.client.get(f"/static/{file}?v=1")
    assert gzip.decompress(packed.data) == plain.data
    assert "immutable" in packed.headers["Cache-Control"]
    packed.close()
    plain.close()


def test_who_cannot_read_it_is_given_plain_text(cast: Cast, client: Visitor):
    assert "Content-Encoding" not in client.client.get("/login").headers
    assert "Content-Encoding" not in client.client.get("/login", headers={"Accept-Encoding": "identity"}).headers


def test_the_api_answers_as_it_is(cast: Cast, client: Visitor):
    token = client.token("ada")
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    answer = client.client.get(f"/api/v1/tenants/{cast.acme.id}", headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["ETag"] == client.api("GET", f"/tenants/{cast.acme.id}", token).headers["ETag"]
