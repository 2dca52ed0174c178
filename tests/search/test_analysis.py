"""Tokens in six languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.search.analysis import cognate, light10, main_script, tokens


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "restored mangroves", "restoring mangrove"),
        ("es", "energía", "energías"),
        ("fr", "énergies", "energie"),
        ("fr", "l'eau", "eaux"),
        ("fr", "l’eau", "l'eau"),
        ("ru", "технологиями", "технология"),
        ("ru", "ещё зелёных", "ещё зеленый"),
        ("ar", "والتكنولوجيا", "بالتكنولوجيا"),
        ("ar", "للمياه", "المياه"),
        ("ar", "أشجار", "اشجار"),
        ("ar", "مُنَظَّمَة", "منظمة"),
        ("ar", "قريتنا", "القرية"),
        ("ar", "محاصيلهم", "المحاصيل"),
        ("ru", "использует", "использовать"),
        ("zh", "红树林", "红树林"),
        ("en", "farmer's", "farmers'"),
        ("en", "ＳＡＲ", "sar"),
    ],
)
def test_forms_of_one_word_meet(language: str, one: str, other: str) -> None:
    assert set(tokens(one, language)) & set(tokens(other, language))


@pytest.mark.parametrize("language", ["es", "fr", "ru", "ar"])
def test_a_word_without_its_accents_is_found_among_those_with_them(language: str) -> None:
    written = {"es": "energía", "fr": "dégradées", "ru": "отчётность", "ar": "الأراضي"}[language]
    typed = {"es": "energia", "fr": "degradees", "ru": "отчетность", "ar": "الاراضي"}[language]
    assert set(tokens(typed, language)) <= set(tokens(written, language))


def test_chinese_inside_a_sentence_is_found_by_its_pairs() -> None:
    assert set(tokens("种子库", "zh")) <= set(tokens("我们需要建立种子库。", "zh"))
    assert "gis" in tokens("使用GIS技术", "zh")


def test_stop_words_and_elisions_carry_nothing() -> None:
    assert tokens("the of and", "en") == []
    assert tokens("l' d'", "fr") == []


@pytest.mark.parametrize(("one", "other"), [("آلية", "يه"), ("والدة", "ده"), ("مساهم", "مسا"), ("ألم", "م")])
def test_what_begins_or_ends_like_an_article_or_a_pronoun_stays_whole(one: str, other: str) -> None:
    assert other not in tokens(one, "ar")


def test_arabic_keeps_three_letters() -> None:
    assert light10("والمياه") == "ميا"
    assert len(light10("ولد")) >= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("monitoring", "мониторинг"), ("technology", "tecnologia"), ("ecosystem", "ecosistema"), ("coral", "коралл")],
)
def test_international_words_share_a_key(one: str, other: str) -> None:
    assert cognate(one) == cognate(other) != ""


def test_script_tells_the_language() -> None:
    assert [main_script(text) for text in ("مياه", "вода", "水资源", "water")] == ["ar", "ru", "zh", ""]


@given(st.text(max_size=200), st.sampled_from(["ar", "en", "es", "fr", "ru", "zh"]))
def test_any_text_gives_tokens_without_spaces(text: str, language: str) -> None:
    for token in tokens(text, language):
        assert token
        assert not any(letter.isspace() for letter in token)
