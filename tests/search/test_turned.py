"""What is asked in a sentence is found under labels that name the thing first."""

import pytest

from landbridge.search.understand import read


def named(text: str, language: str) -> set[str]:
    return {key for one in read(text, language).longest() for key in one.keys}


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("We want to restore mangroves on our coast", "en", "actions:mangrove-restoration"),
        ("How can we plan the use of our land? Plan land use!", "en", "topics:land-use-planning"),
        ("我们想恢复红树林", "zh", "actions:mangrove-restoration"),
        ("怎样收集雨水", "zh", "technologies:rainwater-harvesting"),
    ],
)
def test_a_deed_before_its_thing_is_understood(text: str, language: str, key: str) -> None:
    assert key in named(text, language)


@pytest.mark.parametrize(("text", "language"), [("plant medicinal", "en"), ("trap light", "en")])
def test_a_thing_whose_name_looks_like_a_verb_is_not_turned_round(text: str, language: str) -> None:
    words = read(text, language).longest()
    assert all(one.first == one.last for one in words)


def test_what_was_turned_round_never_takes_the_place_of_a_label() -> None:
    assert "lexicon:seed" in named("seed", "en")
    assert named("public participation", "en") == named("Public participation", "en")
    assert "topics:conference-of-parties" not in named("会议", "zh")
