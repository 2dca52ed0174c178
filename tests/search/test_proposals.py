"""What is proposed from a paragraph: places in every form, subjects with their reasons, and nothing out of the air."""

import json
import time
from pathlib import Path

import pytest

from landbridge.formats.vocabulary import find, vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.search.inference import infer, rules
from landbridge.search.proposals import CONFIDENT, Proposed, propose, sentences, title_of
from landbridge.search.signs import Sighting, rows

JUDGED = Path(__file__).parent.parent.parent / "benchmarks" / "proposals.jsonl"


def countries(text: str) -> set[str]:
    return {one.value for one in propose(text).of("places") if one.confident}


def values(proposed: Proposed, question: str) -> set[str]:
    return {one.value for one in proposed.of(question) if one.confident}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Kenyan and Tanzanian rangers met in Kampala.", {"KEN", "TZA", "UGA"}),
        ("We eat turkey from china plates and keep guinea pigs.", set()),
        ("Los manglares ecuatorianos y los bosques chilenos.", {"ECU", "CHL"}),
        ("Les agriculteurs burkinabè et sénégalais se rencontrent à Niamey.", {"BFA", "SEN", "NER"}),
        ("Il coûte 500 francs et pèse lourd.", set()),
        ("В Казахстане, Узбекистане и на киргизских пастбищах.", {"KAZ", "UZB", "KGZ"}),
        ("Кроме того, это данные за прошлый год.", set()),
        ("Работаем под Ташкентом и в Бишкеке.", {"UZB", "KGZ"}),
        ("نعمل بمصر وفي السودان مع خبراء تونسيين ومغاربة", {"EGY", "SDN", "TUN"}),
        ("نحتاج إلى دعم مالي لمشروع صغير", set()),
        ("نعمل في مالي مع المزارعين", {"MLI"}),
        ("قطر الأنبوب عشرة سنتيمترات", set()),
        ("云南和甘肃的森林，还有老挝的湄公河", {"CHN", "LAO"}),
        ("印度尼西亚的红树林", {"IDN"}),
        ("South Africa is not all of Africa.", {"ZAF"}),
        ("We want trainers who speak French and a manual in Spanish for Gabon.", {"GAB"}),
        ("教材要翻译成尼泊尔语，给不丹的村民。", {"BTN"}),
        ("Занятия на русском языке в Армении.", {"ARM"}),
        ("El manual existe en francés y se usa en Haití.", {"HTI"}),
    ],
)
def test_countries_by_name_form_adjective_and_city(text: str, expected: set[str]) -> None:
    assert countries(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We would like help from countries such as Norway to restore our wetlands in Uganda.",
        "乌干达的湿地需要恢复，希望得到挪威等北欧国家的帮助。",
    ],
)
def test_a_country_that_is_only_an_example_is_not_ticked(text: str) -> None:
    proposed = propose(text)
    assert "NOR" in {one.value for one in proposed.of("places")}
    assert values(proposed, "places") == {"UGA"}


@pytest.mark.parametrize(
    ("text", "theme", "target", "reason"),
    [
        ("The mangroves of our coast are gone; we replant them.", "ecosystem-restoration", "target-02", "replant"),
        ("Un arbusto invasor cubre los pastos; hay que erradicarlo.", "invasive-alien-species", "target-06", "invasor"),
        ("Réduire la pollution par les pesticides et le plastique.", "pollution", "target-07", "plastique"),
        ("Нужна помощь в борьбе с инвазивными видами.", "invasive-alien-species", "target-06", "инвазивными"),
        ("نريد استعادة الشعاب المرجانية وإعادة تأهيل غابات المانغروف", "marine-coastal", "target-02", "المرجانية"),
        ("转基因作物的风险评估和生物安全", "biosafety", "target-17", "生物安全"),
    ],
)  # fmt: skip
def test_themes_and_targets_follow_from_words_that_are_named(text: str, theme: str, target: str, reason: str) -> None:
    proposed = propose(text)
    assert theme in values(proposed, "themes")
    assert target in values(proposed, "targets")
    words = " ".join(word for one in proposed.answers if one.value in (theme, target) for word in one.words)
    assert reason in words


def test_every_reason_stands_in_the_text() -> None:
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        proposed = propose(case["text"])
        for one in proposed.answers:
            assert one.words or one.question in CONFIDENT, (case["id"], one)
            for word in one.words:
                assert word.casefold() in _as_read(case["text"]), (case["id"], one)


def _as_read(text: str) -> str:
    from landbridge.search.analysis import normalise

    return text.casefold() + normalise(text)


def test_the_bar_is_kept() -> None:
    """What `benchmarks/proposals.py` prints, with a margin below it: a change that loses it is seen here."""
    right = {"countries": 0, "subjects": 0}
    found, expected, fitting = dict(right), dict(right), 0
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        proposed = propose(case["text"])
        places = values(proposed, "places")
        right["countries"] += len(places & set(case["countries"]))
        found["countries"] += len(places)
        expected["countries"] += len(case["countries"])
        for part in ("themes", "targets"):
            ticked = values(proposed, part)
            right["subjects"] += len(ticked & set(case[part]))
            fitting += len(ticked & {*case[part], *case["also"][part]})
            found["subjects"] += len(ticked)
            expected["subjects"] += len(case[part])
    assert right["countries"] / expected["countries"] > 0.9
    assert right["countries"] / found["countries"] > 0.9
    assert right["subjects"] / expected["subjects"] > 0.6
    assert fitting / found["subjects"] > 0.88
    assert right["subjects"] / found["subjects"] > 0.7
    assert sum(right.values()) / sum(found.values()) > 0.75, "countries, themes and targets, only the expected as right"


