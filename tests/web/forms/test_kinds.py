"""Every kind of question, of every format: an answer becomes controls, and the controls become the same answer."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from landbridge.formats.fields import (
    Flag,
    Line,
    Money,
    Number,
    Organisation,
    Period,
    Point,
    Quantity,
    Question,
    Reference,
    Terms,
)  # fmt: skip
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.validate import validate
from landbridge.formats.vocabulary import Term, Vocabulary
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.copies import begin
from landbridge.registry.models import WorkingCopy
from landbridge.web.forms.figures import amount, degrees, figure
from landbridge.web.forms.posted import Posted
from landbridge.web.forms.read import NEVER_TYPED, Sent, take
from landbridge.web.forms.rich import to_html, to_text
from tests.cast import Cast
from tests.web.forms.samples import RICH, controls, full
from tests.web.reading import read_page

pytestmark = pytest.mark.once  # How questions are drawn and read has nothing to do with the database.

ALL = pytest.mark.parametrize("format", FORMATS)


def a_copy(cast: Cast, format: str, answers: dict[str, Any]) -> WorkingCopy:
    return begin(
        actor=cast.losa.actor, format=format, language="en", owner="FJI", answers=answers, title="",
    )  # fmt: skip


@ALL
def test_the_samples_are_valid(format: str) -> None:
    validate(format, full(FORMATS[format]))


@ALL
@pytest.mark.parametrize("language", ["en", "ar", "fr"])
def test_saving_an_untouched_form_changes_nothing(cast: Cast, losa: Client, format: str, language: str) -> None:
    answers = full(FORMATS[format])
    copy = a_copy(cast, format, answers)
    page = read_page(losa.get(f"/write/{copy.id}?all=1&language={language}"))
    sent = {**controls(page), "_was": ["{}"]}  # Nothing is remembered: every answer is read from its controls.
    assert losa.post(f"/write/{copy.id}", sent).status_code == 302
    copy.refresh_from_db()
    assert validate(format, copy.answers) == validate(format, answers)


@ALL
def test_every_question_has_a_control_that_its_errors_lead_to(cast: Cast, losa: Client, format: str) -> None:
    copy = a_copy(cast, format, {})
    page = read_page(losa.get(f"/write/{copy.id}?all=1"))
    asked = set(questions(FORMATS[format])) - NEVER_TYPED
    assert asked <= {one.removeprefix("f-") for one in page.xpath("//@id") if one.startswith("f-")}
    labelled = set(page.xpath("//label/@for"))
    for control in page.xpath("//form[@id='write']//*[self::input or self::textarea or self::select]"):
        if control.get("type") not in ("hidden", "checkbox", "radio"):
            assert control.get("id") in labelled, control.get("name")


@ALL
def test_a_wrong_answer_of_any_form_is_drawn_and_told_of(cast: Cast, losa: Client, format: str) -> None:
    """What a program or an older edition left in a copy may have any form."""
    for odd in ("words", 7, ["words", {"record": 1}, 3], {"en": 5, "x": [1]}, True, [[[]]]):
        copy = a_copy(cast, format, dict.fromkeys(questions(FORMATS[format]), odd))
        page = read_page(losa.get(f"/write/{copy.id}?all=1&check=1"))
        assert page.xpath("//section[@id='errors']//li")
        assert losa.post(f"/write/{copy.id}", controls(page)).status_code in (302, 409)
        read_page(losa.get(f"/write/{copy.id}/preview"))
        read_page(losa.get(f"/write/{copy.id}/finish"))


def took(question: Question, **posted: Any) -> Any:
    form = QueryDict(mutable=True)
    for name, value in posted.items():
        form.setlist(name.replace("__", "."), value if isinstance(value, list) else [value])
    return take(question, FORMATS["need"], "urgency", "a", Sent(Posted.of(form), "en", "en"), None)


@pytest.mark.parametrize(
    ("question", "posted", "answer"),
    [
        (Flag(label=""), {"a": "yes"}, True),
        (Flag(label=""), {"a": "no"}, False),
        (Flag(label=""), {"a": ["", ""]}, None),
        (Number(label=""), {"a": "1 200"}, 1200),
        (Number(label=""), {"a": "١٢"}, 12),
        (Number(label=""), {"a": "many"}, "many"),
        (Terms(label="", vocabularies=("ecosystems",)), {"a__find": "récif corallien"}, ["coral-reef"]),
        (Terms(label="", vocabularies=("ecosystems",)), {"a": ["", "coral-reef"], "a__find": "rééf"},
         ["coral-reef", "rééf"]),
        (Terms(label="", vocabularies=("countries", "regions")), {"a__find": "Fiji, Тонга"},
         ["countries:FJI", "countries:TON"]),
        (Money(label=""), {"a__amount": "15,5", "a__currency": "euro"}, {"amount": "15.50", "currency": "EUR"}),
        (Quantity(label="", unit="years"), {"a__unit": "years"}, {}),
        (Period(label=""), {"a__start": "soon"}, {"start": "soon"}),
        (Point(label=""), {"a__latitude": "17°42′S", "a__longitude": "178.1", "a__blurred": "yes"},
         {"latitude": -17.7, "longitude": 178.1, "blurred": True}),
        (Point(label=""), {"a__blurred": "yes"}, {}),
        (Organisation(label=""), {"a__0__name": " ", "a__4__name": "Council"}, [{"name": "Council"}]),
        (Reference(label=""), {"a": ["x-1"], "a__relation__x-1": "uses", "a__find": "reef guide"},
         [{"record": "x-1", "relation": "uses"}, {"find": "reef guide"}]),
        (Reference(label=""), {"a__find": "https://n.example/records/x-1?in=fr"}, [{"record": "x-1"}]),
        (Line(label=""), {"a": "a\u0000b"}, "ab"),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(question: Question, posted: dict[str, Any], answer: Any) -> None:
    assert took(question, **posted) == answer


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1,234.5", 1234.5), ("1 234", 1234), ("0,125", 0.125), ("3,5", 3.5), ("-4", -4), ("1e9", "1e9"), ("", ""),
     ("٣٫٥", 3.5), ("1.2.3", "1.2.3"), ("9" * 40, "9" * 40)],
)  # fmt: skip
def test_numbers_of_many_habits(typed: str, number: Any) -> None:
    assert figure(typed) == number


def test_money_is_never_a_floating_number() -> None:
    assert amount("1 234,5") == "1234.50" or amount("1234,5") == "1234.50"
    assert amount("0.1") == "0.10"
    assert amount("a lot") == "a lot"


@pytest.mark.parametrize(
    ("typed", "value"),
    [("-17.7", -17.7), ("17°42'S", -17.7), ("17 42 0 S", -17.7), ("178° 6′ 30″ E", 178.108333), ("4,5", 4.5),
     ("17°75'S", "17°75'S"), ("north", "north"), ("12º30' O", -12.5)],
)  # fmt: skip
def test_coordinates_in_degrees_and_minutes(typed: str, value: Any) -> None:
    assert degrees(typed) == value


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("One\nline\n\nTwo", "<p>One<br>line</p><p>Two</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("### Head\nText", "<h3>Head</h3><p>Text</p>"),
        ("**bold** and *thin*", "<p><strong>bold</strong> and <em>thin</em></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("-", "<p>-</p>"), ("", ""),
    ],
)  # fmt: skip
def test_rich_text_is_typed_in_any_field(typed: str, html: str) -> None:
    assert to_html(typed) == html
    assert to_html(to_text(html)) == html


def test_rich_text_comes_back_as_it_was() -> None:
    assert "[link](https://example.org/)" in to_text(RICH)
    assert 'href="https://example.org/"' in to_html(to_text(RICH))


@given(
    some.text(alphabet=some.one_of(some.sampled_from("ab *-#>[]()\n1."), some.characters(codec="utf-8")), max_size=60)
)
def test_typed_rich_text_is_stable(typed: str) -> None:
    """What comes back into the field says the same again."""
    html = to_html(typed)
    assert "<script" not in html
    assert to_html(to_text(html)) == html


def test_five_thousand_terms_are_looked_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.web.forms import choices

    terms = {
        f"t{number}": Term("many", f"t{number}", {tag: (f"{tag} term number {number}",) for tag in LANGUAGES})
        for number in range(5_000)
    }
    many = Vocabulary("many", "1", {}, "", terms)
    monkeypatch.setattr(choices, "vocabulary", lambda name: many)
    monkeypatch.setattr("landbridge.formats.fields.vocabulary", lambda name: many)
    choices._labels.cache_clear()
    question = Terms(label="", vocabularies=("many",))
    assert choices.candidates(question, "zh TERM number 4321") == [("t4321", "En term number 4321")]
    assert len(choices.candidates(question, "term")) == choices.MOST_FOUND
    assert choices.size(question) > choices.AT_SIGHT
    choices._labels.cache_clear()
