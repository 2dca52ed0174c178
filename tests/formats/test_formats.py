"""The formats: what each asks, and how answers are tidied or refused."""

import json
from typing import Annotated, Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from landbridge.formats.editions import Edition, current, upgrade
from landbridge.formats.fields import Question, Terms, Text, Texts
from landbridge.formats.format import CommonFormat, parts, questions, required, sections
from landbridge.formats.library import FORMATS
from landbridge.formats.schema import json_schema
from landbridge.formats.validate import InvalidRecord, validate
from landbridge.formats.vocabulary import vocabulary

ALL = pytest.mark.parametrize("name", FORMATS)


@ALL
def test_a_format_asks_at_most_eight_questions_first(name: str) -> None:
    first = sections(FORMATS[name])["first"]
    assert 1 <= len(first) <= 8
    assert set(required(FORMATS[name])) <= set(first)


@ALL
def test_every_field_is_a_question_with_a_label(name: str) -> None:
    model = FORMATS[name]
    asked = questions(model)
    assert set(model.model_fields) - set(asked) == {"translations"}
    assert [field for field, question in asked.items() if not question.label] == []


@ALL
def test_sections_hold_each_question_once(name: str) -> None:
    held = [field for fields in sections(FORMATS[name]).values() for field in fields]
    assert sorted(held) == sorted(questions(FORMATS[name]))


@ALL
def test_vocabularies_that_questions_name_are_there(name: str) -> None:
    for question in questions(FORMATS[name]).values():
        if isinstance(question, Terms):
            for vocabulary_name in question.vocabularies:
                assert len(vocabulary(vocabulary_name)) > 0


@ALL
def test_the_schema_is_valid_and_takes_the_smallest_record(name: str) -> None:
    schema = json_schema(FORMATS[name])
    Draft202012Validator.check_schema(schema)
    smallest = {field: {"en": "x"} for field in required(FORMATS[name])}
    assert list(Draft202012Validator(schema).iter_errors(smallest)) == []
    assert validate(name, smallest) == smallest


KINDS: dict[str, tuple[Any, Any]] = {
    "text": ("  a  b ", {"fr": "a b"}),
    "rich_text": ("one\n\ntwo", {"fr": "<p>one</p><p>two</p>"}),
    "line": (" 10.1000/x ", "10.1000/x"),
    "lines": ("IUCN", ["IUCN"]),
    "question_names": ("contacts", ["contacts"]),
    "number": ("12", 12.0),
    "flag": ("true", True),
    "day": ("2026-02-03", "2026-02-03"),
    "period": ({"start": "2026-01-01", "end": "2026-02-01"}, {"start": "2026-01-01", "end": "2026-02-01"}),
    "money": ({"amount": "10.50", "currency": "usd"}, {"amount": "10.50", "currency": "USD"}),
    "quantity": ({"value": 3, "unit": "ha"}, {"value": 3.0, "unit": "ha"}),
    "person": ([{"role": "Help desk", "country": "Kenya"}], [{"role": "Help desk", "country": "KEN"}]),
    "organisation": ("SPREP", [{"name": "SPREP"}]),
    "reference": (["other-record"], [{"record": "other-record"}]),
    "link": ("https://example.org/a", [{"url": "https://example.org/a"}]),
    "point": ({"latitude": -1.3, "longitude": 36.8}, {"latitude": -1.3, "longitude": 36.8}),
}


def _questions_of_all() -> list[tuple[str, str, Question]]:
    found = []
    for name, model in FORMATS.items():
        found.extend((name, field, question) for field, question in questions(model).items())
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_answer_is_tidied_the_same_in_every_format(kind: str) -> None:
    given_answer, expected = KINDS[kind]
    seen = 0
    for name, field, question in _questions_of_all():
        literal = "Literal" in str(FORMATS[name].model_fields[field].annotation)
        if question.kind != kind or literal or getattr(question, "pattern", "") or field in ("in_use_since",):
            continue
        if kind == "number" and not (getattr(question, "least", 0) or 0) <= 12 <= (getattr(question, "most", 99) or 99):
            continue
        data: dict[str, Any] = {"title": "t", "summary": "s", field: given_answer}
        kept = validate(name, data, "fr")[field]
        assert kept in (expected, [expected]), (name, field)
        seen += 1
    assert seen > 0


def test_every_kind_of_question_is_covered() -> None:
    kinds = {question.kind for _, _, question in _questions_of_all()}
    assert kinds - set(KINDS) == {"terms", "places", "file", "group"}


