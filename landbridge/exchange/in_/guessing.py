"""A first guess at a mapping, from the names of columns in six languages and from what stands in the cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext, override

from landbridge.exchange.columns import format_meant
from landbridge.exchange.in_.mapping import NEVER, TableMapping, targets, terms
from landbridge.formats.fields import Terms, Text
from landbridge.formats.format import questions
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import fold, vocabulary
from landbridge.lib.languages import DEFAULT, LANGUAGES, NAMES

MOST_TOLD: Final = 60
"""Different cells of a column that are shown to be translated into terms."""
KEY: Final = "key"
_SIGNS: Final = re.compile(r"[\s_\-./()\[\]:]+")
_LETTERS: Final = {
    "ar": re.compile("[\u0621-\u064a]"), "ru": re.compile("[\u0410-\u044f]"), "zh": re.compile("[\u4e00-\u9fff]"),
}  # fmt: skip
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("name", "titre", "nom", "intitulé", "título", "nombre", "название", "наименование", "名称", "标题",
              "题名", "العنوان", "الاسم", "اسم"),
    "summary": ("abstract", "description", "résumé", "resumen", "descripción", "описание", "аннотация", "摘要", "简介",
                "描述", "ملخص", "الوصف", "وصف", "notes"),
    "places": ("country", "countries", "pays", "país", "países", "pais", "страна", "страны", "国家", "البلد", "الدولة",
               "region", "coverage"),
    "links": ("url", "link", "website", "web", "homepage", "lien", "site web", "adresse web", "enlace", "sitio web",
              "ссылка", "сайт", "网址", "链接", "网站", "رابط", "الموقع", "uri"),
    "year": ("year", "année", "an", "año", "год", "年份", "年", "السنة", "date"),
    "authors": ("author", "auteur", "auteurs", "autor", "autores", "автор", "авторы", "作者", "المؤلف"),
    "publishers": ("publisher", "éditeur", "editor", "editorial", "издатель", "出版者", "出版社", "الناشر"),
    "contacts": ("contact", "e mail", "email", "courriel", "correo", "контакт", "联系人", "邮箱", "البريد"),
    "point.latitude": ("lat", "latitude", "latitud", "широта", "纬度", "خط العرض"),
    "point.longitude": ("lon", "lng", "long", "longitude", "longitud", "долгота", "经度", "خط الطول"),
    "themes": ("theme", "thème", "tema", "тема", "主题", "الموضوع"),
    "ecosystems": ("ecosystem", "écosystème", "ecosistema", "экосистема", "生态系统", "النظام البيئي", "biome"),
    KEY: ("id", "identifier", "ref", "reference", "ref no", "no", "nr", "number", "code", "key", "identifiant",
          "référence", "numéro", "n°", "identificador", "número", "código", "номер", "код", "идентификатор", "编号",
          "序号", "代码", "الرقم", "رقم", "المعرف", "رمز", "doi"),
}  # fmt: skip
"""What people call a column that our own labels do not."""


@dataclass(frozen=True)
class Sample:
    """A column as it was looked at: some cells, and how many different ones there are."""

    name: str
    cells: tuple[str, ...]
    distinct: int
    filled: int


class Sampler:
    """Looks at the rows that go by."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, None]] = {}
        self.filled: dict[str, int] = {}
        self.sheets: dict[str, None] = {}

    def see(self, cells: Mapping[str, Any], sheet: str) -> None:
        """Take one row in."""
        self.sheets.setdefault(sheet)
        for name, value in cells.items():
            known = self.cells.setdefault(name, {}) if name else {}
            text = " ".join(str(value).split())[:80] if value is not None else ""
            if text and name:
                self.filled[name] = self.filled.get(name, 0) + 1
                if len(known) <= MOST_TOLD:
                    known.setdefault(text)

    def told(self) -> dict[str, Any]:
        """What was seen, as it is kept with a preview."""
        few = len(self.cells) <= 60
        columns = [
            {"name": name, "cells": list(cells)[: MOST_TOLD if few and len(cells) <= MOST_TOLD else 5],
             "distinct": len(cells), "filled": self.filled.get(name, 0)}
            for name, cells in list(self.cells.items())[:200]
        ]  # fmt: skip
        return {"columns": columns, "sheets": [sheet for sheet in self.sheets if sheet][:50]}


def samples(told: object) -> list[Sample]:
    """The columns that a preview told of; none where it did not."""
    columns = told.get("columns") if isinstance(told, dict) else None
    return [
        Sample(one["name"], tuple(one["cells"]), one["distinct"], one["filled"])
        for one in (columns if isinstance(columns, list) else ())
    ]


