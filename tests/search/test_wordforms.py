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
        ("We cannot pay for fences", "en", "threats:linear-infrastructure"),
        ("at what cost", "en", "topics:budget"),
        ("the soil washes away", "en", "technologies:soil-remediation"),
        ("a part of the field", "en", "topics:party"),
        ("plants and trees, water. Harvesting", "en", "technologies:tree-planting"),
        ("plants and trees, water. Harvesting", "en", "technologies:rainwater-harvesting"),
        ("el proyecto sigue", "es", "technologies:geographic-information-system"),
        ("los niños de la aldea", "es", "threats:el-nino"),
        ("Une réunion des petits pêcheurs", "fr", "countries:REU"),
        ("Nous avons maintenant besoin d’aide", "fr", "topics:equipment-maintenance"),
        ("طرق جديدة", "ar", "threats:linear-infrastructure"),
        ("не хватает денег", "ru", "species:human-diseases"),
        ("采取水土保持措施", "zh", "threats:water-abstraction"),
    ],
)
def test_words_of_one_stem_are_told_apart_in_texts(text: str, language: str, not_meant: str) -> None:
    assert not_meant not in annotator().counts(text, language)


def test_an_acronym_is_found_where_nothing_else_is_written_so() -> None:
    assert "countries:ARE" in annotator().counts("Les Émirats arabes unis", "fr")
    assert "technologies:geographic-information-system" in annotator().counts("GIS for park wardens", "en")


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("The soil washes away with each storm", "en", "threats:soil-erosion"),
        ("un SIG para el parque", "es", "lexicon:gis"),
        ("formation à distance", "fr", "technologies:e-learning"),
        ("reboisement à La Réunion", "fr", "countries:REU"),
        ("la mise en œuvre du plan", "fr", "lexicon:implement"),
        ("وصول", "ar", "lexicon:access"),
        ("الوصول", "ar", "lexicon:access"),
        ("access and benefit-sharing", "en", "technologies:access-benefit-sharing"),
    ],
)
def test_what_is_said_is_understood(text: str, language: str, meant: str) -> None:
    assert meant in annotator().counts(text, language)


def test_an_empty_word_takes_the_place_of_a_subject_that_shares_its_stem() -> None:
    assert annotator().counts("maintenant", "fr") == {}
    assert "topics:equipment-maintenance" in annotator().counts("la maintenance du matériel", "fr")
