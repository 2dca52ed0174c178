"""The sample network holds what a newcomer is promised, and nothing that could be mistaken for a real request."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import landbridge
from landbridge.formats.fields import Text
from landbridge.formats.format import parts, questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import validate
from landbridge.formats.vocabulary import ancestors, vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.search.places import with_regions

FOLDER = Path(landbridge.__file__).parent / "sample"
LEAST = {
    "technology": 60, "need": 40, "offer": 25, "programme": 20, "organisation": 30, "case_study": 15, "measure": 15,
    "resource": 20, "event": 5, "expert": 1, "focal_point": 0,
    "clearing_house": 5, "annotation": 4,
}  # fmt: skip
CENTRES = 18
"""Support centres of the Convention, each with the Parties that it serves."""
INVENTED = ("need", "expert")
"""Formats of which every sample record is invented and must say so."""
ECOSYSTEMS = {
    "terrestrial-ecosystem", "polar-ecosystem", "freshwater-ecosystem", "coastal-ecosystem", "marine-ecosystem",
    "island-ecosystem", "subterranean-ecosystem", "human-made-ecosystem",
}  # fmt: skip
NO_PLACE_OF_PARTIES = {"001", "003", "010"}
"""The world, the continent of North America (its parts are there), and Antarctica."""
NAMES = ("local_names",)
"""Answers that hold names in the languages of a place: they translate nothing."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_TELEPHONE = re.compile(r"(?<![\w./-])(?:\+|00)\d[\d ()./-]{6,}\d")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


@cache
def network() -> tuple[dict[str, Any], ...]:
    """All lines of the sample network."""
    return tuple(one for path in sorted(FOLDER.glob("*.jsonl")) for one in _lines(path))


def _answers(role: str) -> Counter[str]:
    """How many records name each term in an answer of this role."""
    counts: Counter[str] = Counter()
    for one in network():
        for name, question in questions(FORMATS[one["format"]]).items():
            if question.role == role:
                answer = one["data"].get(name) or ()
                counts.update([answer] if isinstance(answer, str) else answer)
    return counts


def _texts(one: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The answers of a record that are text in languages, with those inside groups."""

    def of(model: Any, answers: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, str]]]:
        for name, question in questions(model).items():
            answer, part = answers.get(name), parts(model, name)
            if answer and isinstance(question, Text):
                yield f"{path}{name}", answer
            elif answer and part is not None:
                for inner in answer if isinstance(answer, list) else [answer]:
                    yield from of(part, inner, f"{path}{name}.")

    return of(FORMATS[one["format"]], one["data"], "")


def _referred(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        if isinstance(answer.get("record"), str):
            yield answer["record"]
        answer = list(answer.values())
    if isinstance(answer, list):
        for inner in answer:
            yield from _referred(inner)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_has_enough_records(name: str) -> None:
    assert sum(one["format"] == name for one in network()) >= LEAST[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_originals(language: str) -> None:
    assert sum(one["language"] == language for one in network()) >= 8


def test_every_record_is_valid_and_already_tidy() -> None:
    for one in network():
        assert validate(one["format"], one["data"], one["language"]) == one["data"], one["id"]


def test_every_record_has_its_own_id_and_lies_in_the_file_of_its_format() -> None:
    ids = Counter(one["id"] for one in network())
    assert [record for record, times in ids.items() if times > 1] == []
    for path in FOLDER.glob("*.jsonl"):
        formats = {one["format"] for one in _lines(path)}
        assert formats == {path.stem}


def test_references_lead_to_records_of_the_network() -> None:
    ids = {one["id"] for one in network()}
    lost = [(one["id"], record) for one in network() for record in _referred(one["data"]) if record not in ids]
    assert lost == []


def test_every_target_is_served() -> None:
    targets = {term.id for term in vocabulary("targets") if term.id.startswith("target-")}
    assert len(targets) == 23
    assert targets - set(_answers("target")) == set()


def test_every_region_and_group_of_countries_is_there() -> None:
    places = {above for place in _answers("place") for above in with_regions(place)}
    m49 = {term.id for term in vocabulary("regions") if term.id.isdigit()} - NO_PLACE_OF_PARTIES
    groups = {"LDC", "SIDS", "LLDC", "AFR", "APAC", "CEE", "GRULAC", "WEOG"}
    assert (m49 | groups) - places == set()


def test_every_main_kind_of_ecosystem_is_there() -> None:
    named = set(_answers("ecosystem"))
    seen = named | {above.id for one in named for above in ancestors(vocabulary("ecosystems").terms[one])}
    assert ECOSYSTEMS - seen == set()


@pytest.mark.requirement("NET-1")
def test_the_support_centres_name_the_parties_they_serve() -> None:
    centres = [one["data"] for one in network() if "support-centre" in one["data"].get("organisation_types", ())]
    assert len(centres) == CENTRES
    assert [one["title"] for one in centres if not one.get("served_places") or not one.get("centre")] == []


def test_what_is_invented_says_so() -> None:
    invented = [one for one in network() if one["format"] in INVENTED]
    assert [one["id"] for one in invented if one["data"].get("sample") is not True] == []


def test_nobody_can_be_written_to_or_called() -> None:
    for one in network():
        text = json.dumps(one["data"], ensure_ascii=False)
        assert not _EMAIL.search(text), one["id"]
        assert not _TELEPHONE.search(text), one["id"]
        people = one["data"].get("contacts") or ()
        assert not [person for person in people if person.get("email") or person.get("phone")], one["id"]


def test_every_translation_says_how_it_came_about() -> None:
    for one in network():
        told = one["data"].get("translations") or {}
        assert one["language"] not in told, one["id"]
        assert one["language"] in one["data"]["title"], one["id"]
        for field, texts in _texts(one):
            if field in NAMES:
                continue
            assert set(texts) - {one["language"]} <= set(told), f"{one['id']}: {field}"
