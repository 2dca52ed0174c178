"""Which column of a table answers which question: guessed, looked over by a person, and kept with the source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from landbridge.exchange.in_ import guessing, held, mapping, sources_actions, sources_queries
from landbridge.exchange.in_.guessing import Sample
from landbridge.exchange.models import Source, SourceRun
from landbridge.formats.fields import Question, Terms, Text
from landbridge.formats.library import FORMATS
from landbridge.formats.vocabulary import vocabulary
from landbridge.lib.languages import LANGUAGES, NAMES
from landbridge.web.forms import keeping
from landbridge.web.labels import capital, format_name, reader_language, said
from landbridge.web.people import actor_of
from landbridge.web.views.errors import not_found
from landbridge.web.views.sources import PLACE, asked, looking, runs_it

MOST_COLUMNS: Final = 100
_MOST_CELLS: Final = 300
_MOST_TERMS: Final = 600
_MOST_FIXED: Final = 12
_FREE: Final = 3
"""Empty lines for answers that are the same in every row."""


@dataclass(frozen=True)
class ColumnShown:
    """A column as the page shows it."""

    number: int
    name: str
    cells: str
    to: str
    language: str
    unknown: list[tuple[str, str]] = field(default_factory=list)
    """A cell that names no term, and what somebody said that it means."""
    terms: str = ""
    """The list of terms to choose from."""


@keeping
@looking
def the_mapping(request: HttpRequest, source_id: str) -> HttpResponse:
    """Look the mapping over, and keep it."""
    source = sources_actions.the_source(source_id)
    if source.door != "table" or not runs_it(request):
        return not_found(request)
    preview = sources_queries.last_preview(source)
    columns = _columns(source, preview)
    given = _given(source, preview, columns)
    problem = ""
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what == "kind" and request.POST.get("format") in FORMATS:
            given = guessing.guess(request.POST["format"], columns, request.POST.get("language") or "en")
        else:
            given, problem = _typed(request.POST)
            problem = problem or _kept(request, source, given)
            if not problem:
                return _onward(request, source, preview, see=what == "see")
    told = _told(source, preview, columns, given)
    return render(request, "sources/mapping.html", {**told, "problem": problem}, status=400 if problem else 200)


def _columns(source: Source, preview: SourceRun | None) -> list[Sample]:
    """The columns that were seen last; where none were, those of the mapping."""
    seen = guessing.samples(preview.cursor if preview else None) or guessing.samples(source.state)
    if not seen:
        known = source.answers.get("mapping") or {}
        seen = [Sample(name, (), 0, 0) for name in known.get("columns") or {}]
    return seen[:MOST_COLUMNS]


def _given(source: Source, preview: SourceRun | None, columns: list[Sample]) -> dict[str, Any]:
    kept = source.answers.get("mapping")
    if isinstance(kept, dict) and kept.get("format") in FORMATS:
        return kept
    names = [name for name in (preview.file if preview else "", source.title, source.pk) if name]
    sheets = (preview.cursor if preview else {}).get("sheets") or []
    return guessing.guess(guessing.guess_format(names, sheets), columns, reader_language())


def _typed(given: QueryDict) -> tuple[dict[str, Any], str]:
    """What somebody chose, as a mapping, and what is wrong with it."""
    chosen = str(given.get("format", ""))
    known = mapping.targets(chosen) if chosen in FORMATS else {}
    columns: dict[str, Any] = {}
    problem = ""
    for number in range(MOST_COLUMNS):
        name, to = given.get(f"n-{number}", ""), given.get(f"c-{number}", "")
        if name and to:
            values, wrong = _values(given, number, known.get(to))
            problem = problem or wrong
            columns[name] = {"to": to, "language": given.get(f"l-{number}", ""), "values": values}
    fixed, wrong = _fixed(given, known)
    plain = {name: str(given.get(name, "")) for name in ("language", "key", "address", "stated", "sheet", "dates")}
    return {"format": chosen, **plain, "columns": columns, "fixed": fixed}, problem or wrong


def _values(given: QueryDict, number: int, question: Question | None) -> tuple[dict[str, str], str]:
    """What the cells of a column mean, by term ids."""
    values: dict[str, str] = {}
    for at in range(guessing.MOST_TOLD + 1):
        cell, text = given.get(f"w-{number}-{at}", ""), given.get(f"v-{number}-{at}", "").strip()
        if not cell or not text:
            continue
        meant = _term(question, text)
        if meant is None:
            return values, gettext("There is no term “%(term)s”. Choose one of the list.") % {"term": text[:80]}
        values[cell] = meant
    return values, ""


def _term(question: Question | None, text: str) -> str | None:
    if not isinstance(question, Terms):
        return text
    term = question.find(text)
    return question.keep(term) if term else None


def _fixed(given: QueryDict, known: Mapping[str, Question]) -> tuple[dict[str, str], str]:
    fixed: dict[str, str] = {}
    for number in range(_MOST_FIXED + _FREE):
        name, text = given.get(f"f-{number}", ""), given.get(f"t-{number}", "").strip()
        if not name or not text:
            continue
        meant = _term(known.get(name), text)
        if meant is None:
            return fixed, gettext("There is no term “%(term)s”. Choose one of the list.") % {"term": text[:80]}
        fixed[name] = meant
    return fixed, ""


def _kept(request: HttpRequest, source: Source, given: dict[str, Any]) -> str:
    """Keep the mapping: why not, or an empty text."""
    try:
        mapping.read(given)
        sources_actions.set_mapping(actor=actor_of(request), source_id=source.pk, mapping=given)
    except mapping.BadMapping:
        return gettext("This does not fit together yet: one column must answer the title.")
    except sources_actions.Wrong:
        return gettext("This is more than can be kept.")
    return ""


def _onward(request: HttpRequest, source: Source, preview: SourceRun | None, *, see: bool) -> HttpResponse:
    """To what would come in, where there is something to read; else back to the mapping."""
    file = preview is not None and bool(preview.held) and held.held(preview.held) is not None
    if see and (file or source.address):
        name, held_as = (preview.file, preview.held) if preview is not None and file else ("", "")
        return asked(request, source.pk, preview=True, file=name, held_as=held_as)
    messages.success(request, gettext("Saved."))
    return HttpResponseRedirect(f"{PLACE}/{source.pk}/mapping")


def _told(source: Source, preview: SourceRun | None, columns: list[Sample], given: Mapping[str, Any]) -> dict[str, Any]:
    asked_for = mapping.targets(given["format"]) if given.get("format") in FORMATS else {}
    kept = list((given.get("fixed") or {}).items())[:_MOST_FIXED]
    fixed = [(name, _label(asked_for.get(name), str(text))) for name, text in kept]
    shown = list(_shown(columns, given))
    lists = sorted({column.terms for column in shown if column.terms})
    sheets = (preview.cursor if preview else source.state).get("sheets") or []
    return {
        "source": source, "columns": shown, "given": given, "seen": any(column.cells for column in columns),
        "formats": sorted(_kinds(), key=lambda one: one[1]),
        "targets": [(name, _target_name(name, question)) for name, question in asked_for.items()],
        "tongues": [(tag, NAMES[tag]) for tag in LANGUAGES],
        "fixed": [*fixed, *[("", "")] * _FREE], "sheets": sheets if len(sheets) > 1 else [],
        "lists": [(names, list(_terms(names))) for names in lists],
        "others": [(name, label, given.get(name, "")) for name, label in _others()],
    }  # fmt: skip


def _kinds() -> Iterator[tuple[str, str]]:
    """What a row may be: what only speaks of other records is none."""
    return ((name, format_name(name)) for name, model in FORMATS.items() if model.listed)


def _others() -> list[tuple[str, str]]:
    """Columns that say of a row what its answers do not."""
    return [
        ("key", gettext("The column that each row is known by")), ("address", gettext("The web address of each row")),
        ("stated", gettext("When each row was changed")),
    ]  # fmt: skip


def _target_name(name: str, question: Question) -> str:
    part = name.partition(".")[2]
    return said(question.label) + (f" ({part})" if part else "")


def _shown(columns: list[Sample], given: Mapping[str, Any]) -> Iterator[ColumnShown]:
    try:
        unknown = guessing.unknown_cells(mapping.read(given), columns)
    except mapping.BadMapping:
        unknown = {}
    left = _MOST_CELLS
    asked_for = mapping.targets(given["format"]) if given.get("format") in FORMATS else {}
    for number, sample in enumerate(columns):
        chosen = (given.get("columns") or {}).get(sample.name) or {}
        question = asked_for.get(chosen.get("to", ""))
        values = chosen.get("values") or {}
        cells = list(dict.fromkeys([*values, *unknown.get(sample.name, ())]))[: min(left, guessing.MOST_TOLD)]
        left -= len(cells)
        yield ColumnShown(
            number, sample.name, " · ".join(sample.cells[:4]), str(chosen.get("to", "")),
            str(chosen.get("language", "")) if isinstance(question, Text) else "",
            [(cell, _label(question, str(values.get(cell, "")))) for cell in cells],
            "|".join(question.vocabularies) if isinstance(question, Terms) and cells else "",
        )  # fmt: skip


def _label(question: Question | None, kept: str) -> str:
    term = question.term_of(kept) if isinstance(question, Terms) and kept else None
    return term.label(reader_language()) if term else kept


def _terms(names: str) -> Iterator[str]:
    """The labels of short vocabularies, to choose from; a long one is typed."""
    tag = reader_language()
    found = [capital(term.label(tag)) for name in names.split("|") for term in vocabulary(name)]
    yield from found if len(found) <= _MOST_TERMS else ()
