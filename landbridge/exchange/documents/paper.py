"""A form on paper: what stands in it, section by section and box by box, before anybody draws it as XLSX or DOCX."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from landbridge.exchange.documents.leaves import Leaf, Model, boxes, leaf_of, several
from landbridge.exchange.documents.texts import code_text, term_text, written
from landbridge.exchange.documents.wording import Words
from landbridge.formats.editions import current
from landbridge.formats.fields import File, Group, Question, Terms, Text
from landbridge.formats.format import SECTIONS, parts, questions, required, sections
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import Term, vocabulary
from landbridge.lib.languages import direction

BLANK_BLOCKS: Final = 2
"""Numbered blocks of a list in an empty form; one more than there are in a filled one."""
LEFT_OUT: Final = frozenset({"sample"})
"""Questions that nobody answers on paper."""
LISTED: Final = 12
"""So many terms at most are also written out beside the question."""


@dataclass(frozen=True)
class Box:
    """One row of the form."""

    path: str
    label: str
    help: str = ""
    value: str = ""
    choices: str = ""
    """The name of the list of choices, see `Paper.lists`."""
    many: bool = False
    lines: int = 1
    direction: str = "ltr"


@dataclass(frozen=True)
class Section:
    """Some boxes under one title."""

    title: str
    boxes: Sequence[Box]


@dataclass(frozen=True)
class Mark:
    """What a form says of itself, so that it is known again when it comes back."""

    format: str
    edition: int
    language: str
    record: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Paper:
    """A whole form. `lists` holds the choices by name; plain data, so that another process can draw it."""

    mark: Mark
    title: str
    about: str
    how: str
    leave: str
    """What to say beside the line by which the form is known again."""
    direction: str
    heads: tuple[str, str, str]
    sections: Sequence[Section]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def paper(
    format: str, words: Words, answers: Mapping[str, Any] | None = None, record: str = "", revision: int = 0
) -> Paper:
    """The form of a format in a language; with the answers of a record where they are given."""
    model = FORMATS[format]
    lists: dict[str, Sequence[str]] = {}
    drawn = [
        Section(words.said(SECTIONS[name]), found)
        for name, asked in sections(model).items()
        if (found := [box for one in asked for box in _boxes(model, one, answers, words, lists)])
    ]
    return Paper(
        mark=Mark(format, current(model.editions), words.language, record, revision),
        title=words.said(model.label), about=words.said(model.about), direction=direction(words.language),
        how=words.said("Fill in what you can; everything can be changed later. Then bring this file back to the page "
                       "“From a text or file”."),
        leave=words.said("Please leave this line: by it the form is known again."),
        heads=(words.said("Question"), words.said("What is meant"), words.said("Answer")),
        sections=drawn, lists=lists,
    )  # fmt: skip


def _boxes(
    model: Model, name: str, answers: Mapping[str, Any] | None, words: Words, lists: dict[str, Sequence[str]]
) -> Iterator[Box]:
    question = questions(model)[name]
    if name in LEFT_OUT or isinstance(question, File):
        return
    needed = f" ({words.said('needed')})" if name in required(model) else ""
    answer = (answers or {}).get(name)
    first = True
    for path, value in boxes(model, name, answer, words.language, BLANK_BLOCKS):
        leaf = leaf_of(model, path)
        if leaf is not None:
            label = f"{_label(model, path, leaf, words)}{needed if first else ''}"
            yield _box(path, label, leaf, value, words, lists, words.said(question.help) if first else "")
            first = False


def _label(model: Model, path: str, leaf: Leaf, words: Words) -> str:
    """What a box is called: its question, the number of its block, its own part, its language."""
    name, *rest = path.split(".")
    said = words.said(questions(model)[name].label)
    if several(model, name):
        said = f"{said} {int(rest[0]) + 1}"
    inner = leaf.part or (leaf.question.label if leaf.question is not questions(model)[name] else "")
    if inner and words.said(inner) != words.said(questions(model)[name].label):
        said = f"{said} – {words.said(inner)}"
    nested = _nested(model, name, rest)
    if nested is not None and leaf.part:
        said = f"{words.said(questions(model)[name].label)} {_number(rest)} – {words.said(nested.label)}"
        said = f"{said} – {words.said(leaf.part)}"
    if isinstance(leaf.question, Text):
        said = f"{said} ({words.tongue(rest[-1])})"
    return said


def _nested(model: Model, name: str, rest: Sequence[str]) -> Question | None:
    """The question inside a group to which a part belongs: the cost of a unit, of which this is the currency."""
    inner = parts(model, name) if isinstance(questions(model)[name], Group) else None
    asked = [step for step in rest if not step.isdigit()]
    return questions(inner).get(asked[0]) if inner is not None and asked else None


def _number(rest: Sequence[str]) -> str:
    return str(int(rest[0]) + 1) if rest and rest[0].isdigit() else ""


def _box(
    path: str, label: str, leaf: Leaf, value: Any, words: Words, lists: dict[str, Sequence[str]], help: str
) -> Box:
    question = leaf.question
    choices, options = _choices(leaf, words)
    if choices:
        lists.setdefault(choices, options)
    if choices and len(options) <= LISTED:
        help = f"{help} {words.said('Choose from:')} {'; '.join(options)}".strip()
    tongue = path.rsplit(".", 1)[-1] if isinstance(question, Text) else words.language
    return Box(
        path=path, label=label, help=help, value=written(leaf, value, words), choices=choices,
        many=leaf.kind == "terms" and isinstance(question, Terms) and question.many,
        lines=question.lines if isinstance(question, Text) else 1, direction=direction(tongue),
    )  # fmt: skip


def _choices(leaf: Leaf, words: Words) -> tuple[str, Sequence[str]]:
    """The name of the list of a box, and what stands in it."""
    if leaf.kind == "terms" and isinstance(leaf.question, Terms):
        question = leaf.question
        return "+".join(leaf.vocabularies), [term_text(question, term, words) for term in _terms(question)]
    if leaf.kind == "code":
        name = leaf.vocabularies[0]
        return f"codes:{name}", [code_text(name, term.id, words) for term in vocabulary(name)]
    if leaf.kind == "flag":
        return "flag", [words.said("Yes"), words.said("No")]
    if leaf.kind == "choice":
        return "choice:" + "|".join(leaf.choices), [words.choices.get(one, one) for one in leaf.choices]
    return "", ()


def _terms(question: Terms) -> Iterator[Term]:
    for name in question.vocabularies:
        yield from vocabulary(name)
