"""What the form asks while somebody types: terms, records, parties, titles that are there; and saves by itself."""

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from landbridge.registry import copies
from landbridge.registry.queries import Unknown
from landbridge.web.forms.alike import alike
from landbridge.web.forms.choices import candidates, question_of
from landbridge.web.forms.page import found_parties, found_records
from landbridge.web.forms.saving import Verb, fingerprints, tongue_of, typed_of
from landbridge.web.people import actor_of, reader_of
from landbridge.web.views.writing import working


def _json(body: object, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def _options(found: list[tuple[str, str]]) -> HttpResponse:
    return _json([{"id": one, "label": label} for one, label in found])


@require_GET
def terms(request: HttpRequest, vocabularies: str) -> HttpResponse:
    """The terms that a text may mean, in any language; everybody may ask."""
    question = question_of(vocabularies)
    if question is None:
        raise Http404(vocabularies)
    response = _options(candidates(question, request.GET.get("q", "")))
    response.headers["Cache-Control"] = "private, max-age=3600"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response


@require_GET
@working
def records(request: HttpRequest) -> HttpResponse:
    """Records of some formats whose words a text names; only what the reader may see."""
    formats = tuple(filter(None, request.GET.get("format", "").split(",")))
    return _options(found_records(reader_of(request), request.GET.get("q", ""), formats))


@require_GET
@working
def parties(request: HttpRequest) -> HttpResponse:
    """Parties, organisations and communities whose name a text holds."""
    return _options(found_parties(request.GET.get("q", "").replace("\x00", "")))


@require_GET
@working
def likeness(request: HttpRequest, copy_id: str) -> HttpResponse:
    """Records that may tell the same as the title that is being typed."""
    copy = copies.mine(copy_id, actor_of(request))
    found = alike(request.GET.get("title", ""), copy.format, reader_of(request), copy.record_id)
    return _json([{"url": f"/records/{one.id}", "title": one.title, "language": one.language} for one in found])


@require_POST
@working
def autosave(request: HttpRequest, copy_id: str) -> HttpResponse:
    """Save what is being typed, without a new page. 409 when another window changed the same answers."""
    try:
        copy = copies.mine(copy_id, actor_of(request))
    except Unknown:
        return _json({"saved": False, "reason": "gone"}, 410)
    typed = typed_of(request, copy, Verb(), by_itself=True)
    saved = copies.save(actor=actor_of(request), copy_id=copy.id, typed=typed)
    if saved.refused:
        return _json({"saved": False, "reason": "conflict", "paths": list(saved.refused)}, 409)
    names = tuple(dict.fromkeys(path.partition(".")[0] for path in typed.pieces if not path.startswith("translations")))
    now = fingerprints(saved.copy, names, tongue_of(request.POST, "_language", copy))
    return _json(
        {"saved": True, "late": saved.late, "number": saved.copy.saved, "was": now, "at": saved.copy.updated_at}
    )