def _folded(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", fold(text)).split())


@cache
def _languages() -> dict[str, str]:
    """Names of the six languages in all of them, and their tags, to the tag."""
    terms = vocabulary("languages").terms
    named = {_folded(label): tag for tag in LANGUAGES if tag in terms
             for labels in terms[tag].labels.values() for label in labels}  # fmt: skip
    return {**named, **{_folded(NAMES[tag]): tag for tag in LANGUAGES}, **{tag: tag for tag in LANGUAGES}}


@cache
def _names(format_name: str) -> dict[str, tuple[str, str]]:
    """What a column may be called to (target, language of that name), our own words before those of others."""
    found: dict[str, tuple[str, str]] = {}
    asked = targets(format_name)
    for name in asked:
        found.setdefault(_folded(name), (name, ""))
    for tag in (DEFAULT, *LANGUAGES):
        with override(tag):
            for name, question in questions(FORMATS[format_name]).items():
                if name in asked:
                    found.setdefault(_folded(gettext(question.label)), (name, tag))
    for name, words in _WORDS.items():
        if name == KEY or name in asked:
            for word in words:
                found.setdefault(_folded(word), (name, _spoken(word)))
    return found


def _spoken(word: str) -> str:
    """The language of a word by its letters, where they tell."""
    return next((tag for tag, letters in _LETTERS.items() if letters.search(word)), "")


def _apart(name: str) -> tuple[str, str]:
    """The name of a column without the language that it ends or begins with, and that language."""
    words = _folded(name).split()
    for size in (2, 1):
        for rest, said in ((words[:-size], words[-size:]), (words[size:], words[:size])):
            tag = _languages().get(" ".join(said))
            if rest and tag:
                return " ".join(rest), tag
    return " ".join(words), ""


def guess(format_name: str, columns: Sequence[Sample], language: str = DEFAULT) -> dict[str, Any]:
    """A mapping to begin with, as it is kept; a person looks it over."""
    names, used = _names(format_name), set()
    mapped: dict[str, dict[str, Any]] = {}
    key = ""
    for column in columns:
        bare, tag = _apart(column.name)
        target, spoken = names.get(_folded(column.name)) or names.get(bare) or ("", "")
        if target == KEY:
            unique = column.distinct >= min(column.filled, MOST_TOLD)
            key = key or (column.name if unique else "")
        question = targets(format_name).get(target)
        if question is None or (target in used and not isinstance(question, Text)):
            continue
        used.add(target)
        mapped[column.name] = {"to": target, "language": tag or spoken if isinstance(question, Text) else ""}
    for column in columns:
        target = _by_cells(format_name, column, used) if column.name not in mapped and column.name != key else ""
        if target:
            used.add(target)
            mapped[column.name] = {"to": target, "language": ""}
    spoken = next((one["language"] for one in mapped.values() if one["language"]), language)
    return {"format": format_name, "language": spoken, "key": key, "columns": mapped, "fixed": {}}


def _by_cells(format_name: str, column: Sample, used: Iterable[str]) -> str:
    """A question whose terms are what stands in the cells."""
    if not column.cells or column.distinct > MOST_TOLD:
        return ""
    for name, question in targets(format_name).items():
        if name in used or name in NEVER or not isinstance(question, Terms) or question.vocabularies == ("species",):
            continue
        known = sum(all(map(question.find, terms(cell, question))) for cell in column.cells)
        if known * 3 >= len(column.cells) * 2 and not all(cell.isdigit() for cell in column.cells):
            return name
    return ""


def guess_format(names: Iterable[str], sheets: Iterable[str] = ()) -> str:
    """The kind of record that a file or a sheet of this name seems to hold; else resources."""
    for name in (*sheets, *names):
        if meant := format_meant(name.rpartition(".")[0] or name):
            return meant
    return "resource"


def unknown_cells(mapping: TableMapping, columns: Sequence[Sample]) -> dict[str, list[str]]:
    """Cells of columns of terms that name no term and that nobody has translated yet, by column."""
    found: dict[str, list[str]] = {}
    for sample in columns:
        column = mapping.columns.get(sample.name)
        question = targets(mapping.format).get(column.to) if column else None
        if column is not None and isinstance(question, Terms) and sample.distinct <= MOST_TOLD:
            unknown = (
                cell for cell in sample.cells if any(question.find(one) is None for one in terms(cell, question))
            )
            found[sample.name] = list(unknown)
    return {name: cells for name, cells in found.items() if cells}
