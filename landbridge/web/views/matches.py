"""Matches: of a need in free text, of an offer, of a record."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from landbridge.cooperation.matching import SUPPLY, Matching, match_record, match_text
from landbridge.formats.library import FORMATS
from landbridge.registry.queries import Unknown, get
from landbridge.registry.rules import ANYONE
from landbridge.web import asked
from landbridge.web.templatetags.landbridge import reader_language

PER_TYPE: Final = 4
LONGEST: Final = 5_000


def _given(request: HttpRequest, name: str) -> str:
    parameters = request.POST if request.method == "POST" else request.GET
    return parameters.get(name, "").replace("\x00", "")[:LONGEST].strip()


def _answer(request: HttpRequest, text: str, default_types: tuple[str, ...]) -> Matching | None:
    if not text:
        return None
    parameters = request.POST if request.method == "POST" else request.GET
    types = tuple(name for name in asked.values_of(parameters, "type") if name in FORMATS) or default_types
    alone = len(types) == 1
    return match_text(
        text,
        places=asked.values_of(parameters, "place"),
        types=types,
        limit=20,
        per_type=20 if alone else PER_TYPE,
        without=frozenset(asked.values_of(parameters, "without")),
        reader_language=reader_language(),
    )


# A visitor's question changes nothing and names nobody: it needs no token, and works from a saved page.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def matches(request: HttpRequest) -> HttpResponse:
    """What may help with a need that somebody typed."""
    need = _given(request, "need")
    matching = _answer(request, need, SUPPLY)
    return render(request, "matches.html", {"need": need, "matching": matching, "side": "need"})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Which open needs fit what somebody can offer."""
    text = _given(request, "offer")
    matching = _answer(request, text, ("need",))
    return render(request, "matches.html", {"need": text, "matching": matching, "side": "offer"})


@require_safe
def of_record(request: HttpRequest, record_id: str) -> HttpResponse:
    """All matches of a record, for a need what can help, for the rest the needs that they may meet."""
    try:
        view = get(record_id, ANYONE)
    except Unknown:
        raise Http404(record_id) from None
    types = SUPPLY if view.format == "need" else ("need",)
    chosen = tuple(name for name in asked.values_of(request.GET, "type") if name in types)
    matching = match_record(
        view, types=chosen or types, per_type=20 if len(chosen or types) == 1 else PER_TYPE,
        reader_language=reader_language(),
    )  # fmt: skip
    return render(request, "record_matches.html", {"view": view, "matching": matching, "side": "record"})
