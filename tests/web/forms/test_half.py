"""A form of which a broken line brought the first half only, without a script: what it sends takes nothing away."""

from typing import Any

import pytest
from django.test import Client

from landbridge.registry.models import WorkingCopy
from tests.web.forms.samples import controls
from tests.web.reading import read_page, words

FULL = {"title.en": "Reef", "summary.en": "Counting fish with three villages.", "places": ["FJI", "WSM"],
        "themes": ["", "marine-coastal"]}  # fmt: skip


@pytest.fixture
def address(losa: Client, start: Any, fill: Any) -> Any:
    begun = start(losa)
    fill(losa, f"{begun}?all=1", **FULL)
    return begun


def send(losa: Client, address: str, last: str, **typed: Any) -> Any:
    """The form as far as a control, which is the last one that came, with what was typed into it."""
    sent = controls(read_page(losa.get(f"{address}?all=1")))
    names = list(sent)
    half = {name: sent[name] for name in names[: names.index(last) + 1]} | typed
    assert "_end" in sent and "_end" not in half
    return losa.post(address, half | {"_do": "save"})


def answers() -> Any:
    return WorkingCopy.objects.get().answers


def test_what_did_not_come_is_not_taken_away(losa: Client, address: str) -> None:
    """Of the two places the form had one; of the summary the first words."""
    before = answers()
    assert send(losa, address, "places", places=["", "FJI"]).status_code == 302
    assert send(losa, address, "summary.en", **{"summary.en": "Counting fish"}).status_code == 302
    assert answers() == before


def test_what_was_typed_before_the_last_question_is_kept(losa: Client, address: str) -> None:
    assert send(losa, address, "places", places=[""], **{"title.en": "Another"}).status_code == 302
    assert (answers()["title"]["en"], answers()["places"]) == ("Another", ["FJI", "WSM"])


def test_what_was_typed_into_the_last_question_is_put_beside_what_is_kept(losa: Client, address: str) -> None:
    answer = send(losa, address, "summary.en", **{"summary.en": "Quite another summary", "title.en": "Another"})
    page = words(read_page(answer, 409))
    assert "Quite another summary" in page and "Counting fish with three villages." in page
    assert (answers()["title"]["en"], answers()["summary"]["en"]) == ("Another", FULL["summary.en"])


def test_into_an_empty_one_it_is_simply_typed(losa: Client, start: Any) -> None:
    address = start(losa)
    assert send(losa, address, "summary.en", **{"summary.en": "The first words"}).status_code == 302
    assert answers()["summary"]["en"] == "The first words"


def test_a_whole_form_still_takes_away(losa: Client, address: str, fill: Any) -> None:
    fill(losa, f"{address}?all=1", places=[""])
    assert answers().get("places") in (None, [])