def test_groups_and_files_are_checked_inside() -> None:
    with pytest.raises(InvalidRecord) as caught:
        validate("technology", {"title": "t", "summary": "s", "cost_lines": [{"item": {"en": "x" * 301}}]})
    (problem,) = caught.value.problems
    assert (problem.field, problem.language) == ("cost_lines.0.item", "en")
    bad_file = {"name": "../x", "media_type": "image/png", "size": 1, "sha256": "0" * 64}
    with pytest.raises(InvalidRecord, match=r"files\.0\.name"):
        validate("technology", {"title": "t", "summary": "s", "files": [bad_file]})


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "title", "must be answered"),
        ({"title": "", "summary": "s"}, "title", "must be answered"),
        ({"title": "t", "summary": "s", "tittle": "x"}, "tittle", "no such question"),
        ({"title": "t", "summary": "s", "trl": "trl-77"}, "trl", "not in the vocabulary trl"),
        ({"title": "t", "summary": "s", "places": ["Atlantis"]}, "places", "not in the vocabulary countries"),
        ({"title": "t", "summary": "s", "total_cost": {"amount": 1, "currency": "XQZ"}}, "total_cost.currency", "code"),
        ({"title": "t", "summary": "s", "links": ["javascript:alert(1)"]}, "links.0.url", "pattern"),
        ({"title": {"english": "x"}, "summary": "s"}, "title", "not a language tag"),
        ({"title": 7, "summary": "s"}, "title", "Write text"),
    ],
)
def test_a_refused_answer_names_its_field_and_the_remedy(data: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        validate("technology", data)
    problems = {problem.field: problem.message for problem in caught.value.problems}
    assert words in problems[field]


def test_terms_are_named_by_id_label_or_address_and_kept_by_id() -> None:
    data = {
        "title": "t", "summary": "s", "places": ["Kenya", "404", "肯尼亚", "Sahel"],
        "targets": ["http://metadata.cbd.int/kmgbf/target_2", "GBF-TARGET-03"], "subjects": ["species:whales"],
    }  # fmt: skip
    kept = validate("technology", data)
    assert kept["places"] == ["KEN", "sahel"]
    assert kept["targets"] == ["target-02", "target-03"]
    assert kept["subjects"] == ["species:whales"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({field for model in FORMATS.values() for field in model.model_fields})


@given(name=st.sampled_from(sorted(FORMATS)), data=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5) | JSON)
def test_no_answer_whatever_breaks_validation(name: str, data: Any) -> None:
    try:
        clean = validate(name, data)
    except InvalidRecord as error:
        assert error.problems
        return
    assert validate(name, clean) == clean
    json.dumps(clean)


class OldFormat(CommonFormat):
    """A format that has changed once: a single country became a list of places."""

    name: ClassVar = "old"
    label: ClassVar = "Old"
    plural: ClassVar = "Old"
    about: ClassVar = ""
    first: ClassVar = ("title", "partners")
    editions: ClassVar = (
        Edition(
            2,
            lambda answers: {
                **{k: v for k, v in answers.items() if k != "partner"},
                "partners": answers.get("partner"),
            },
            "The one partner became a text that may name several; yours was kept.",
        ),
    )

    partners: Annotated[Texts | None, Text(label="Partners")] = None


def test_an_old_record_is_brought_up_to_date_and_the_user_is_told() -> None:
    written = {"title": {"en": "t"}, "partner": {"en": "SPREP"}}
    answers, notes = upgrade(written, 1, OldFormat.editions)
    assert OldFormat.model_validate(answers).partners == {"en": "SPREP"}
    assert notes == ["The one partner became a text that may name several; yours was kept."]
    assert written == {"title": {"en": "t"}, "partner": {"en": "SPREP"}}
    assert current(OldFormat.editions) == 2
    assert upgrade(answers, 2, OldFormat.editions) == (answers, [])


def test_a_record_of_a_newer_edition_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="update the node"):
        upgrade({}, 9, OldFormat.editions)


CBD_MANDATORY = {
    "need": ("bbiRequest", {"geographicTargets", "title", "assistanceTypes", "nationalPriorities", "cbdSubjects",
                            "gbfTargets", "organization", "levelOfApplication"}),
    "offer": ("bbiOpportunity", {"organization", "title", "description", "coverage", "types", "eligibility",
                                 "applicationProcess", "cbdSubjects", "gbfTargets"}),
    "organisation": ("organization", {"title", "city", "country", "organizationType"}),
    "programme": ("capacityBuildingInitiative", {"title", "status", "geographicScope", "startEnd"}),
}  # fmt: skip


@pytest.mark.requirement("IAC-A.8")
@pytest.mark.parametrize("name", CBD_MANDATORY)
def test_what_the_conventions_own_formats_demand_has_its_field_here(name: str) -> None:
    schema, mandatory = CBD_MANDATORY[name]
    mapped = {
        question.cbd.get(schema) or question.cbd.get("*")
        for question in questions(FORMATS[name]).values()
        if question.cbd
    }
    assert mandatory - mapped == set()


def test_answers_of_several_parts_have_a_model() -> None:
    assert parts(FORMATS["technology"], "cost_lines") is not None
    assert parts(FORMATS["technology"], "title") is None