def test_the_judged_set_is_what_it_says() -> None:
    cases = [json.loads(line) for line in JUDGED.read_text(encoding="utf-8").splitlines()]
    assert len(cases) == len({case["id"] for case in cases}) == 60
    for language in LANGUAGES:
        halves = [case["half"] for case in cases if case["language"] == language]
        assert sorted(halves) == ["held-out"] * 5 + ["tuned"] * 5
    for case in cases:
        for part in ("themes", "targets", "support_types", "countries"):
            assert set(case[part]) <= set(vocabulary(part).terms), case["id"]


def test_tables_name_only_what_is_there() -> None:
    signs = {f"sign:{row['sign']}" for row in rows("signs.tsv")}
    lexicon = {term.key for term in _lexicon()}
    for rule in rules():
        assert find(rule.gives), rule.gives
        assert 0 < rule.weight < 1
        for key in rule.of | rule.companions:
            known = key in signs or key in lexicon or key.startswith("format:") or find(key)
            assert known, f"{key} leads to {rule.gives}"
    for row in rows("gazetteer.tsv"):
        assert row["country"] in vocabulary("countries").terms


def _lexicon() -> list[object]:
    from landbridge.formats.vocabulary import lexicon

    return [term for part in lexicon() for term in part]


def test_weak_reasons_add_up_and_repetition_does_not() -> None:
    weak = [Sighting("sign:fishing", 0, 4), Sighting("lexicon:beach", 10, 14)]
    one = infer(weak[:1], "fish nets  sand")["themes:marine-coastal"].confidence
    two = infer(weak, "fish nets  sand")["themes:marine-coastal"].confidence
    again = infer([weak[0], Sighting("sign:fishing", 10, 14)], "fish nets  fish")["themes:marine-coastal"].confidence
    assert one < again < two


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("We need help to count our birds and are looking for training.", "need"),
        ("Ofrecemos becas y un curso; el plazo termina en marzo y los participantes no pagan.", "offer"),
        ("Способ обходится в 40 долларов, устройство работает без электричества, чертежи открыты.", "technology"),
        ("该案例的教训是：六年后森林开始恢复，但项目最终失败。", "case_study"),
    ],
)
def test_what_kind_of_record_it_is(text: str, format: str) -> None:
    assert propose(text).format == format


def test_money_years_and_urgency_that_are_plainly_stated() -> None:
    need = propose("It is urgent: we need about 60,000 US dollars for seeds in Peru.")
    assert [one.value for one in need.of("budget")] == [{"amount": "60000", "currency": "USD"}]
    assert need.of("budget")[0].words == ("60,000 US dollars",)
    assert [one.value for one in need.of("urgency")] == ["urgent"]
    assert not propose("We need 5 boats or 20 000 francs CFA and 3 dollars and 4 euros.").of("budget")
    assert propose("预算约两百万美元，或者80万美元").of("budget")[0].value == {"amount": "800000", "currency": "USD"}
    case = propose("Entre 2010 y 2021 el caso reunió semillas.", format="case_study")
    assert [one.value for one in case.of("period")] == [{"start": "2010-01-01", "end": "2021-12-31"}]
    kit = propose("The kit has been in use since 2019.", format="technology")
    assert [one.value for one in kit.of("in_use_since")] == [2019]


def test_the_title_is_the_first_sentence_or_its_beginning() -> None:
    assert title_of("Reefs are dying. We want help.") == "Reefs are dying"
    assert title_of("珊瑚礁正在死亡。我们需要帮助。") == "珊瑚礁正在死亡"
    long = (
        "Our village on the coast has lost its mangroves to storms, and the sea comes nearer every year, so that " * 2
    )
    assert (
        title_of(long)
        == "Our village on the coast has lost its mangroves to storms, and the sea comes nearer every year"
    )
    assert title_of("") == ""
    assert len(title_of("x" * 5000)) <= 120
    assert sentences("It costs 1.5 million. Dr. No asked? Yes!")[0] == "It costs 1.5 million."


def test_the_whole_text_goes_into_the_description_only_when_it_is_long() -> None:
    assert propose("Short text.").description == ""
    text = "A sentence about reefs in Fiji. " * 40
    proposed = propose(text)
    assert proposed.description == text.strip()
    assert len(proposed.summary) < len(text)
    assert proposed.description.startswith(proposed.summary)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\ud800", "1 " * 10_000, "$" * 20_000, "долл" * 5_000, "Ж" * 20_000, "ب" * 20_000, "国" * 20_000,
     "!?" * 10_000, "a" * 20_000, "Fiji " * 4_000, "ß" * 20_000, "ﷺ" * 1_000],
)  # fmt: skip
def test_odd_texts_are_read_in_bounded_time(text: str) -> None:
    propose("Warm.")
    started = time.monotonic()
    proposed = propose(text)
    assert time.monotonic() - started < 6
    assert proposed.language in LANGUAGES
