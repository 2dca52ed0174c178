"""What counts as alike: without a database, with real traps."""

from typing import Any

import pytest

from landbridge.exchange.likeness import scoring, traits


def compared(one: dict[str, Any], other: dict[str, Any], format: str = "resource") -> float:
    first, second = traits.facts(format, one), traits.facts(format, other)
    assert traits.keys(format, first) & traits.keys(format, second) or scoring.score(first, second)[0] < scoring.ENOUGH
    return scoring.score(first, second)[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": {"en": "Reef restoration: a field guide"}}, {"title": {"en": "A FIELD GUIDE – Reef Restoration"}}),
        ({"title": {"fr": "Guide de l'érosion côtière"}}, {"title": {"fr": "Guide de l’erosion cotiere"}}),
        ({"title": {"zh": "珊瑚礁恢复实用指南手册"}, "places": ["FJI"], "year": 2021},
         {"title": {"zh": "珊瑚礁恢复实用指南"}, "places": ["FJI"], "year": 2021}),
        ({"title": {"ar": "دليل استعادة الشعاب المرجانية"}}, {"title": {"ar": "دليل إستعادة الشعاب المرجانيّة"}}),
        ({"title": {"en": "Coral"}, "identifier": "doi:10.1234/ABC.5"},
         {"title": {"fr": "Coraux"}, "links": [{"url": "https://doi.org/10.1234/abc.5"}]}),
        ({"title": {"en": "Coral"}, "identifier": "ISBN 978-0-306-40615-7"},
         {"title": {"ru": "Кораллы"}, "identifier": "0306406152"}),
        ({"title": {"en": "Mangrove nurseries step by step"}, "places": ["FJI"], "publishers": [{"name": "SPC"}]},
         {"title": {"en": "Mangrove nursreies step by step"}, "places": ["FJI"], "publishers": [{"name": "spc"}]}),
    ],
)  # fmt: skip
def test_the_same_thing_in_other_words_is_found(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert compared(one, other) >= scoring.ENOUGH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": {"en": "Annual report 2021"}}, {"title": {"en": "Annual report 2022"}}),
        ({"title": {"en": "Coastal programme, phase II"}}, {"title": {"en": "Coastal programme, phase III"}}),
        ({"title": {"en": "Mangrove guide for Kenya"}, "places": ["KEN"]},
         {"title": {"en": "Mangrove guide for Fiji"}, "places": ["FJI"]}),
        ({"title": {"en": "National strategy"}, "places": ["KEN"]},
         {"title": {"en": "National strategy"}, "places": ["FJI"]}),
        ({"title": {"en": "Field guide"}, "identifier": "10.1234/a"},
         {"title": {"en": "Field guide"}, "identifier": "10.1234/b"}),
        ({"title": {"en": "Coral"}, "links": [{"url": "https://example.org/"}]},
         {"title": {"en": "Fish"}, "links": [{"url": "https://example.org"}]}),
        ({"title": {"en": "Coral"}, "contacts": [{"email": "info@example.org"}]},
         {"title": {"en": "Fish"}, "contacts": [{"email": "info@example.org"}]}),
    ],
)  # fmt: skip
def test_series_and_namesakes_are_left_alone(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert compared(one, other) < scoring.ENOUGH


def test_addresses_are_compared_by_what_they_lead_to() -> None:
    assert traits.address("HTTP://www.Example.org/a/index.html?utm_source=x") == "example.org/a"
    assert traits.address("https://example.org/a/") == "example.org/a"
    assert traits.address("https://example.org/?id=2&b=1") == "example.org?b=1&id=2"
    for hostile in ("https://[::1", "javascript:alert(1)", "https://", "x" * 5000, "https://doi.org/10.1/x"):
        assert traits.address(hostile) == ""


def test_hostile_answers_are_read_without_harm() -> None:
    hostile = {
        "title": {"en": "\u202e" * 300, "zh": "\x00", "xx-": " "}, "links": [None, {"url": 3}],
        "identifier": "10.1234/" + "a" * 5000, "publishers": ["x", {"name": None}],
    }  # fmt: skip
    told = traits.facts("resource", hostile)
    assert traits.keys("resource", told) is not None
    assert len(told["ids"][0]) < 300
