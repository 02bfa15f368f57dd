"""The page of components: in the demonstration and nowhere else, with every component there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.styleguide.components import GROUPS
from tests.cast import Cast
from tests.client import Visitor

COMPONENTS = sorted(path.stem for path in (Path(__file__).parents[2] / "templates" / "ui").glob("*.html"))
"""What is in the folder, whether or not anybody has put it on show."""


@pytest.fixture
def demonstration(another_portal: Callable[..., Flask]) -> Visitor:
    """A browser at a portal in demonstration mode."""
    return Visitor(another_portal(demonstration=True))


def test_every_component_of_the_folder_is_on_show_once() -> None:
    assert sorted(each.name for group in GROUPS.values() for each in group) == COMPONENTS


def test_each_stands_there_with_its_states_and_what_it_is_for(app: Flask, demonstration: Visitor) -> None:
    page = demonstration.visit("/styleguide")
    for each in (each for group in GROUPS.values() for each in group):
        part = page.one(f"#ui-{each.name}")
        assert each.sentence in part.text
        assert part.select_one(".guide-states > *"), f"nothing of {each.name} is shown"
        page.one(f".guide-nav a[href='#ui-{each.name}']")


def test_the_faults_on_show_are_those_that_forms_find(app: Flask, demonstration: Visitor) -> None:
    page = demonstration.visit("/styleguide")
    assert "Name is needed." in page
    assert "Concurrent calls: from 1 to 1,000; 1,200 is too many." in page
    assert "There is a problem with 1 field" in page


def test_a_button_there_answers_and_does_nothing(app: Flask, demonstration: Visitor) -> None:
    token = demonstration.visit("/styleguide").one("#ui-messages [name=csrf_token]")["value"]
    answer = demonstration.post("/styleguide", data={"csrf_token": token, "tone": "undo"})
    assert answer.status == 303
    undo = demonstration.visit("/styleguide").one("#messages form")
    assert undo["action"] == "/styleguide"
    assert demonstration.post("/styleguide", data={"csrf_token": token, "tone": "nothing known"}).status == 303
    assert "nothing was done" in demonstration.visit("/styleguide")


def test_outside_the_demonstration_it_is_not_found(client: Visitor, cast: Cast) -> None:
    client.sign_in("ada")
    page = client.visit("/styleguide", status=404)
    assert not page.soup.select("a[href^='/styleguide']")


def test_the_demonstrations_own_pages_lead_there(app: Flask, cast: Cast, demonstration: Visitor) -> None:
    demonstration.sign_in("ada")
    demonstration.visit("/tenants").one(".demonstration a[href='/styleguide']")
