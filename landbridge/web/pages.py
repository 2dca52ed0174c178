"""A record's page, made from its format alone: what decides first, then every section with what is not told yet."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.safestring import SafeString
from pydantic import BaseModel

from landbridge.formats.format import SECTIONS, CommonFormat, parts, questions, sections
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import direction
from landbridge.registry.queries import RecordView
from landbridge.web.answers import Reading, show, told
from landbridge.web.labels import capital, language_name, place_term, reader_language, said

_AT_THE_TOP: Final = frozenset({"title", "summary", "confirmed_on", "sample", "translations"})
"""Questions whose answers stand in the head of the page."""
_DECIDING: Final = (
    "deadline", "open", "urgency", "outcome", "trl", "ip", "cost", "cost_basis", "support", "type", "language",
)  # fmt: skip
"""Roles of the questions whose answers decide whether one reads on, the most telling first."""
FACTS: Final = 4


@dataclass(frozen=True)
class Told:
    """An answered question: its label and the answer as safe HTML."""

    name: str
    label: str
    html: SafeString


@dataclass(frozen=True)
class Section:
    """A section of the page: what is told in it, and the labels of what is not."""

    id: str
    title: str
    answers: tuple[Told, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """A language in which the record can be read, and how its text came about."""

    tag: str
    name: str
    state: str
    """`original`, `human` or `machine`."""
    shown: bool


@dataclass(frozen=True)
class Page:
    """Everything that the template of a record needs."""

    view: RecordView
    title: str
    summary: str
    language: str
    format: type[CommonFormat]
    facts: tuple[Told, ...]
    who: tuple[Told, ...]
    sections: tuple[Section, ...]
    untold: tuple[str, ...]
    versions: tuple[Version, ...]

    @property
    def direction(self) -> str:
        return direction(self.language)

    @property
    def side(self) -> str:
        """The side of a match that the record stands on."""
        return self.format.side

    @property
    def version(self) -> Version | None:
        """The version that is shown."""
        return next((version for version in self.versions if version.shown), None)

    @property
    def sample(self) -> bool:
        return bool(self.view.data.get("sample"))


def page(
    view: RecordView, titles: Mapping[str, tuple[str, dict[str, str]]], wanted: str = "", files: str = "",
    *, maps: bool = True,
) -> Page:  # fmt: skip
    """The page of a record for a reader of the page's language, or of the language `wanted` of its text.

    `files` is where its files are, when that is not below the record's own address; without `maps` points are told in
    figures only.
    """
    reading = Reading(wanted or reader_language(), view.language, titles, files or f"/records/{view.id}/files", maps)
    model = FORMATS[view.format]
    language, title = told(view.data["title"], reading)
    _, summary = told(view.data.get("summary") or {}, reading)
    facts = tuple(_by_role(model, view.data, reading, _DECIDING))[:FACTS]
    who = tuple(_by_role(model, view.data, reading, ("provider",)))
    above = {one.name for one in (*facts, *who)}
    answered = [section for section in _sections(model, view.data, reading, above) if section.answers]
    return Page(
        view=view, title=title, summary=summary, language=language, format=model,
        facts=facts, who=who, sections=tuple(answered), untold=_untold(model, view.data),
        versions=_versions(view, language),
    )  # fmt: skip


def _is_told(answer: Any) -> bool:
    return answer not in (None, "", [], {})


def _is_answered(name: str, data: Mapping[str, Any]) -> bool:
    """Whether there is nothing to ask for: it is told, or its people keep it to themselves."""
    return _is_told(data.get(name)) or name in (data.get("withheld") or ())


def _tell(model: type[BaseModel], name: str, data: Mapping[str, Any], reading: Reading) -> Told:
    question = questions(model)[name]
    return Told(name, said(question.label), show(question, data[name], model, name, reading))


def _sections(
    model: type[CommonFormat], data: Mapping[str, Any], reading: Reading, above: Collection[str]
) -> Iterator[Section]:
    """The sections without what stands above them already."""
    asked = questions(model)
    for section, names in sections(model).items():
        public = [name for name in names if asked[name].public and name not in _AT_THE_TOP]
        here = [name for name in public if _is_told(data.get(name)) and name not in above]
        answers = [_tell(model, name, data, reading) for name in here]
        missing = [said(asked[name].label) for name in public if not _is_answered(name, data)]
        yield Section(section, said(SECTIONS[section]), tuple(answers), tuple(missing))


def _untold(model: type[CommonFormat], data: Mapping[str, Any]) -> tuple[str, ...]:
    """The titles of the sections in which nothing is told yet."""
    asked = questions(model)
    return tuple(
        said(SECTIONS[section])
        for section, names in sections(model).items()
        if section != "keeping" and not any(asked[name].public and _is_answered(name, data) for name in names)
    )


def _by_role(
    model: type[CommonFormat], data: Mapping[str, Any], reading: Reading, roles: tuple[str, ...]
) -> Iterator[Told]:
    asked = questions(model)
    for role in roles:
        for name, question in asked.items():
            if question.role == role and question.public and _is_told(data.get(name)) and name not in _AT_THE_TOP:
                yield _tell(model, name, data, reading)


def _versions(view: RecordView, shown: str) -> tuple[Version, ...]:
    states = view.data.get("translations") or {}
    tags = sorted(view.data["title"], key=lambda tag: tag != view.language)
    how = {tag: "original" if tag == view.language else states.get(tag, "human") for tag in tags}
    return tuple(Version(tag, capital(language_name(tag)), how[tag], tag == shown) for tag in tags)


def countries(view: RecordView) -> dict[str, str]:
    """The countries to mark on the map: warm for a need, cool for what can help; regions are not drawn."""
    asked = questions(FORMATS[view.format])
    mark = "n" if FORMATS[view.format].side == "need" else "s"
    roles = ("place", "served")
    kept = [one for name, question in asked.items() if question.role in roles for one in view.data.get(name) or ()]
    return {one: mark for one in kept if (term := place_term(one)) and term.vocabulary == "countries"}


def strings() -> Iterator[str]:
    """Every English text that the formats bring along, for translation."""
    yield from SECTIONS.values()
    seen: list[type[BaseModel]] = list(FORMATS.values())
    for model in seen:
        if issubclass(model, CommonFormat):
            yield from (model.label, model.plural, model.about, *(edition.note for edition in model.editions))
        for name, question in questions(model).items():
            yield question.label
            yield question.help
            part = parts(model, name)
            if part is not None and part not in seen:
                seen.append(part)
