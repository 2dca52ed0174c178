"""How surely a theme or a target is proposed: passing mentions, second words, and what other texts taught."""

import json
from pathlib import Path

import pytest

from landbridge.formats.vocabulary import find, lexicon, vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.search.inference import Inferred
from landbridge.search.proposals import MOST_TICKED, propose
from landbridge.search.signs import Sighting, rows
from landbridge.search.weighing import MEASURES, SHOWN, STEP, measure, weigh, weights

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
TEXT = "Nets on the beach. Later a seal and a crab came to the beaches."


def told(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (BENCHMARKS / name).read_text(encoding="utf-8").splitlines()]


def ticked(text: str, question: str) -> set[str]:
    return {one.value for one in propose(text).of(question) if one.confident}


def at(word: str, start: int = 0) -> tuple[int, int]:
    place = TEXT.index(word, start)
    return place, place + len(word)


def sure(*reasons: tuple[str, float], beside: float = 0.0) -> float:
    """How sure the theme of seas and coasts is with these words, and with another theme beside it."""
    doubt = 1.0
    for _, weight in reasons:
        doubt *= 1 - weight
    found = {"themes:marine-coastal": Inferred({at(word): weight for word, weight in reasons}, doubt)}
    if beside:
        found["themes:tourism"] = Inferred({at("Later"): beside}, 1 - beside)
    return weigh(found, [], TEXT)["themes:marine-coastal"].confidence


def test_a_second_word_makes_surer_than_one_that_is_as_strong() -> None:
    both = measure({"themes:marine-coastal": Inferred({at("seal"): 0.5, at("crab"): 0.5}, 0.25)}, TEXT)
    same = measure({"themes:marine-coastal": Inferred({at("beach"): 0.5, at("beaches"): 0.5}, 0.25)}, TEXT)
    assert both["themes:marine-coastal"]["second"] == 0.5
    assert same["themes:marine-coastal"]["second"] == 0, "two forms of one word bear nothing out"
    assert sure(("seal", 0.75)) < sure(("seal", 0.5), ("crab", 0.5))


def test_the_first_sentence_counts_for_more_than_a_later_one() -> None:
    assert sure(("seal", 0.6)) < sure(("Nets", 0.6))


def test_what_stands_beside_surer_themes_is_less_sure() -> None:
    assert sure(("seal", 0.6), beside=0.9) < sure(("seal", 0.6), beside=0.3) == sure(("seal", 0.6))


@pytest.mark.parametrize(
    ("text", "about", "passing"),
    [
        (
            "The mangroves of our bay were cut for shrimp ponds. We replant the shore with mangrove seedlings and ask "
            "for advice on the tides. The school lets us use its room; a hunter lends us his boat.",
            "marine-coastal", "wildlife-management",
        ),
        (
            "Un arbusto invasor exótico cubre los pastos y desplaza la vegetación. Queremos erradicar la especie "
            "invasora; los talleres serán en la ciudad, junto al museo.",
            "invasive-alien-species", "urban-biodiversity",
        ),
    ],
)  # fmt: skip
def test_a_passing_mention_is_not_ticked(text: str, about: str, passing: str) -> None:
    themes = ticked(text, "themes")
    assert about in themes
    assert passing not in themes


def test_no_more_are_ticked_than_what_matters_most() -> None:
    for case in told("proposals.jsonl"):
        for question in ("themes", "targets"):
            assert len(ticked(str(case["text"]), question)) <= MOST_TICKED[question]


def test_only_words_that_clearly_speak_for_it_are_told() -> None:
    table = weights()
    for concept, key, weight in _weights():
        found = weigh({}, [Sighting(concept, *at("seal"))], TEXT).get(key)
        if weight <= 0:
            assert found is None, f"{concept} speaks against {key}"
        else:
            assert found is not None and bool(found.reasons) == (weight >= SHOWN), f"{concept} speaks for {key}"
    assert len(table.concepts) > 500


def _weights() -> list[tuple[str, str, float]]:
    """A weight of each kind, of concepts that have no broader ones to speak as well."""
    table = weights()
    seen: dict[tuple[str, float], tuple[str, str, float]] = {}
    for concept in table.concepts:
        if concept.startswith("lexicon:"):
            for key, weight in table.of(concept):
                seen.setdefault((key, round(weight, 2)), (concept, key, weight))
    return list(seen.values())


def test_the_table_of_weights_says_only_what_can_be_read() -> None:
    known = {term.key for part in lexicon() for term in part} | {f"sign:{row['sign']}" for row in rows("signs.tsv")}
    measures = set()
    for row in rows("weights.tsv"):
        weight = float(row["weight"])
        assert row["gives"] == "every" or find(row["gives"]), row["gives"]
        for key in row["of"].split():
            if key.startswith("measure:"):
                measures.add(key.removeprefix("measure:"))
                continue
            assert key in known or key.startswith("format:") or find(key), key
            assert weight and abs(weight / STEP - round(weight / STEP)) < 1e-6 and abs(weight) < 6
    assert measures == set(MEASURES)


def test_nothing_is_learnt_from_what_is_measured() -> None:
    practice, judged = told("proposals_practice.jsonl"), told("proposals.jsonl")
    texts = {str(case["text"]) for case in practice}
    assert len(texts) == len({case["id"] for case in practice}) == len(practice)
    assert not texts & {str(case["text"]) for case in judged}
    assert {case["language"] for case in practice} == set(LANGUAGES)
    for case in practice:
        for part in ("themes", "targets", "countries"):
            assert set(case[part]) <= set(vocabulary(part).terms), case["id"]  # type: ignore[call-overload]
