"""Forms to fill in elsewhere, blank or with the answers of a record, as workbook or text document."""

from functools import lru_cache
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from landbridge.exchange.documents.paper import paper
from landbridge.exchange.documents.unreadable import Unreadable
from landbridge.exchange.documents.workshop import drawn
from landbridge.formats.library import FORMATS
from landbridge.lib.languages import LANGUAGES
from landbridge.registry.queries import latest
from landbridge.web.labels import reader_language
from landbridge.web.papers import refused, words_of
from landbridge.web.people import reader_of, signed_in
from landbridge.web.views.errors import telling
from landbridge.web.views.records import readable_id

TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_KEPT: Final = 200
"""Blank forms that are kept once they are drawn, about 50 kB each: all formats and languages, in both kinds."""


@require_safe
@telling
def form(request: HttpRequest, format: str, kind: str) -> HttpResponse:
    """The form of a format in the language that is asked for, else in the reader's."""
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else reader_language()
    if format not in FORMATS or kind not in TYPES:
        raise Http404(format)
    try:
        if request.GET.get("record"):
            return _of_record(request, format, kind, language)
        return _sent(blank(format, language, kind), f"{format}-{language}.{kind}", kind)
    except Unreadable as unreadable:
        return render(request, "guided/later.html", {"problem": refused(unreadable.code)}, status=503)


@lru_cache(maxsize=_KEPT)
def blank(format: str, language: str, kind: str) -> bytes:
    """An empty form; the same until the node starts anew."""
    return drawn(paper(format, words_of(language)), kind)


@signed_in
def _of_record(request: HttpRequest, format: str, kind: str, language: str) -> HttpResponse:
    """The form with the answers of a record, as far as those who work on it may see them."""
    record_id = request.GET["record"]
    if not readable_id(record_id):
        raise Http404(record_id)
    view = latest(record_id, reader_of(request))
    if view.format != format:
        raise Http404(record_id)
    filled = paper(format, words_of(language), view.data, view.id, view.revision)
    return _sent(drawn(filled, kind), f"{record_id[:60]}-{language}.{kind}", kind)


def _sent(body: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type=TYPES[kind], headers=headers)
