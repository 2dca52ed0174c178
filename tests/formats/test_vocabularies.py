"""The vocabularies: complete, in six languages, and right where others have published the same facts."""

import csv
import json
import pickle
import re

import pytest

from landbridge.formats import vocabulary as vocabularies
from landbridge.formats.vocabulary import (
    Labels,
    VocabularyError,
    ancestors,
    find,
    fold,
    lexicon,
    names,
    read,
    vocabulary,
)
from landbridge.lib.languages import LANGUAGES
from tests.support import shared

THESAURUS = ("ecosystems", "species", "threats", "actions", "technologies", "topics", "themes")
SCRIPTS = {"ar": r"[\u0600-\u06ff]", "ru": r"[\u0400-\u04ff]", "zh": r"[\u3400-\u9fff]"}
OFFICIAL = {"countries", "regions", "languages", "currencies", "licences", "tk_labels"}


@pytest.mark.parametrize("name", names())
def test_every_concept_has_a_label_in_six_languages(name: str) -> None:
    missing = [(term.id, tag) for term in vocabulary(name) for tag in LANGUAGES if not term.labels.get(tag)]
    assert missing == []


def test_labels_say_what_is_there_and_what_is_not() -> None:
    labels = Labels(["", "weir|barrage", "presa", "", "", "堰"])
    assert dict(labels) == {"en": ("weir", "barrage"), "es": ("presa",), "zh": ("堰",)}
    assert len(labels) == 3
    assert labels.get("fr") is None
    assert labels.get("sw") is None
    assert labels == pickle.loads(pickle.dumps(labels))


@pytest.mark.requirement("IAC-C.4")
def test_the_thesaurus_has_at_least_a_thousand_concepts_with_two_labels_a_language() -> None:
    terms = [term for name in THESAURUS for term in vocabulary(name)]
    assert len(terms) >= 1000
    labels = sum(len(term.labels[tag]) for term in terms for tag in LANGUAGES)
    assert labels / (len(terms) * len(LANGUAGES)) >= 2


def test_the_lexicon_has_at_least_two_thousand_words_in_six_languages() -> None:
    terms = [term for part in lexicon() for term in part]
    assert len(terms) >= 2000
    assert [term.id for term in terms if set(term.labels) != set(LANGUAGES)] == []


def test_senses_of_one_id_in_two_parts_of_the_lexicon_mean_the_same() -> None:
    seen: dict[str, dict[str, tuple[str, ...]]] = {}
    for part in lexicon():
        for term in part:
            labels = seen.setdefault(term.id, dict(term.labels))
            alike = [tag for tag in LANGUAGES if set(map(fold, labels[tag])) & set(map(fold, term.labels[tag]))]
            assert len(alike) >= 4, (term.id, part.title["en"])


_CODES = {"licences", "currencies", "languages", "tk_labels", "trl"}
"""Codes and proper names keep their script."""


@pytest.mark.parametrize("name", [name for name in names() if name not in _CODES])
def test_labels_are_in_the_script_of_their_language(name: str) -> None:
    wrong = [
        (term.id, tag, term.labels[tag][0])
        for term in vocabulary(name)
        for tag, script in SCRIPTS.items()
        if not re.search(script, term.labels[tag][0])
    ]
    assert wrong == []


def _known(key: str) -> bool:
    return find(key) is not None


@pytest.mark.parametrize("name", names())
def test_relations_lead_to_concepts_without_circles(name: str) -> None:
    for term in vocabulary(name):
        assert [key for key in term.broader if not _known(key)] == [], term.key
        assert [key for key in term.related if not _known(key)] == [], term.key
        assert term.key not in [above.key for above in ancestors(term)], term.key


@pytest.mark.parametrize("name", names())
def test_no_two_concepts_of_a_vocabulary_share_a_preferred_label(name: str) -> None:
    for tag in LANGUAGES:
        seen: dict[str, str] = {}
        for term in vocabulary(name):
            label = fold(term.labels[tag][0])
            assert seen.setdefault(label, term.id) == term.id, (tag, label)


def test_countries_have_the_codes_and_names_that_the_united_nations_publish() -> None:
    path = shared("countries-m49", "data", "country-codes.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["ISO3166-1-Alpha-3"]: row for row in csv.DictReader(file) if row["ISO3166-1-Alpha-3"]}
    ours = {term.id: term for term in vocabulary("countries") if term.id != "EUU"}
    assert set(rows) - set(ours) == set()
    wrong = [code for code, row in rows.items() if ours[code].extra.get("iso2") != row["ISO3166-1-Alpha-2"]]
    assert wrong == []
    same = sum(fold(row["UNTERM English Short"] or row["official_name_en"]) != "" for row in rows.values())
    assert same >= 240
    english = [code for code, row in rows.items() if row["official_name_en"]]
    equal = [code for code in english if fold(rows[code]["official_name_en"]) in map(fold, ours[code].labels["en"])]
    assert len(equal) >= 0.97 * len(english), sorted(set(english) - set(equal))


def test_there_are_196_parties() -> None:
    parties = [term.id for term in vocabulary("countries") if term.extra.get("cbd") == "party"]
    assert len(parties) == 196
    assert "USA" not in parties
    assert "EUU" in parties


def test_targets_have_the_persistent_addresses() -> None:
    text = shared("kmgbf", "ontology", "data", "targets.ttl").read_text(encoding="utf-8")
    theirs = {
        f"http://metadata.cbd.int/kmgbf/{name}" for name in re.findall(r"^kmgbf:(target_\d+) a ", text, re.MULTILINE)
    }
    ours = {term.uri for term in vocabulary("targets") if term.id.startswith("target-")}
    assert ours == theirs
    assert len(ours) == 23


def test_every_target_is_known_to_the_site_of_the_convention() -> None:
    path = shared("cbd-gbf-json", "app", "data", "gbf-targets", "targets.json")
    theirs = set(re.findall(r"GBF-TARGET-\d\d", json.dumps(json.loads(path.read_text(encoding="utf-8")))))
    ours = {term.extra["cbd"] for term in vocabulary("targets") if term.id.startswith("target-")}
    assert theirs <= ours


@pytest.mark.requirement("ODD-6")
def test_aichi_targets_are_crossed_with_the_new_ones() -> None:
    aichi = vocabulary("aichi")
    targets = [term for term in aichi if re.fullmatch(r"aichi-\d\d", term.id)]
    assert len(targets) == 20
    crossed = {key for term in targets for key in term.extra.get("kmgbf", "").split()}
    assert crossed <= set(vocabulary("targets").terms)
    assert len(crossed) >= 15


@pytest.mark.parametrize("name", ["KEN", "ke", "404", "Kenya", "Кения", "肯尼亚", "كينيا"])
def test_a_country_is_found_by_code_number_and_name(name: str) -> None:
    term = vocabulary("countries").find(name)
    assert term is not None
    assert term.id == "KEN"


def test_a_broken_file_names_its_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bad.tsv"
    path.write_text("id\tbroader\trelated\tmatch\ten\nx\t\t\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"bad\.tsv, line 2: 3 cells where the head has 5"):
        read(path)


def test_an_unknown_vocabulary_names_those_that_there_are() -> None:
    with pytest.raises(VocabularyError, match="themes"):
        vocabularies.vocabulary("nonsense")
