"""Controlled vocabularies: terms with labels in six languages, read from tab-separated files.

A file holds one concept a line; `docs/vocabularies.md` tells the columns. A term is named by its key
`vocabulary:id`, or by its bare id where the vocabulary is known (a field of a format names its own).
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from sys import intern
from typing import Final

from landbridge.lib.languages import LANGUAGES

FOLDER: Final = Path(__file__).parent / "vocabularies"
LEXICON: Final = "lexicon"
COLUMNS: Final = ("id", "broader", "related", "match", *LANGUAGES)
NOTATIONS: Final = ("iso2", "m49", "cbd", "uri")
"""Further columns whose value also names the term."""


class VocabularyError(ValueError):
    """A vocabulary file or name that cannot be read; the message names the place."""


class Labels(Mapping[str, tuple[str, ...]]):
    """Labels per language as they stand in the file, and read when they are asked for.

    Every process holds some forty thousand of them: as strings they would take five times the memory.
    """

    __slots__ = ("_cells",)

    def __init__(self, cells: Iterable[str]) -> None:
        """`cells` has those of all `LANGUAGES` in their order; a bar parts the labels of one."""
        self._cells = "\t".join(cells).encode()

    def __getitem__(self, language: str) -> tuple[str, ...]:
        labels = self._read(LANGUAGES.index(language)) if language in LANGUAGES else ()
        if not labels:
            raise KeyError(language)
        return labels

    def _read(self, place: int) -> tuple[str, ...]:
        return tuple(filter(None, self._cells.split(b"\t")[place].decode().split("|")))

    def __iter__(self) -> Iterator[str]:
        return (language for place, language in enumerate(LANGUAGES) if self._read(place))

    def __len__(self) -> int:
        return sum(1 for _ in self)


NO_LABELS: Final = Labels("" for _ in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Term:
    """One concept: its labels per language (the first is the preferred one) and its relations as keys."""

    vocabulary: str
    id: str
    labels: Mapping[str, tuple[str, ...]]
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.vocabulary}:{self.id}"

    @property
    def uri(self) -> str:
        """The official address where there is one, else a URN that is the same on every node."""
        return self.extra.get("uri") or f"urn:landbridge:{self.vocabulary}:{self.id}"

    def label(self, language: str) -> str:
        """The preferred label in `language`, else in English, else the id."""
        for tag in (language, "en"):
            if labels := self.labels.get(tag):
                return labels[0]
        return next((labels[0] for labels in self.labels.values() if labels), self.id)


@dataclass(frozen=True)
class Vocabulary:
    """All terms of one vocabulary, in file order, with the ways to find one."""

    name: str
    version: str
    title: Mapping[str, str]
    about: str
    terms: Mapping[str, Term]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms.values())

    def __len__(self) -> int:
        return len(self.terms)

    @cached_property
    def _by_name(self) -> dict[str, Term]:
        names: dict[str, Term] = {}
        for term in self:
            for notation in (term.key, term.uri, *(term.extra.get(name, "") for name in NOTATIONS)):
                if notation:
                    names.setdefault(fold(notation), term)
        for term in self:
            for labels in term.labels.values():
                for label in labels:
                    names.setdefault(fold(label), term)
        return names

    def find(self, name: str) -> Term | None:
        """The term with this id, key, URI, notation (ISO 3166, M49, CBD) or label in any language."""
        return self.terms.get(name) or self._by_name.get(fold(name))

    @cached_property
    def _children(self) -> dict[str, list[Term]]:
        children: dict[str, list[Term]] = {}
        for term in self:
            for parent in term.broader:
                children.setdefault(parent, []).append(term)
        return children

    def narrower(self, key: str) -> list[Term]:
        """The terms of this vocabulary that name `key` as a broader term."""
        return self._children.get(key, [])

    def tops(self) -> list[Term]:
        """The terms without a broader term in the same vocabulary."""
        own = f"{self.name}:"
        return [term for term in self if not any(key.startswith(own) for key in term.broader)]


def fold(text: str) -> str:
    """A label as it is compared: compatible forms joined, case folded, spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _cells(line: str, columns: list[str], place: str) -> dict[str, str]:
    values = line.split("\t")
    if len(values) != len(columns):
        raise VocabularyError(f"{place}: {len(values)} cells where the head has {len(columns)}")
    return dict(zip(columns, values, strict=True))


def _keys(cell: str, vocabulary: str) -> tuple[str, ...]:
    # The same string where many terms have one broader term.
    return tuple(intern(key if ":" in key else f"{vocabulary}:{key}") for key in cell.split())


def _term(row: dict[str, str], vocabulary: str) -> Term:
    return Term(
        vocabulary=vocabulary,
        id=row["id"],
        labels=Labels(row.get(tag, "") for tag in LANGUAGES),
        broader=_keys(row.get("broader", ""), vocabulary),
        related=_keys(row.get("related", ""), vocabulary),
        match=tuple(row.get("match", "").split()),
        extra={name: value for name, value in row.items() if name not in COLUMNS and value},
    )


def _title(head: dict[str, str], name: str) -> dict[str, str]:
    """Titles stand in one line, in the order en es fr ru zh ar."""
    titles = [title.strip() for title in head.get("title", name).split("|")]
    return dict(zip(("en", "es", "fr", "ru", "zh", "ar"), titles, strict=False))


def read(path: Path) -> Vocabulary:
    """Read one vocabulary file.

    Raises:
        VocabularyError: a line has the wrong number of cells, or an id stands twice.
    """
    head: dict[str, str] = {"vocabulary": path.stem, "version": "1"}
    columns: list[str] = []
    terms: dict[str, Term] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\r\n")
            if line.startswith("#"):
                name, _, value = line.lstrip("# ").partition(":")
                head[name.strip()] = value.strip()
            elif line and not columns:
                columns = line.split("\t")
            elif line:
                place = f"{path.name}, line {number}"
                term = _term(_cells(line, columns, place), head["vocabulary"])
                if term.id in terms:
                    raise VocabularyError(f"{place}: {term.id} stands twice")
                terms[term.id] = term
    name = head["vocabulary"]
    return Vocabulary(name, head["version"], _title(head, name), head.get("about", ""), terms)


@cache
def vocabulary(name: str) -> Vocabulary:
    """The shipped vocabulary of this name.

    Raises:
        VocabularyError: there is none.
    """
    path = FOLDER / f"{name}.tsv"
    if not path.is_file():
        raise VocabularyError(f"there is no vocabulary {name!r}; there are {', '.join(names())}")
    return read(path)


@cache
def names() -> tuple[str, ...]:
    """The names of all shipped controlled vocabularies, without the general lexicon."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.tsv")))


@cache
def lexicon() -> tuple[Vocabulary, ...]:
    """The general lexicon of everyday words, one vocabulary a file."""
    return tuple(read(path) for path in sorted((FOLDER / LEXICON).glob("*.tsv")))


def find(key: str) -> Term | None:
    """The term of a full key `vocabulary:id`, or None."""
    name, _, identifier = key.partition(":")
    return vocabulary(name).terms.get(identifier) if name in names() else None


def ancestors(term: Term) -> Iterable[Term]:
    """All broader terms, nearest first, each once."""
    seen = {term.key}
    queue = list(term.broader)
    while queue:
        key = queue.pop(0)
        above = None if key in seen else find(key)
        seen.add(key)
        if above is not None:
            yield above
            queue.extend(above.broader)
