"""Every text of the interface is there in every language, with the same placeholders."""

import re
from typing import get_args

import pytest

from landbridge.lib.languages import DEFAULT, LANGUAGES

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_lacks_a_translation(language: str) -> None:
    from landbridge.web.messages import catalogue, is_complete, messages

    known = catalogue(language)
    lacking = [
        one.text for one in messages()
        if (found := known.get(one.id, one.context)) is None or not is_complete(found.string)
    ]  # fmt: skip
    assert not lacking


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_hold_nothing_else(language: str) -> None:
    from landbridge.web.messages import catalogue, messages

    wanted = {(one.text, one.context) for one in messages()}
    held = {(one.id[0] if isinstance(one.id, tuple) else one.id, one.context) for one in catalogue(language) if one.id}
    assert held <= wanted


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_the_same(language: str) -> None:
    """A plural form for none, one or two may say the number in words; no form may name what is not given."""
    from landbridge.web.messages import catalogue

    for one in catalogue(language):
        given = set(_PLACEHOLDER.findall(one.id[0] if isinstance(one.id, tuple) else one.id))
        if isinstance(one.string, tuple):
            assert all(set(_PLACEHOLDER.findall(form)) <= given for form in one.string), one.id
            assert set(_PLACEHOLDER.findall(one.string[-1])) == given, one.id
        elif one.id:
            assert set(_PLACEHOLDER.findall(one.string)) == given, one.id
            assert one.string.count("<") == one.id.count("<"), one.id


@pytest.mark.parametrize("language", OTHERS)
def test_labels_of_the_formats_are_translated(language: str) -> None:
    from django.utils.translation import gettext, override

    from landbridge.web.pages import strings

    same_everywhere = {"ORCID", "DOI, ISBN, handle."}
    with override(language):
        lacking = {text for text in strings() if text and text not in same_everywhere and gettext(text) == text}
    # Some words are spelled alike in English and French or Spanish.
    alike = {"Transfert", "Description", "Performance", "Source", "Type", "Budget", "Identifiant", "Service"}
    assert len(lacking - alike) <= (40 if language in ("fr", "es") else 0), sorted(lacking)


def test_the_fixed_answers_of_the_formats_have_words() -> None:
    from pydantic import BaseModel

    from landbridge.formats.format import parts, questions
    from landbridge.formats.library import FORMATS
    from landbridge.web.labels import CHOICES

    models: list[type[BaseModel]] = list(FORMATS.values())
    for model in models:
        for name in questions(model):
            part = parts(model, name)
            if part is not None and part not in models:
                models.append(part)
            unknown = {one for one in _literals(model.model_fields[name].annotation) if one not in CHOICES}
            assert not unknown, f"{model.__name__}.{name}"


def _literals(annotation: object) -> set[str]:
    found: set[str] = set()
    for inner in get_args(annotation):
        found |= {inner} if isinstance(inner, str) else _literals(inner)
    return found


def test_every_party_has_its_tile() -> None:
    from landbridge.formats.vocabulary import vocabulary
    from landbridge.web.tiles import COLUMNS, ROWS, tiles

    placed = {tile.country: (tile.column, tile.row) for tile in tiles()}
    parties = {term.id for term in vocabulary("countries") if term.extra.get("cbd") == "party"}
    assert parties <= set(placed)
    assert len(set(placed.values())) == len(placed) == len(tiles())
    assert all(column < COLUMNS and row < ROWS for column, row in placed.values())


@pytest.mark.parametrize(
    ("count", "said"), [(0, "لا سجلات"), (1, "سجل واحد"), (2, "سجلان"), (3, "3 سجلات"), (11, "11 سجلا")]
)
def test_arabic_counts_in_six_forms(count: int, said: str) -> None:
    from django.template import Context, Template
    from django.utils.translation import override

    source = (
        "{% blocktranslate count total=n trimmed with shown=n %}{{ shown }} record"
        "{% plural %}{{ shown }} records{% endblocktranslate %}"
    )
    with override("ar"):
        assert Template(source).render(Context({"n": count})) == said
