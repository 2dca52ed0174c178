"""Two revisions of a record beside each other, answer by answer, in the reader's language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from landbridge.formats.format import questions, referred
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import direction
from landbridge.registry import review
from landbridge.registry.comparison import Difference, Piece, TextChange, compare, shortened
from landbridge.registry.queries import Pair, pair
from landbridge.registry.rules import reads_drafts
from landbridge.web.answers import Reading, show
from landbridge.web.labels import capital, language_name, said
from landbridge.web.people import reader_of, standing
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id
from landbridge.web.views.work import whole_number
from landbridge.web.work import heading, reading_of


@dataclass(frozen=True)
class Row:
    """A question with how its answer was and how it is, as safe HTML; a text has a row for each language."""

    label: str
    language: str
    before: SafeString
    after: SafeString


@telling
def differences(request: HttpRequest, record_id: str) -> HttpResponse:
    """What differs between two revisions that the reader may see."""
    if not readable_id(record_id):
        raise Http404(record_id)
    first, last = (min(whole_number(request.GET.get(name, "")), 2**31 - 1) for name in ("from", "to"))
    two = pair(record_id, reader_of(request), first, last)
    view = two.after
    found = compare(view.format, two.before.data, view.data)
    ids = {*referred(two.before.data), *referred(view.data)}
    reading = reading_of(view, "", review.titles_of(ids, standing(request)) if ids else {})
    page: dict[str, Any] = heading(view, reading) | {
        "view": view, "two": two, "rows": list(rows(view.format, found.differences, reading)), "same": found.same,
        "chosen": (two.before.revision, view.revision),
        "works": reads_drafts(reader_of(request), view.owner, view.author, view.state, view.visibility),
        "dates": _dates(two),
    }  # fmt: skip
    return render(request, "review/compare.html", page)


def _dates(two: Pair) -> list[Any]:
    """When the two were written."""
    days = {number: day for number, day, _ in two.lines}
    return [days[two.before.revision], days[two.after.revision]]


def rows(format: str, differences: Iterable[Difference], reading: Reading) -> Iterator[Row]:
    """The differences as rows of a table."""
    asked = questions(FORMATS[format])
    for one in differences:
        label = said(asked[one.name].label)
        if one.texts:
            for text in one.texts:
                yield Row(label, capital(language_name(text.language)), _side(text, "gone"), _side(text, "new"))
        else:
            yield Row(label, "", _parts(format, one, "gone", reading), _parts(format, one, "new", reading))


def _side(change: TextChange, kind: str) -> SafeString:
    """One side of a text: what stayed, and what went or came."""
    if not change.pieces:
        told = gettext("Only the formatting changed.")
        return format_html('<p class="fine">{}</p>', told) if kind == "new" else SafeString("")
    pieces = [piece for piece in shortened(change.pieces) if piece.kind in ("same", kind)]
    drawn = format_html_join("", "{}", ((_drawn(piece),) for piece in pieces))
    tag = change.language
    return format_html('<div class="was" lang="{}" dir="{}">{}</div>', tag, direction(tag), drawn)


def _drawn(piece: Piece) -> SafeString:
    if piece.kind == "same":
        return format_html("{}", piece.text)
    return format_html("<{0}>{1}</{0}>", "del" if piece.kind == "gone" else "ins", piece.text)


def _parts(format: str, one: Difference, kind: str, reading: Reading) -> SafeString:
    """One side of any other answer: what stayed of a list, and what went or came."""
    changed: Sequence[Any] = one.gone if kind == "gone" else one.new
    element = "del" if kind == "gone" else "ins"
    drawn = [format_html("<{0}>{1}</{0}>", element, _told(format, one, part, reading)) for part in changed]
    kept = [_told(format, one, part, reading) for part in one.kept]
    return format_html_join("", '<div class="was">{}</div>', ((part,) for part in (*drawn, *kept)))


def _told(format: str, one: Difference, part: Any, reading: Reading) -> SafeString:
    model = FORMATS[format]
    return show(questions(model)[one.name], [part] if one.listed else part, model, one.name, reading)
