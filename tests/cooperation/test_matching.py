"""Matching: across languages, with reasons, within hard limits, over both engines."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.cooperation.criteria import WEIGHTS
from landbridge.cooperation.matching import match_need, match_record, match_text
from landbridge.formats.validate import validate
from landbridge.search.index import Index
from tests.support import fill, record

SEED_BANK = record(
    "seed-bank", language="ru", title="Семенной банк", trl="trl-9", places=["KAZ"], skills_needed="medium",
    summary="Сушка и холодное хранение семян диких растений; обучение персонала.", support_types=["training"],
    power_needed="high", ip_status=["public-domain"], confirmed_on="2026-03-01",
)  # fmt: skip
MANGROVE = record("mangrove", language="fr", title="Restauration des mangroves", places=["SEN"], trl="trl-4")
COURSE = record(
    "course", format="offer", title="Course in seed banking", summary="Two weeks on drying seeds.", places=["KEN"],
    support_types=["training"], served_places=["002"],
)  # fmt: skip
OVER = record(
    "over", format="offer", title="Old course in seed banking", summary="Drying seeds.",
    application_period={"start": "2019-01-01", "end": "2019-02-01"},
)  # fmt: skip
CLOSED = record("closed", format="offer", title="Closed seed bank course", closed=True)
BARRED = record("barred", title="Seed bank freezer", excluded_places=["KEN"])
ALL = [SEED_BANK, MANGROVE, COURSE, OVER, CLOSED, BARRED]
NEED = {
    "en": "We need a seed bank in Kenya and training for our staff",
    "es": "Necesitamos un banco de semillas en Kenya y capacitación para nuestro personal",
    "fr": "Il nous faut une banque de semences au Kenya et la formation de notre personnel",
    "ru": "Нам нужен семенной банк в Кении и обучение персонала",
    "ar": "نحتاج إلى بنك للبذور في كينيا وتدريب موظفينا",
    "zh": "我们需要在肯尼亚建立种子库并培训工作人员",
}


@pytest.fixture
def filled(engine: Index) -> Index:
    fill(engine, ALL)
    return engine


@pytest.mark.requirement("MAT-1")
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", NEED)
def test_a_need_in_any_language_finds_what_helps_in_every_language(language: str) -> None:
    found = match_text(NEED[language], reader_language="en")
    assert found.understood.language == language
    assert "KEN" in found.understood.places
    assert "training" in found.understood.support_types
    assert {match.id for match in found.matches[:2]} == {"seed-bank", "course"}


@pytest.mark.usefixtures("filled")
def test_each_match_says_what_speaks_for_it_in_shares_that_add_up() -> None:
    for match in match_text(NEED["en"]).matches:
        assert match.for_
        assert sum(reason.share for reason in match.for_) == pytest.approx(1, abs=0.01)
        for reason in match.for_:
            assert reason.criterion in WEIGHTS
            assert reason.text
        assert 0 < match.score <= 1


@pytest.mark.usefixtures("filled")
def test_reasons_name_place_support_and_subject() -> None:
    matches = {match.id: match for match in match_text(NEED["en"]).matches}
    texts = {reason.criterion: reason.text for reason in matches["course"].for_}
    assert texts["place"] == "At work in Kenya"
    assert "training" in texts["support"]
    assert "seed" in texts["topic"]
    against = {caveat.criterion for caveat in matches["seed-bank"].against}
    assert "language" in against


@pytest.mark.usefixtures("filled")
def test_hard_limits_leave_out_and_say_why() -> None:
    found = match_text(NEED["en"])
    assert {match.id for match in found.matches} & {"over", "closed", "barred"} == set()
    reasons = {gone.id: gone.criterion for gone in found.excluded}
    assert reasons == {"over": "expired", "closed": "closed", "barred": "place"}


@pytest.mark.usefixtures("filled")
def test_rights_and_readiness_are_hard_limits_of_a_need() -> None:
    need = validate("need", {
        "title": "Seed bank and mangroves", "summary": "Seed bank, mangrove restoration", "least_trl": "trl-6",
        "ip_accepted": ["open-licence"] ,
    })  # fmt: skip
    found = match_need(need)
    reasons = {gone.id: gone.criterion for gone in found.excluded}
    assert reasons["mangrove"] == "maturity"
    assert reasons["seed-bank"] == "rights"


@pytest.mark.usefixtures("filled")
def test_what_takes_more_than_is_there_is_said() -> None:
    need = validate("need", {"title": "Seed bank", "summary": "A seed bank", "power_available": "low"})
    match = next(match for match in match_need(need).matches if match.id == "seed-bank")
    assert any(caveat.criterion == "capacity" and "power" in caveat.text for caveat in match.against)


@pytest.mark.usefixtures("filled")
def test_the_reader_takes_away_what_was_wrongly_understood() -> None:
    found = match_text(NEED["en"], without=frozenset({"KEN", "training"}))
    assert found.understood.places == ()
    assert found.understood.support_types == ()


@pytest.mark.usefixtures("filled")
def test_matches_can_be_asked_by_type() -> None:
    assert {match.type for match in match_text(NEED["en"], types=("offer",)).matches} == {"offer"}
    grouped = match_text(NEED["en"], per_type=1).by_type
    assert {name: len(group) for name, group in grouped.items()} == {"technology": 1, "offer": 1}


@pytest.mark.usefixtures("filled")
def test_nonsense_matches_nothing() -> None:
    assert match_text("qwrtzp xkcdvb").matches == ()
    assert match_text("").matches == ()


@pytest.mark.usefixtures("filled")
def test_a_record_finds_its_like_but_not_itself() -> None:
    found = [match.id for match in match_record(SEED_BANK, types=("technology", "offer")).matches]
    assert "seed-bank" not in found
    assert found[0] in ("course", "barred")


def test_a_private_record_is_no_match(engine: Index) -> None:
    fill(engine, [record("secret", title="Seed bank in Kenya", visibility="private", owner="x"), COURSE])
    found = match_text(NEED["en"])
    assert [match.id for match in found.matches] == ["course"]
    assert found.excluded == ()


@pytest.mark.usefixtures("filled")
def test_the_same_need_gives_the_same_answer() -> None:
    assert match_text(NEED["zh"]) == match_text(NEED["zh"])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=120))
def test_no_text_breaks_the_matcher(filled: Index, text: str) -> None:
    for match in match_text(text).matches:
        assert match.for_


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "text",
    [
        "We need a violin teacher for our school orchestra", "Je cherche un appartement à louer près de la gare",
        "Necesito un abogado para mi divorcio", "Ищем тренера для детской хоккейной команды",
        "أبحث عن شقة للإيجار قرب الجامعة", "请帮我修理办公室的打印机",
    ],
)  # fmt: skip
def test_what_is_of_another_world_is_not_said_to_fit(text: str) -> None:
    assert not match_text(text).fits_well


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", NEED)
def test_what_helps_is_said_to_fit(language: str) -> None:
    assert match_text(NEED[language]).fits_well


def test_a_record_that_speaks_of_more_of_the_need_comes_first(engine: Index) -> None:
    often = record(
        "often", title="Fish, fish and fish", summary="Fishing villages, fish landings, fish prices and fish stocks."
    )
    broad = record("broad", title="Counting fish in rivers", summary="A cheap method for river biologists.")
    others = [record(f"other-{n}", title=f"Grassland and cattle {n}") for n in range(20)]
    fill(engine, [often, broad, *others])
    found = match_text("Necesitamos un método barato para contar peces en ríos")
    assert found.matches[0].id == "broad"


def test_of_two_that_answer_alike_the_one_of_the_very_words_comes_first(engine: Index) -> None:
    more = record("a-more", title="Red List Index for utilized species of rivers, lakes and wetlands")
    same = record("b-same", title="Red List Index for utilized species")
    others = [record(f"other-{n}", title=f"Grassland and cattle {n}") for n in range(20)]
    fill(engine, [more, same, *others])
    assert [match.id for match in match_text("Red List Index for utilized species").matches[:2]] == ["b-same", "a-more"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("text", ["We look for a seed bank and for mangroves", "我们想要种子库和红树林"])
def test_what_the_reader_takes_away_counts_no_longer(text: str) -> None:
    before = match_text(text)
    assert {"seed-bank", "mangrove"} <= {match.id for match in before.matches}
    taken = next(concept.key for concept in before.understood.concepts if concept.label == "seed bank")
    after = match_text(text, without=frozenset({taken}))
    assert {match.id for match in after.matches} == {"mangrove"}
    assert taken not in [concept.key for concept in after.understood.concepts]
