"""Differences between revisions: words, signs, lists; and no text that takes long."""

import time

import pytest

from landbridge.registry.comparison import Piece, compare, shortened, words


def marked(before: str, after: str, language: str = "en") -> str:
    """The pieces on one line: [gone] and {new}."""
    signs = {"same": "%s", "gone": "[%s]", "new": "{%s}"}
    return "".join(signs[piece.kind] % piece.text for piece in words(before, after, language))


@pytest.mark.parametrize(
    ("before", "after", "language", "told"),
    [
        ("We plant mangroves.", "We plant seagrass.", "en", "We plant [mangroves]{seagrass}."),
        ("a b c d", "a x y d", "en", "a [b c]{x y} d"),
        ("", "New", "en", "{New}"),
        ("Old", "", "en", "[Old]"),
        ("same", "same", "en", ""),
        ("恢复红树林", "恢复珊瑚林", "zh", "恢复[红树]{珊瑚}林"),
        ("使用 GPS 测量", "使用 GIS 测量", "zh", "使用 [GPS]{GIS} 测量"),
        ("استعادة المانغروف", "استعادة الشعاب", "ar", "استعادة [المانغروف]{الشعاب}"),
        ("One.\nTwo.\nThree.", "One.\nThree.\nFour.", "en", "One.\n[Two.\n]Three.{\nFour.}"),
        ("don't", "don't!", "en", "don't{!}"),
    ],
)
def test_texts_differ_by_words_and_in_chinese_by_signs(before: str, after: str, language: str, told: str) -> None:
    assert marked(before, after, language) == told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ab " * 6000, "ba " * 6000), ("a b " * 5000, "b a a " * 3500), ("的一" * 10_000, "一的的" * 6000),
        ("x" * 40_000, "y" * 40_000), ("\n".join("ab" * 3000), "\n".join("ba" * 3000)),
        (" ".join(map(str, range(8000))), " ".join(map(str, range(8000, 0, -1)))), ("a\u0301 " * 9000, "á " * 9000),
        ("".join(f"w{at % 50} " for at in range(1499)), "".join(f"w{at * 7 % 50} " for at in range(1499))),
    ],
)  # fmt: skip
def test_no_text_takes_long_and_both_sides_come_out_whole(before: str, after: str) -> None:
    began = time.perf_counter()
    pieces = words(before, after, "zh")
    assert time.perf_counter() - began < 5
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_lists_tell_what_went_and_what_came() -> None:
    found = compare("need", {"places": ["FJI", "TON"]}, {"places": ["WSM", "FJI"]}).differences[0]
    assert (found.gone, found.new, found.kept, found.listed) == (("TON",), ("WSM",), ("FJI",), True)


def test_single_answers_and_languages_that_are_new() -> None:
    before = {"title": {"en": "A"}, "urgency": "urgent", "closed": False, "beneficiary_count": 5, "sample": True}
    after = {"title": {"en": "A", "fr": "B"}, "urgency": "urgent", "closed": True, "sample": True}
    found = compare("need", before, after)
    told = {one.name: one for one in found.differences}
    assert set(told) == {"title", "closed", "beneficiary_count"}
    assert found.same == 2
    assert [(one.language, one.pieces) for one in told["title"].texts] == [("fr", (Piece("new", "B"),))]
    assert (told["closed"].gone, told["closed"].new) == ((False,), (True,))
    assert (told["beneficiary_count"].gone, told["beneficiary_count"].new) == ((5,), ())


def test_a_new_address_behind_the_same_words_does_not_hide() -> None:
    before = {"description": {"en": '<p>See <a href="https://a.example">the page</a></p>'}}
    after = {"description": {"en": '<p>See <a href="https://b.example">the page</a></p>'}}
    pieces = compare("need", before, after).differences[0].texts[0].pieces
    assert any("b" in piece.text for piece in pieces if piece.kind == "new")
    bold = {"description": {"en": '<p>See <a href="https://a.example"><strong>the page</strong></a></p>'}}
    assert compare("need", before, bold).differences[0].texts[0].pieces == ()


def test_what_lies_far_from_a_change_is_left_out() -> None:
    long = "word " * 500
    told = shortened(words(f"{long}old {long}", f"{long}new {long}"))
    assert [piece.kind for piece in told] == ["same", "gone", "new", "same"]
    assert told[0].text.startswith("…")
    assert told[3].text.endswith("…")
    assert all(len(piece.text) < 400 for piece in told)
