"""Which of several words with one stem is meant."""

import pytest

from landbridge.search.concepts import annotator
from landbridge.search.wordforms import closeness, meant


@pytest.mark.parametrize(
    ("written", "label", "language", "expected"),
    [
        ("sol", "sol", "es", 0),
        ("soles", "sol", "es", 1),
        ("plants", "plant", "en", 1),
        ("policies", "policy", "en", 1),
        ("restored", "restore", "en", 2),
        ("использует", "использовать", "ru", 3),
        ("лесов", "лес", "ru", 2),
        ("orden", "ordenador", "es", 3),
        ("المدينه", "مدينه", "ar", 0),
        ("مدينه", "مدين", "ar", 2),
        ("eau", "EAU", "fr", 4),
    ],
)
def test_closeness(written: str, label: str, language: str, expected: int) -> None:
    assert closeness(written, label, language) == expected


def test_the_nearest_label_is_meant_and_a_stranger_only_where_nothing_else_is_known() -> None:
    labels = (("sol", ("sun",)), ("solo", ("alone",)), ("solar", ("solar",)))
    assert meant("solo", labels, "es", 5) == ("alone",)
    assert meant("soles", labels, "es", 5) == ("sun",)
    assert meant("ordena", (("ordenador", ("computer",)),), "es", 5) == ("computer",)


@pytest.mark.parametrize(
    ("text", "language", "not_meant"),
    [
        ("Nous manquons d'eau au village", "fr", "countries:ARE"),
        ("a map of the sea", "en", "species:medicinal-plants"),
        ("un caso de estudio", "es", "lexicon:house"),
        ("las plantas y los árboles", "es", "technologies:fish-aggregating-device"),
        ("une mer et un sol", "fr", "lexicon:parent"),
    ],
)
def test_words_of_one_stem_are_told_apart_in_texts(text: str, language: str, not_meant: str) -> None:
    assert not_meant not in annotator().counts(text, language)


def test_an_acronym_is_found_where_nothing_else_is_written_so() -> None:
    assert "countries:ARE" in annotator().counts("Les Émirats arabes unis", "fr")
    assert "technologies:geographic-information-system" in annotator().counts("GIS for park wardens", "en")
