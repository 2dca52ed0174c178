"""Search, over both engines: words, languages, filters, facets, help."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.registry.rules import ANYONE, Reader
from landbridge.search.concepts import annotator
from landbridge.search.index import Index
from landbridge.search.index_tantivy import TantivyIndex
from landbridge.search.query import BadQuery, Query, search
from landbridge.search.understand import read, summarise
from tests.support import fill, record

MANGROVE = record(
    "mangrove", language="fr", title="Restauration des mangroves",
    summary="Rétablir l'hydrologie pour que les palétuviers repoussent.", places=["SEN"], ecosystems=["mangrove"],
    targets=["target-02"], confirmed_on="2026-01-10",
)  # fmt: skip
SEED_BANK = record(
    "seeds", language="ru", title="Семенной банк", summary="Сушка и холодное хранение семян диких растений.",
    places=["KAZ"], trl="trl-9", confirmed_on="2021-05-01",
)  # fmt: skip
SATELLITE = record(
    "satellite", language="zh", title="卫星监测入侵植物", summary="利用卫星影像监测外来入侵灌木的分布。", places=["CHN"]
)
COURSE = record(
    "course", format="offer", language="en", title="Training in seed banking",
    summary="A course for technicians on drying and storing seeds.", support_types=["training"], places=["KEN"],
)  # fmt: skip
WATER = record(
    "water", language="ar", title="حصاد مياه الأمطار", summary="جمع المياه في الأراضي الجافة.", places=["JOR"]
)
ALL = [MANGROVE, SEED_BANK, SATELLITE, COURSE, WATER]


@pytest.fixture
def filled(engine: Index) -> Index:
    fill(engine, ALL)
    return engine


def ids(text: str = "", language: str = "en", **filters: Any) -> list[str]:
    return [hit.id for hit in search(Query(text=text, **filters), language=language).hits]


@pytest.mark.requirement("CHM-4")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mangroves", "mangrove"), ("manglares", "mangrove"), ("мангровые леса", "mangrove"), ("红树林", "mangrove"),
        ("غابات المانغروف", "mangrove"), ("seed bank", "seeds"), ("banco de semillas", "seeds"), ("种子库", "seeds"),
        ("بنك البذور", "seeds"), ("satellite", "satellite"), ("спутник", "satellite"), ("hydrologie", "mangrove"),
        ("l'hydrologie", "mangrove"), ("retablir", "mangrove"), ("入侵植物", "satellite"), ("المياه", "water"),
    ],
)  # fmt: skip
def test_a_record_is_found_in_whatever_language_it_is_sought(filled: Index, text: str, expected: str) -> None:
    assert expected in ids(text)


@pytest.mark.usefixtures("filled")
def test_an_empty_question_gives_everything_newest_first() -> None:
    found = search(Query())
    assert found.total == 5
    assert found.suggestion is None


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"types": ("offer",)}, {"course"}),
        ({"places": ("KEN",)}, {"course"}),
        ({"places": ("Африка",)}, {"course", "mangrove"}),
        ({"places": ("002",)}, {"course", "mangrove"}),
        ({"places": ("KEN", "JOR")}, {"course", "water"}),
        ({"languages": ("ru",)}, {"seeds"}),
        ({"ecosystems": ("coastal-ecosystem",)}, {"mangrove"}),
        ({"targets": ("GBF-TARGET-02",)}, {"mangrove"}),
        ({"trl": ("trl-9",)}, {"seeds"}),
        ({"support": ("training",)}, {"course"}),
        ({"freshness": ("2021",)}, {"seeds"}),
        ({"text": "seed", "types": ("technology",)}, {"seeds"}),
    ],
)
def test_filters(filters: dict[str, Any], expected: set[str]) -> None:
    assert set(ids(**filters)) == expected


@pytest.mark.usefixtures("filled")
def test_facets_count_the_whole_result() -> None:
    facets = search(Query()).facets
    assert dict(facets["type"]) == {"technology": 4, "offer": 1}
    assert dict(facets["place"])["002"] == 2
    assert dict(facets["language"]) == {"fr": 1, "ru": 1, "zh": 1, "en": 1, "ar": 1}


@pytest.mark.usefixtures("filled")
def test_a_snippet_is_escaped_and_marks_what_was_found(engine: Index) -> None:
    fill(engine, [record("x", title="Bold", summary="Tom & <b>Jerry</b> plant seeds")])
    (hit,) = [hit for hit in search(Query(text="plant seeds bold")).hits if hit.id == "x"]
    assert hit.snippet == "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt; <mark>plant</mark> <mark>seeds</mark>"


@pytest.mark.usefixtures("filled")
def test_a_misspelt_word_gets_a_suggestion() -> None:
    assert search(Query(text="mangruves")).suggestion == "mangroves"
    assert search(Query(text="mangroves")).suggestion is None


@pytest.mark.usefixtures("filled")
def test_when_no_record_has_all_words_those_with_some_are_shown_and_it_is_said() -> None:
    found = search(Query(text="seed unicorns"))
    assert found.loosened
    assert {"seeds", "course"} <= {hit.id for hit in found.hits}


@pytest.mark.usefixtures("filled")
def test_quoted_words_must_stand_side_by_side() -> None:
    assert ids('"drying and storing"') == ["course"]
    assert ids('"storing drying"') == []


@pytest.mark.usefixtures("filled")
def test_pages_join_to_the_whole_without_gap_or_overlap() -> None:
    seen, cursor = [], ""
    while True:
        page = search(Query(limit=2, cursor=cursor, sort="title"))
        seen.extend(hit.id for hit in page.hits)
        if not page.next:
            break
        cursor = page.next
    assert sorted(seen) == sorted(view.id for view in ALL)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        (Query(cursor="nonsense"), "cursor"), (Query(sort="colour"), "sort"), (Query(places=("Atlantis",)), "place"),
        (Query(themes=("nothing",)), "themes"), (Query(cursor="bzk5OTk5OTk"), "cursor"),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_named(query: Query, field: str) -> None:
    with pytest.raises(BadQuery) as caught:
        search(query)
    assert caught.value.field == field


def test_a_private_record_shows_nowhere(engine: Index) -> None:
    secret = record("secret", visibility="private", owner="party-x", title="Zanthoxylum hideout", places=["FJI"])
    fill(engine, [*ALL, secret])
    for query in (Query(), Query(text="zanthoxylum"), Query(places=("FJI",)), Query(types=("technology",))):
        found = search(query, ANYONE)
        assert "secret" not in [hit.id for hit in found.hits]
        assert "FJI" not in dict(found.facets["place"])
    assert search(Query(), ANYONE).total == 5
    assert search(Query(text="zanthoxylun"), ANYONE).suggestion != "zanthoxylum"
    owner = Reader(account_id=1, parties=frozenset({"party-x"}))
    assert [hit.id for hit in search(Query(text="zanthoxylum"), owner).hits] == ["secret"]


def test_what_is_written_again_replaces_and_what_is_gone_is_gone(engine: Index) -> None:
    fill(engine, [record("a", title="Old words")])
    fill(engine, [record("a", title="New words")])
    assert ids("old") == []
    assert ids("new") == ["a"]
    engine.write([], gone=["a"])
    assert search(Query()).total == 0


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=60), language=st.sampled_from(["ar", "en", "es", "fr", "ru", "zh"]))
def test_no_question_breaks_the_search(filled: Index, text: str, language: str) -> None:
    found = search(Query(text=text), language=language)
    assert found.total >= len(found.hits)


WORDS = ["énergie", "l'eau", "d'origine", "restauración", "лесов", "红树林", "المياه", "farmer's", "naïve", "CO2", "5G"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True))
def test_every_record_that_holds_the_words_is_among_the_hits(engine: Index, words: list[str]) -> None:
    engine.clear()
    tag = {"лесов": "ru", "红树林": "zh", "المياه": "ar", "restauración": "es"}.get(words[0], "fr")
    fill(engine, [record("holder", language=tag, title="x", summary="aaa " + " bbb ".join(words) + " ccc")])
    assert "holder" in ids(" ".join(words))


IN_PASSING = record(
    "fund", language="zh", title="南南合作基金", summary="基金支持粮食、健康和红树林等领域的小型项目。", places=["CHN"]
)
ABOUT = record(
    "watch", title="Global mangrove watch", summary="Free maps of mangrove extent and change, made from radar images."
)


@pytest.mark.parametrize("asked", ["红树林", "mangroves", "manglares", "мангровые леса", "غابات المانغروف"])
def test_what_a_record_is_about_counts_more_than_the_language_it_is_in(engine: Index, asked: str) -> None:
    herds = [
        record(f"herd-{n}", title=f"Grazing cattle in dry valleys {n}", summary="Herders let pastures rest.")
        for n in range(30)
    ]
    fill(engine, [IN_PASSING, ABOUT, *herds])
    found = ids(asked)
    assert set(found) == {"watch", "fund"}
    if asked != "红树林" or isinstance(engine, TantivyIndex):  # FTS5 weighs fields, not the pairs of one word.
        assert found[0] == "watch"


@pytest.mark.parametrize(
    ("text", "language", "not_meant"),
    [
        ("The residues are toxic", "en", "lexicon:harmless"),
        ("Los residuos son tóxicos", "es", "lexicon:harmless"),
        ("mine closure and tailings", "en", "lexicon:sensor-network"),
        ("les champs du village", "fr", "lexicon:immediately"),
    ],
)
def test_a_label_keeps_the_small_words_that_make_its_meaning(text: str, language: str, not_meant: str) -> None:
    assert not_meant not in annotator().counts(text, language)


def test_a_label_with_small_words_is_found_whole() -> None:
    assert "lexicon:independent" in annotator().counts("an off-grid pump", "en")
    assert "lexicon:independent" not in annotator().counts("a pump on the grid", "en")
    assert "lexicon:harmless" in annotator().counts("un método no tóxico", "es")


def test_a_term_within_a_longer_term_is_not_named() -> None:
    named = [concept.key for concept in summarise(read("我们需要恢复退化的红树林"), "zh").concepts]
    assert named == ["ecosystems:mangrove"]
